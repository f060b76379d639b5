// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/remux.h"

#include <algorithm>
#include <map>
#include <utility>

#include "player/media/demuxer.h"
#include "player/media/mp4_muxer.h"

namespace freshet::media {
namespace {

Error error_of(const ReadError& error) {
  if (const auto* const own = std::get_if<Error>(&error)) return *own;
  return {ErrorCategory::Usage, "interrupted", "Interrupted", ""};
}

std::string words_for(const Track& track) {
  std::string text = track.kind == TrackKind::Subtitle ? "subtitles"
                     : track.album_art                 ? "a picture"
                                                       : "a track";
  text += " (" + track.codec + (track.language.empty() ? "" : ", " + track.language) + ")";
  return text;
}

bool has_place(const Track& track) {
  if (track.kind == TrackKind::Subtitle) return track.codec == "mov_text";
  return !track.album_art;
}

class Remuxing {
 public:
  Remuxing(const std::shared_ptr<ByteSource>& source, const WriteBytes& write, std::stop_token stop)
      : source_(source), reader_(source, {}), muxer_(write), stop_(std::move(stop)) {}

  Result<Remuxed> run(const std::string& name, const std::function<void(double)>& progress) {
    reader_.begin(Generation{});
    auto opened = Demuxer::open(reader_, name, [this] { return stop_.stop_requested(); });
    if (!opened) return std::unexpected(error_of(opened.error()));
    demuxer_ = std::move(*opened);
    if (auto added = add_streams(); !added) return std::unexpected(added.error());
    if (auto copied = copy(progress); !copied) return std::unexpected(copied.error());
    return std::move(result_);
  }

 private:
  Result<void> add_streams() {
    bool has_video = false;
    std::vector<int> enabled;
    for (const Track& track : demuxer_->info().tracks) {
      if (!has_place(track)) {
        result_.left_out.push_back(words_for(track));
        continue;
      }
      AVStream* const stream = muxer_.add_stream();
      if (stream == nullptr || !demuxer_->describe_for_muxer(track.stream_index, *stream))
        return fail(ErrorCategory::Internal, "out-of-memory", "Out of memory");
      streams_[track.stream_index] = stream->index;
      enabled.push_back(track.stream_index);
      has_video = has_video || track.kind == TrackKind::Video;
    }
    if (!demuxer_->info().chapters.empty()) result_.left_out.emplace_back("chapters");
    if (enabled.empty())
      return fail(ErrorCategory::Media, "not-media", "The file holds nothing that can be protected",
                  "Name a film or a sound file");
    demuxer_->enable(enabled);
    return muxer_.begin(has_video);
  }

  Result<void> copy(const std::function<void(double)>& progress) {
    const auto size = source_->size();
    for (;;) {
      if (stop_.stop_requested()) return fail(ErrorCategory::Usage, "interrupted", "Interrupted");
      auto packet = demuxer_->read();
      if (!packet) return std::unexpected(error_of(packet.error()));
      if (!*packet) return muxer_.finish();
      if (size && size->value > 0)
        progress(
            std::min(1.0, static_cast<double>(reader_.position().value) / static_cast<double>(size->value)));
      const auto from = demuxer_->stream((*packet)->stream_index);
      const auto to = streams_.find((*packet)->stream_index);
      if (!from || to == streams_.end()) continue;
      // The film begins at 0, wherever its container had it; what lies before 0 is what sound begins with and
      // nobody hears (an edit list says so).
      const auto begin = to_timestamp(std::max(demuxer_->info().start_time, MediaTime{0}), from->time_base);
      if ((*packet)->pts != no_timestamp) (*packet)->pts -= begin;
      if ((*packet)->dts != no_timestamp) (*packet)->dts -= begin;
      (*packet)->stream_index = to->second;
      if (auto added = muxer_.add(**packet, from->time_base); !added) return added;
    }
  }

  const std::shared_ptr<ByteSource>& source_;
  AvioReader reader_;
  Mp4Muxer muxer_;
  std::stop_token stop_;
  std::unique_ptr<Demuxer> demuxer_;
  std::map<int, int> streams_;  // of the film, to those of the MP4
  Remuxed result_;
};

}  // namespace

Result<Remuxed> remux(const std::shared_ptr<ByteSource>& source, const std::string& name,
                      const WriteBytes& write, const std::function<void(double)>& progress,
                      const std::stop_token& stop) {
  return Remuxing(source, write, stop).run(name, progress);
}

}  // namespace freshet::media
