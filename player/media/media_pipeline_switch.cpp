// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
// Switching between tracks: the controller's part of it. Sound and subtitles are switched in place, from the
// packets that are kept; the picture, and what is not at hand, by a seek.
#include <algorithm>
#include <chrono>
#include <utility>

#include "player/media/media_pipeline.h"
#include "player/media/positioning.h"

namespace freshet::media {
namespace {

// A line of text, or a sign, may have begun this long ago.
constexpr MediaTime subtitle_preroll = std::chrono::seconds(30);

}  // namespace

void MediaPipeline::select_track(TrackKind kind, TrackChoice choice, MediaTime position) {
  std::unique_lock lock(mutex_);
  if (kind == TrackKind::Audio && audio_ == nullptr && audio_digests_ == nullptr) return;
  choices_[index_of(kind)] = choice;
  if (!opened_) return;
  const int before = selected_[index_of(kind)];
  choose_tracks_locked(kind);
  const int id = selected_[index_of(kind)];
  if (id == before) return;
  const MediaTime target = clamp_locked(position);
  const Track* track = find_track_locked(kind, id);
  if (kind == TrackKind::Subtitle && (track == nullptr || track->external)) {
    {
      const std::lock_guard delivery(delivery_mutex_);
      if (vobsub_reader_) vobsub_reader_->play({});
      deliver_external_locked(id, target);
    }
    apply_choices_soon_locked();
    return;
  }
  if (switch_in_place(lock, kind, target) == Switched::Yes) return;
  begin_generation_locked(info_.seekable
                              ? std::optional(SeekTarget{.target = target, .limit = target + exact_tolerance})
                              : std::nullopt);
}

// A stream for the track, filled with what is kept of it; null when that is not enough.
std::shared_ptr<PlayingStream> MediaPipeline::prepare_locked(TrackKind kind, int track_id,
                                                             MediaTime position) {
  const auto found = kept_.find({kind, track_id});
  if (found == kept_.end()) return nullptr;
  auto packets = found->second.from(position, kind == TrackKind::Audio ? sound_preroll : subtitle_preroll);
  if (!packets) return nullptr;
  auto stream =
      std::make_shared<PlayingStream>(kind, track_id, found->second.stream(), [this] { wake_demuxer(); });
  PacketQueue& queue = stream->packets();
  const Generation generation = this->generation();
  queue.flush(generation);
  queue.push({.kind = QueueItem::Kind::Start, .generation = generation, .start = {.sound_from = position}});
  for (KeptPackets::Kept& kept : *packets) {
    queue.push({.generation = generation, .packet = std::move(kept.packet)}, kept.times.begin,
               kept.times.end);
  }
  if (read_finished_) queue.push({.kind = QueueItem::Kind::End, .generation = generation});
  return stream;
}

// The choice has been made. Unlocks for a while; nobody else seeks meanwhile, as that is this thread's to do.
MediaPipeline::Switched MediaPipeline::switch_in_place(std::unique_lock<std::mutex>& lock, TrackKind kind,
                                                       MediaTime position) {
  if (kind == TrackKind::Video || pending_ || handling_ || failed_) return Switched::No;
  auto& slot = streams_[index_of(kind)];
  const int id = selected_[index_of(kind)];
  std::shared_ptr<PlayingStream> stream;
  if (id != 0) {
    stream = prepare_locked(kind, id, position);
    if (!stream) return Switched::No;
  }
  std::shared_ptr<PlayingStream> old = std::exchange(slot, stream);
  lock.unlock();
  if (old) old->packets().stop();
  if (kind == TrackKind::Audio && audio_ != nullptr) {
    audio_->retire(stream ? AudioSink::Queued::SoundsOn : AudioSink::Queued::Dropped);
  }
  old.reset();  // joins: its sink has let it go
  lock.lock();
  finished_[index_of(kind)] = false;
  if (!stream) return Switched::Yes;
  lock.unlock();
  const bool started = start_decoder(*stream);
  lock.lock();
  if (!started) {
    for (Track& track : info_.tracks) {
      if (track.kind == kind && track.id == id) track.decodable = false;
    }
    choose_tracks_locked(kind);
    return Switched::No;
  }
  if (kind == TrackKind::Subtitle) {
    const std::lock_guard delivery(delivery_mutex_);
    if (vobsub_reader_) vobsub_reader_->play({});
    if (!pending_) pending_ = Request{.look_back = true};
    work_.notify_all();
  }
  return Switched::Yes;
}

}  // namespace freshet::media
