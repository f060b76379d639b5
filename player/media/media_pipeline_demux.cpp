// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
// The demux thread's half of MediaPipeline: opening, reading ahead and seeking.
#include <algorithm>
#include <chrono>
#include <utility>

#include "player/media/media_pipeline.h"

namespace freshet::media {
namespace {

constexpr double refill_at = 7.0 / 8;  // of a full buffer: reading goes on in stretches, not packet by packet
// A stream whose newest packet is this far behind the other's lacks packets; nearer, its decoder is merely
// fast.
constexpr MediaTime lag_limit = std::chrono::seconds(2);
// Beyond packet_memory while a decoder starves: badly interleaved files need it, hostile ones get no more.
constexpr std::int64_t starving_factor = 2;
// on_buffer_changed while reading goes well: often enough for a smooth bar, seldom enough to cost nothing.
constexpr MediaTime progress_step = std::chrono::milliseconds(250);

bool is_encrypted(const AVPacket& packet) {
  return av_packet_get_side_data(&packet, AV_PKT_DATA_ENCRYPTION_INFO, nullptr) != nullptr;
}

}  // namespace

void MediaPipeline::run() {
  if (!open()) return;
  for (;;) {
    std::optional<Request> request;
    Generation now{};
    bool became_full = false;
    {
      std::unique_lock lock(mutex_);
      demuxer_waits_ = true;
      const auto has_work = [&] {
        if (stopping_ || pending_) return true;
        if (failed_ || read_finished_) return false;
        const bool was_full = full_;
        full_ = is_full_locked();
        became_full = became_full || (full_ && !was_full);
        return !full_;
      };
      if (!has_work() && became_full) {
        lock.unlock();
        listener_.on_buffer_changed();
        lock.lock();
      }
      work_.wait(lock, has_work);
      demuxer_waits_ = false;
      if (stopping_) return;
      request = std::exchange(pending_, std::nullopt);
      handling_ = request.has_value();
      now = generation();
    }
    if (request) {
      handle(*request, now);
      const std::lock_guard lock(mutex_);
      handling_ = false;
    } else {
      read_on(now);
    }
  }
}

bool MediaPipeline::open() {
  reader_.begin(generation());
  auto demuxer =
      Demuxer::open(reader_, name_, [this] { return stopping_.load(); }, make_unlocker(options_.unlockers));
  if (!demuxer) {
    if (const auto* error = std::get_if<Error>(&demuxer.error()); error != nullptr && !stopping_) {
      listener_.on_failed(*error);
    }
    return false;
  }
  demuxer_ = std::move(*demuxer);
  MediaInfo info = demuxer_->info();
  duration_known_ = info.duration.has_value();
  {
    const std::lock_guard lock(mutex_);
    info_ = info;
    for (const TrackKind kind : all_track_kinds) choose_tracks_locked(kind);
    last_subtitle_id_ = static_cast<int>(std::ranges::count(info_.tracks, TrackKind::Subtitle, &Track::kind));
  }
  keep_packets();
  for (const FontAttachment& font : demuxer_->fonts()) subtitles_.add_font(font);
  apply_choices();
  index_.look(*source_, generation());
  publish_time_map();
  bool playable = false;
  std::vector<WaitingSubtitleFile> files;
  {
    const std::lock_guard lock(mutex_);
    playable = streams_[index_of(TrackKind::Video)] || streams_[index_of(TrackKind::Audio)];
  }
  if (!playable) {
    const bool has_tracks = std::ranges::any_of(
        info.tracks, [](const Track& track) { return track.kind != TrackKind::Subtitle; });
    listener_.on_failed({ErrorCategory::Media, has_tracks ? "unsupported-codec" : "no-playable-stream",
                         "\"" + name_ + "\" holds no picture and no sound that can be played",
                         info.skipped.empty() ? "" : info.skipped.front()});
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    info = info_;
    opened_ = true;
    if (!pending_ || !pending_->restart) {
      const bool at_start = options_.start <= MediaTime{0} || !info_.seekable;
      const MediaTime target = clamp_locked(options_.start);
      pending_ = Request{.restart = true};
      if (!at_start) {
        pending_->seek =
            SeekTarget{.target = target, .limit = target + exact_tolerance, .mode = options_.start_mode};
      }
    }
    files.swap(waiting_subtitle_files_);
  }
  listener_.on_opened(info);
  for (const std::string& skipped : info.skipped) warn(skipped);
  for (WaitingSubtitleFile& file : files) {
    start_subtitle_file(std::move(file));
  }
  return true;
}

// ---- reading

void MediaPipeline::handle(const Request& request, Generation generation) {
  reader_.begin(generation);
  apply_choices();
  if (!request.restart) {
    if (request.look_back) look_back_for_subtitles(generation);
    return;
  }
  Landing landing;
  if (request.seek) {
    auto found =
        position(*demuxer_, timed_stream(TrackKind::Video), timed_stream(TrackKind::Audio), *request.seek);
    if (!found) {
      fail(found.error(), generation);
      return;
    }
    landing = std::move(*found);
    // A seek makes a container read its index, or more of it.
    index_.look(*source_, generation);
    publish_time_map();
  }
  entry_ = landing.entry;
  push_starts(generation, landing.start);
  for (PacketPointer& packet : landing.packets) push(std::move(packet), generation);
  if (request.seek) look_back_for_subtitles(generation);
}

void MediaPipeline::look_back_for_subtitles(Generation generation) {
  const int subtitle = timed_stream(TrackKind::Subtitle);
  if (subtitle < 0 || demuxer_->seeks_subtitles() || !demuxer_->info().seekable) return;
  if (!entry_ || *entry_ <= MediaTime{0}) return;
  const int video = timed_stream(TrackKind::Video);
  if (!subtitle_preroll_) {
    DecoderHost& host = *this;
    subtitle_preroll_ = std::make_unique<SubtitlePreroll>(source_, name_, options_.unlockers, host);
  }
  subtitle_preroll_->request({.generation = generation,
                              .track_id = selected(TrackKind::Subtitle),
                              .subtitle_stream = subtitle,
                              .leading_stream = video >= 0 ? video : timed_stream(TrackKind::Audio),
                              .until = *entry_});
}

void MediaPipeline::push_starts(Generation generation, const StartPoint& start) {
  const std::lock_guard lock(mutex_);
  for (const auto& stream : streams_) {
    if (!stream) continue;
    PacketQueue& packets = stream->packets();
    packets.push({.kind = QueueItem::Kind::Start, .generation = generation, .start = start});
    if (stream->still()) {
      packets.push({.generation = generation,
                    .packet = PacketPointer(av_packet_clone(stream->stream().picture.get()))});
      packets.push({.kind = QueueItem::Kind::End, .generation = generation});
    }
  }
}

void MediaPipeline::push(PacketPointer packet, Generation generation) {
  bool notable = false;
  bool encrypted = false;
  {
    const std::lock_guard lock(mutex_);
    // Reading goes straight on where it cannot jump, whatever generation the packet was asked for in.
    if (!info_.seekable && !pending_) generation = this->generation();
    if (!current(generation)) return;
    encrypted = is_encrypted(*packet);
    const Demuxer::PacketTimes times = demuxer_->times(*packet);
    if (!encrypted) keep_locked(*packet, times);
    const auto found = std::ranges::find_if(streams_, [&](const auto& stream) {
      return stream && !stream->still() && stream->stream().index == packet->stream_index;
    });
    if (found == streams_.end()) return;
    if (!encrypted) {
      (*found)->packets().push({.generation = generation, .packet = std::move(packet)}, times.begin,
                               times.end);
      const MediaTime until = buffered_until_locked();
      notable = until >= reported_until_ + progress_step || until < reported_until_;
      if (notable) {
        reported_until_ = until;
        if (vobsub_reader_) vobsub_reader_->advance(until);
      }
    }
  }
  if (encrypted) warn("An encrypted part of the file is skipped");
  if (notable) {
    listener_.on_buffer_changed();
    learn_duration();
    learn_index(generation);
  }
}

void MediaPipeline::read_on(Generation generation) {
  auto packet = demuxer_->read();
  if (!packet) {
    fail(packet.error(), generation);
  } else if (*packet) {
    push(std::move(*packet), generation);
  } else {
    end_of_file(generation);
  }
}

void MediaPipeline::learn_duration() {
  if (duration_known_) return;
  // A read that was cut short shows itself at the next packet.
  const auto learnt = demuxer_->learn_duration();
  if (learnt && *learnt) set_duration(*demuxer_->info().duration);
}

void MediaPipeline::learn_index(Generation generation) {
  if (!index_.look(*source_, generation)) return;
  publish_time_map();
  listener_.on_buffer_changed();
}

void MediaPipeline::publish_time_map() {
  const int video = timed_stream(TrackKind::Video);
  const int leading = video >= 0 ? video : timed_stream(TrackKind::Audio);
  std::vector<IndexPoint> points = demuxer_->index_points(leading);
  if (index_.points().size() > points.size()) points = index_.points();
  const MediaInfo& info = demuxer_->info();
  const auto size = source_->size();
  if (points.empty() || !size || !info.duration) return;
  for (IndexPoint& point : points) point.time -= info.start_time;
  // Sound and picture end where an index behind them begins.
  ByteOffset end{size->value};
  const FileLayout& layout = index_.layout();
  for (const auto* ranges : {&layout.at_open, &layout.at_seek}) {
    for (const ByteRange& range : *ranges) {
      // The parts of a large AVI's index lie between its media.
      const bool is_part = layout.kind == ContainerKind::Avi && range.end.value < size->value;
      if (layout.media && range.begin > *layout.media && !is_part) end = std::min(end, range.begin);
    }
  }
  auto map = TimeMap::make(std::move(points), end, *info.duration);
  if (!map) return;
  const std::lock_guard lock(mutex_);
  time_map_ = std::move(map);
}

void MediaPipeline::set_duration(MediaTime duration) {
  duration_known_ = true;
  {
    const std::lock_guard lock(mutex_);
    info_.duration = duration;
  }
  listener_.on_duration_learned(duration);
}

void MediaPipeline::end_of_file(Generation generation) {
  MediaTime end{0};
  std::optional<MediaTime> known;
  {
    const std::lock_guard lock(mutex_);
    if (!info_.seekable && !pending_) generation = this->generation();
    if (!current(generation)) return;
    read_finished_ = true;
    for (const auto& stream : streams_) {
      if (stream && !stream->still()) {
        stream->packets().push({.kind = QueueItem::Kind::End, .generation = generation});
      }
    }
    for (const auto& stream : streams_) {
      if (stream && !stream->still() && stream->kind() != TrackKind::Subtitle) {
        end = std::max(end, stream->packets().level().end.value_or(MediaTime{0}));
      }
    }
    known = info_.duration;
    if (vobsub_reader_) vobsub_reader_->advance(buffered_until_locked());
  }
  const bool learnt = !known || (demuxer_->duration_estimated() && *known != end);
  if (learnt && end > MediaTime{0}) set_duration(end);
  listener_.on_buffer_changed();
}

void MediaPipeline::fail(const ReadError& error, Generation generation) {
  {
    const std::lock_guard lock(mutex_);
    // A cancel comes from a newer request, which is waiting; or from the source's owner, who needs no word.
    if (!current(generation) || pending_ || stopping_) return;
    failed_ = true;
  }
  if (const auto* reason = std::get_if<Error>(&error)) listener_.on_failed(*reason);
}

bool MediaPipeline::is_full_locked() const {
  // Once full, some room must be free before reading goes on.
  const double part = full_ ? refill_at : 1.0;
  std::int64_t bytes = 0;
  PerKind<std::optional<PacketQueue::Level>> levels;
  std::optional<MediaTime> furthest;
  for (const auto& stream : streams_) {
    if (!stream || stream->still()) continue;
    PacketQueue::Level level = stream->packets().level();
    bytes += level.bytes;
    if (stream->kind() == TrackKind::Subtitle) continue;
    if (level.end) furthest = furthest ? std::max(*furthest, *level.end) : *level.end;
    levels[index_of(stream->kind())] = level;
  }
  bool starving = false;
  bool long_enough = true;
  const auto wanted =
      MediaTime(static_cast<std::int64_t>(static_cast<double>(options_.read_ahead.count()) * part));
  for (const auto& level : levels) {
    if (!level) continue;
    if (level->packets == 0) {
      starving = starving || !level->end || *level->end + lag_limit < *furthest;
    } else if (level->span() < wanted) {
      long_enough = false;
    }
  }
  const bool has_packets =
      std::ranges::any_of(levels, [](const auto& level) { return level && level->packets > 0; });
  const std::int64_t room =
      static_cast<std::int64_t>(static_cast<double>(options_.packet_memory.value) * part) *
      (starving ? starving_factor : 1);
  return bytes >= room || (!starving && long_enough && has_packets);
}

void MediaPipeline::wake_demuxer() {
  if (!demuxer_waits_) return;
  const std::lock_guard lock(mutex_);
  work_.notify_one();
}

}  // namespace freshet::media
