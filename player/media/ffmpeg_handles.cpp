// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/ffmpeg_handles.h"

#include <algorithm>
#include <array>

namespace freshet::media {
namespace {

// Half of what 64 bits of nanoseconds hold, so that the sum of two such times still fits.
constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max() / 2;

}  // namespace

std::optional<MediaTime> to_media_time(std::int64_t timestamp, AVRational time_base) {
  if (timestamp == no_timestamp || time_base.num <= 0 || time_base.den <= 0) return std::nullopt;
  const std::int64_t time = av_rescale_q(timestamp, time_base, nanoseconds_base);
  if (time == no_timestamp) return std::nullopt;  // does not fit
  return MediaTime(std::clamp(time, -longest, longest));
}

std::int64_t to_timestamp(MediaTime time, AVRational time_base) {
  return av_rescale_q_rnd(time.count(), nanoseconds_base, time_base, AV_ROUND_DOWN);
}

std::string error_text(int error) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(error, text.data(), text.size());
  return text.data();
}

}  // namespace freshet::media
