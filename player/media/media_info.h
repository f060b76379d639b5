// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What a file holds, as found when it is opened. Plain values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "streaming/base/units.h"

namespace freshet::media {

enum class TrackKind : std::uint8_t { Video, Audio, Subtitle };
inline constexpr std::array all_track_kinds = {TrackKind::Video, TrackKind::Audio, TrackKind::Subtitle};

struct Track {
  int id = 0;  // 1-based within its kind, as mpv's vid, aid, sid
  TrackKind kind = TrackKind::Video;
  int stream_index = -1;  // FFmpeg's; the ff-index of mpv
  std::string codec{};    // FFmpeg's short name: h264, aac, subrip
  std::string codec_description{};
  std::string title{};
  std::string language{};  // as tagged: eng, de, …
  bool is_default = false;
  bool forced = false;
  bool external = false;
  bool album_art = false;
  bool decodable = true;  // false: no decoder for it
  std::string external_filename{};
  int width = 0, height = 0;  // video: coded picture, unrotated
  int rotation = 0;
  double frames_per_second = 0;
  double sample_aspect = 1;
  int channels = 0, sample_rate = 0;
  std::string channel_layout{};
  std::int64_t bit_rate = 0;  // bits a second, 0 unknown
};

struct Chapter {
  MediaTime start{0};
  std::string title{};
};

struct MediaInfo {
  std::string format;  // FFmpeg's name of the container: "mov,mp4,…"
  std::optional<MediaTime> duration;
  MediaTime start_time{0};  // what was subtracted from every pts
  std::int64_t bit_rate = 0;
  bool seekable = true;
  std::vector<Track> tracks;
  std::vector<Chapter> chapters;
  std::map<std::string, std::string> metadata;  // title, artist, …; keys in lower case
  std::vector<std::string> skipped;             // what could not be used, in words
};

}  // namespace freshet::media
