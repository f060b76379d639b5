// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
// MediaPipeline's streams: which tracks are decoded, and of which packets are kept.
#include <algorithm>
#include <chrono>
#include <utility>

#include "player/media/audio_decoder.h"
#include "player/media/media_pipeline.h"
#include "player/media/subtitle_decoder.h"
#include "player/media/video_decoder.h"

namespace freshet::media {
namespace {

// Behind the position: what its decoder needs, and how far a sound device is behind it.
constexpr MediaTime sound_history = std::chrono::seconds(2);
constexpr MediaTime subtitle_history = std::chrono::seconds(30);
// Discs have up to 32 subtitles and 8 sounds; those behind are switched to by a seek.
constexpr std::size_t kept_tracks_limit = 40;

}  // namespace

void MediaPipeline::keep_packets() {
  const std::lock_guard lock(mutex_);
  std::vector<const Track*> kept;
  for (const Track& track : info_.tracks) {
    const bool sound = track.kind == TrackKind::Audio && (audio_ != nullptr || audio_digests_ != nullptr);
    if ((sound || track.kind == TrackKind::Subtitle) && track.decodable) kept.push_back(&track);
  }
  if (kept.size() > kept_tracks_limit) kept.resize(kept_tracks_limit);
  if (kept.empty()) return;
  const std::int64_t share = options_.packet_memory.value / 2 / static_cast<std::int64_t>(kept.size());
  for (const Track* track : kept) {
    const auto stream = demuxer_->stream(track->stream_index);
    if (!stream || stream->is_protected) continue;
    const MediaTime history = track->kind == TrackKind::Audio ? sound_history : subtitle_history;
    kept_.try_emplace({track->kind, track->id}, stream, history, share);
  }
}

void MediaPipeline::keep_locked(const AVPacket& packet, const Demuxer::PacketTimes& times) {
  for (auto& [track, kept] : kept_) {
    if (kept.stream()->index != packet.stream_index) continue;
    const auto& video = streams_[index_of(TrackKind::Video)];
    const auto& audio = streams_[index_of(TrackKind::Audio)];
    std::optional<MediaTime> until = played_;
    if ((!video || video->still()) && audio) until = audio->packets().level().begin;
    if (until) kept.played(*until);
    kept.add(packet, times);
  }
}

template <class Decoder>
bool MediaPipeline::start_with(PlayingStream& stream, Result<std::unique_ptr<Decoder>> decoder) {
  if (!decoder) {
    warn(decoder.error().message + (decoder.error().hint.empty() ? "" : " (" + decoder.error().hint + ")"));
    return false;
  }
  if constexpr (std::is_same_v<Decoder, SubtitleDecoder>) {
    const std::lock_guard lock(mutex_);
    if (added_subtitle_tracks_.insert(stream.track_id()).second) subtitles_.add_track((*decoder)->track());
  }
  stream.start(std::move(*decoder));
  return true;
}

bool MediaPipeline::start_decoder(PlayingStream& stream) {
  const auto description = stream.shared_stream();
  switch (stream.kind()) {
    case TrackKind::Video:
      return start_with(stream, VideoDecoder::open(description, options_, stream.packets(), frames_, *this));
    case TrackKind::Audio:
      return start_with(
          stream, AudioDecoder::open(description, audio_digests_ != nullptr ? Digests::Yes : Digests::No,
                                     stream.packets(), audio_, *this));
    case TrackKind::Subtitle:
      return start_with(stream,
                        SubtitleDecoder::open(description, stream.track_id(), stream.packets(), *this));
  }
  return false;
}

std::shared_ptr<PlayingStream> MediaPipeline::open_stream(TrackKind kind, int track_id) {
  int stream_index = -1;
  {
    const std::lock_guard lock(mutex_);
    const Track* track = find_track_locked(kind, track_id);
    if (track == nullptr || track->external) return nullptr;
    stream_index = track->stream_index;
  }
  const auto description = demuxer_->stream(stream_index);
  if (!description) return nullptr;
  auto stream = std::make_shared<PlayingStream>(kind, track_id, description, [this] { wake_demuxer(); });
  return start_decoder(*stream) ? stream : nullptr;
}

void MediaPipeline::apply_choices() {
  for (const TrackKind kind : all_track_kinds) {
    for (;;) {
      int wanted = 0;
      std::shared_ptr<PlayingStream> old;
      {
        const std::lock_guard lock(mutex_);
        wanted = selected_[index_of(kind)];
        auto& slot = streams_[index_of(kind)];
        if (slot && slot->track_id() == wanted) break;
        old = std::exchange(slot, nullptr);
        const Track* track = find_track_locked(kind, wanted);
        if (track == nullptr || track->external) wanted = 0;
      }
      old.reset();  // joins its thread, without our lock
      if (wanted == 0) break;
      auto stream = open_stream(kind, wanted);
      const std::lock_guard lock(mutex_);
      if (stream) {
        stream->packets().flush(generation());
        streams_[index_of(kind)] = std::move(stream);
        break;
      }
      // Its decoder does not open: the next best takes its place.
      for (Track& track : info_.tracks) {
        if (track.kind == kind && track.id == wanted) track.decodable = false;
      }
      choose_tracks_locked(kind);
    }
  }
  std::vector<int> indices;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& stream : streams_) {
      if (stream && !stream->still()) indices.push_back(stream->stream().index);
    }
    for (const auto& [track, kept] : kept_) indices.push_back(kept.stream()->index);
  }
  demuxer_->enable(indices);
}

int MediaPipeline::timed_stream(TrackKind kind) const {
  const std::lock_guard lock(mutex_);
  const auto& stream = streams_[index_of(kind)];
  return stream && !stream->still() ? stream->stream().index : -1;
}

}  // namespace freshet::media
