// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/positioning.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace freshet::media {
namespace {

// The first step back after a late landing; doubled each time.
constexpr MediaTime first_step_back = std::chrono::milliseconds(500);
// AVI says when a packet is decoded, not when its picture is shown: with reordered pictures that is up to 16
// frames later.
constexpr MediaTime reorder_doubt = std::chrono::milliseconds(500);
// Key frames lie closer than this in nearly all files; an entry farther before the target has missed some.
constexpr MediaTime far_before = std::chrono::seconds(12);
// Packets looked through for a key frame: an intra-refresh stream may have none, and then any start must do.
constexpr std::int64_t search_bytes_limit = std::int64_t{64} << 20;

struct Found {
  std::vector<PacketPointer> packets;
  std::optional<MediaTime>
      entry;           // pts of the first packet a decoder can start with; nullopt: none till the end
  MediaTime doubt{0};  // the picture may be this much later than `entry`
  bool gave_up = false;
  [[nodiscard]] bool serves(MediaTime limit) const { return gave_up || (entry && *entry + doubt <= limit); }
};

// Reads on to the first packet from which `stream` can be decoded.
std::expected<Found, ReadError> find_entry(Demuxer& demuxer, int stream, bool needs_key) {
  Found found;
  std::int64_t bytes = 0;
  for (;;) {
    auto packet = demuxer.read();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) return found;
    const bool ours = (*packet)->stream_index == stream;
    bytes += (*packet)->size;
    const bool is_key = ((*packet)->flags & AV_PKT_FLAG_KEY) != 0;
    if (ours && needs_key && !is_key && bytes < search_bytes_limit) continue;
    if (ours) {
      found.entry = demuxer.times(**packet).presented;
      found.gave_up = !is_key || !found.entry;
      if ((*packet)->pts == no_timestamp && demuxer.stream(stream)->parameters->video_delay > 0) {
        found.doubt = reorder_doubt;
      }
    }
    found.packets.push_back(std::move(*packet));
    if (ours) return found;
  }
}

StartPoint start_point(const SeekTarget& target, const Found& found, bool has_video, bool keyframe) {
  if (!has_video) return {.limit = std::nullopt, .sound_from = target.target};
  if (keyframe && found.entry) return {.limit = found.entry, .sound_from = found.entry};
  return {.limit = target.limit, .sound_from = target.target};
}

// Lets go of what lies more than a group of pictures before `limit`: reads on, and keeps what follows the
// last key frame that serves. For containers that can be entered only where they were read already.
std::expected<Found, ReadError> skip_ahead(Demuxer& demuxer, int stream, MediaTime limit, Found found) {
  std::int64_t bytes = 0;
  for (;;) {
    auto packet = demuxer.read();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) return found;
    const Demuxer::PacketTimes times = demuxer.times(**packet);
    const bool ours = (*packet)->stream_index == stream;
    const bool is_key = ((*packet)->flags & AV_PKT_FLAG_KEY) != 0;
    if (ours && is_key && times.presented && *times.presented + found.doubt <= limit) {
      found.packets.clear();
      bytes = 0;
      found.entry = times.presented;
    }
    bytes += (*packet)->size;
    const bool behind = ours && times.begin && *times.begin > limit;
    found.packets.push_back(std::move(*packet));
    if (behind || bytes > search_bytes_limit) return found;
  }
}

// From the last key frame that is not after `limit`.
std::expected<Found, ReadError> find_backward(Demuxer& demuxer, int stream, bool has_video, MediaTime limit) {
  MediaTime back = has_video ? demuxer.shown_after_decoding(stream) : sound_preroll;
  MediaTime step = first_step_back;
  std::optional<Found> found;
  while (limit - back > MediaTime{0}) {
    auto sought = demuxer.seek(stream, limit - back, Demuxer::Direction::Backward);
    if (!sought) return std::unexpected(sought.error());
    if (!*sought) break;
    auto here = find_entry(demuxer, stream, has_video);
    if (!here) return here;
    if (here->serves(limit)) {
      found = std::move(*here);
      break;
    }
    back += step;
    step *= 2;
  }
  if (!found) {
    if (auto rewound = demuxer.rewind(); !rewound) return std::unexpected(rewound.error());
    auto here = find_entry(demuxer, stream, has_video);
    if (!here) return here;
    found = std::move(*here);
    if (limit >= first_step_back && !found->serves(limit)) {
      if (auto opened = demuxer.start_over(); !opened) return std::unexpected(opened.error());
      here = find_entry(demuxer, stream, has_video);
      if (!here) return here;
      found = std::move(*here);
    }
  }
  if (found->gave_up || !found->entry || *found->entry + far_before >= limit) return std::move(*found);
  // Surprisingly early: the container may know more of itself than it has read so far.
  auto read = demuxer.read_index();
  if (!read) return std::unexpected(read.error());
  if (*read) return find_backward(demuxer, stream, has_video, limit);
  return skip_ahead(demuxer, stream, limit, std::move(*found));
}

// The first key frame that is not before `target`; no entry when there is none.
std::expected<Found, ReadError> find_forward(Demuxer& demuxer, int stream, MediaTime target) {
  auto sought = demuxer.seek(stream, target, Demuxer::Direction::Forward);
  if (!sought) return std::unexpected(sought.error());
  if (!*sought) return Found{};
  for (;;) {
    auto found = find_entry(demuxer, stream, true);
    if (!found || !found->entry || found->gave_up || *found->entry + exact_tolerance >= target) return found;
  }
}

}  // namespace

std::expected<Landing, ReadError> position(Demuxer& demuxer, int video_stream, int audio_stream,
                                           const SeekTarget& target) {
  const bool has_video = video_stream >= 0;
  const int stream = has_video ? video_stream : audio_stream;
  const bool keyframe = has_video && target.mode != SeekMode::Exact;
  if (!demuxer.info().seekable) {
    // Read once, from start to end: what lies before the target is decoded and dropped.
    auto here = find_entry(demuxer, stream, has_video);
    if (!here) return std::unexpected(here.error());
    return Landing{std::move(here->packets), start_point(target, *here, has_video, false), here->entry};
  }
  if (has_video && target.mode == SeekMode::KeyframeAfter) {
    auto ahead = find_forward(demuxer, stream, target.target);
    if (!ahead) return std::unexpected(ahead.error());
    if (ahead->entry) {
      return Landing{std::move(ahead->packets), start_point(target, *ahead, has_video, true), ahead->entry};
    }
    // There is none: the last key frame of all.
  }
  auto found = find_backward(demuxer, stream, has_video, target.limit);
  if (!found) return std::unexpected(found.error());
  const StartPoint start = start_point(target, *found, has_video, keyframe);
  return Landing{std::move(found->packets), start, found->entry};
}

}  // namespace freshet::media
