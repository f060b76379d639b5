// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The segment index of a fragmented MP4 (sidx, ISO/IEC 14496-12 8.16.3).
#include <limits>
#include <string_view>

#include "drm/container/box_header.h"
#include "drm/container/source_reader.h"
#include "player/media/layout/index_points.h"

namespace freshet::media {
namespace {

constexpr int boxes_limit = 32;
constexpr std::int64_t furthest = std::numeric_limits<std::int64_t>::max() / 4;

// Time in ticks as nanoseconds; negative when it does not fit.
std::int64_t nanoseconds(std::uint64_t ticks, std::uint32_t scale) {
  constexpr std::uint64_t second = 1'000'000'000;
  const std::uint64_t whole = ticks / scale;
  if (whole > static_cast<std::uint64_t>(furthest) / second) return -1;
  return static_cast<std::int64_t>(whole * second + ticks % scale * second / scale);
}

// One box whose content is `content` and which ends at `end` of the file.
bool read_box(std::span<const std::byte> content, std::int64_t end, std::vector<IndexPoint>& points) {
  container::BigEndian reader(content);
  const bool wide = reader.byte() == 1;
  reader.skip(3 + 4);  // flags, the stream's id
  const std::uint32_t scale = reader.word();
  std::uint64_t time = reader.number(wide ? 8 : 4);
  const std::uint64_t first = reader.number(wide ? 8 : 4);
  reader.skip(2);
  const auto count = reader.number(2);
  if (!reader.ok() || scale == 0 || first > static_cast<std::uint64_t>(furthest)) return false;
  std::int64_t at = end + static_cast<std::int64_t>(first);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint32_t reference = reader.word();
    const std::uint32_t duration = reader.word();
    const std::uint32_t start = reader.word();
    if (!reader.ok() || (reference >> 31U) != 0 || points.size() >= most_index_points) return false;
    const auto when = nanoseconds(time, scale);
    if (when < 0 || at > furthest) return false;
    points.push_back({MediaTime{when}, ByteOffset{at}, (start >> 31U) != 0});
    at += static_cast<std::int64_t>(reference & 0x7fffffffU);
    time += duration;
  }
  return true;
}

}  // namespace

std::vector<IndexPoint> points_in_segment_index(std::span<const std::byte> head) {
  std::size_t at = 0;
  for (int boxes = 0; boxes < boxes_limit && at < head.size(); ++boxes) {
    const auto box =
        container::read_box_header(head.subspan(at), static_cast<std::int64_t>(head.size() - at));
    if (!box || box->size > static_cast<std::int64_t>(head.size() - at)) return {};
    const auto size = static_cast<std::size_t>(box->size), header = static_cast<std::size_t>(box->header);
    if (box->type == "sidx") {
      // The first one is the leading track's: others repeat the same places for sound.
      std::vector<IndexPoint> points;
      const auto box_end = static_cast<std::int64_t>(at + size);
      const auto content = head.subspan(at + header, size - header);
      return read_box(content, box_end, points) ? points : std::vector<IndexPoint>{};
    }
    if (box->type == "moof" || box->type == "mdat") return {};
    at += size;
  }
  return {};
}

}  // namespace freshet::media
