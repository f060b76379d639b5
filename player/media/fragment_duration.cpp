// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/fragment_duration.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace freshet::media {
namespace {

constexpr std::uint32_t box_name(char a, char b, char c, char d) {
  return (static_cast<std::uint32_t>(a) << 24U) | (static_cast<std::uint32_t>(b) << 16U) |
         (static_cast<std::uint32_t>(c) << 8U) | static_cast<std::uint32_t>(d);
}
constexpr std::int64_t mfro_size = 16;  // always the last box of the file
constexpr std::int64_t header_size = 8;
// One entry a fragment and track: 64 bytes for each second of ten hours are far less.
constexpr std::int64_t index_limit = std::int64_t{8} << 20;

// One tfra box whose content begins at the input's position.
std::optional<MediaTime> track_duration(AVIOContext& input, std::int64_t content,
                                        const std::function<AVRational(int)>& time_base_of) {
  const bool wide = avio_r8(&input) == 1;
  avio_skip(&input, 3);
  const auto track = static_cast<int>(avio_rb32(&input));
  const std::uint32_t lengths = avio_rb32(&input);
  const std::uint32_t count = avio_rb32(&input);
  const std::int64_t numbers = ((lengths >> 4U) & 3U) + ((lengths >> 2U) & 3U) + (lengths & 3U) + 3;
  const std::int64_t entry = (wide ? 16 : 8) + numbers;
  if (count == 0 || std::int64_t{count} * entry + 16 > content) return std::nullopt;
  const auto time = [&] {
    return wide ? static_cast<std::int64_t>(avio_rb64(&input)) : std::int64_t{avio_rb32(&input)};
  };
  const std::int64_t entries = avio_tell(&input);
  const std::int64_t first = time();
  avio_seek(&input, entries + (std::int64_t{count} - 1) * entry, SEEK_SET);
  const std::int64_t last = time();
  const auto begin = to_media_time(first, time_base_of(track));
  const auto end = to_media_time(last, time_base_of(track));
  if (!begin || !end || *end < *begin || *begin < MediaTime{0}) return std::nullopt;
  return *end + (count > 1 ? (*end - *begin) / (std::int64_t{count} - 1) : MediaTime{0});
}

}  // namespace

std::optional<MediaTime> fragmented_duration(AVIOContext& input,
                                             const std::function<AVRational(int)>& time_base_of) {
  const std::int64_t size = avio_size(&input);
  if (size < mfro_size || avio_seek(&input, size - mfro_size, SEEK_SET) < 0) return std::nullopt;
  const bool is_mfro = avio_rb32(&input) == mfro_size && avio_rb32(&input) == box_name('m', 'f', 'r', 'o');
  avio_rb32(&input);
  const std::int64_t index_size = avio_rb32(&input);
  if (!is_mfro || index_size > index_limit || index_size > size || index_size < header_size + mfro_size) {
    return std::nullopt;
  }
  const std::int64_t end = size - mfro_size;
  std::int64_t at = size - index_size;
  if (avio_seek(&input, at, SEEK_SET) < 0) return std::nullopt;
  avio_rb32(&input);
  if (avio_rb32(&input) != box_name('m', 'f', 'r', 'a')) return std::nullopt;
  std::optional<MediaTime> longest;
  for (at += header_size; at + header_size <= end;) {
    if (avio_seek(&input, at, SEEK_SET) < 0) break;
    const std::int64_t box = avio_rb32(&input);
    const std::uint32_t name = avio_rb32(&input);
    if (box < header_size || at + box > end || avio_feof(&input) != 0) break;
    if (name == box_name('t', 'f', 'r', 'a')) {
      const auto duration = track_duration(input, box - header_size, time_base_of);
      if (duration) longest = std::max(longest.value_or(MediaTime{0}), *duration);
    }
    at += box;
  }
  return longest;
}

bool has_segment_index(AVIOContext& input) {
  // ftyp, moov, some free and uuid boxes: more than this before the first fragment is no file made for
  // streaming.
  constexpr int boxes_limit = 32;
  std::int64_t at = 0;
  for (int count = 0; count < boxes_limit && avio_seek(&input, at, SEEK_SET) >= 0; ++count) {
    std::int64_t size = avio_rb32(&input);
    const std::uint32_t name = avio_rb32(&input);
    if (size == 1) size = static_cast<std::int64_t>(avio_rb64(&input));
    if (name == box_name('s', 'i', 'd', 'x')) return true;
    if (name == box_name('m', 'o', 'o', 'f') || size < header_size || avio_feof(&input) != 0) return false;
    if (size > std::numeric_limits<std::int64_t>::max() - at) return false;
    at += size;
  }
  return false;
}

}  // namespace freshet::media
