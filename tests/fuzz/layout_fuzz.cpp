// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// layout_of() and the readers of indexes on any bytes; what they say must lie inside the file.
#include <cstdint>
#include <cstdlib>

#include "player/media/layout/time_map.h"

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet;
  using namespace freshet::media;
  const auto bytes = std::as_bytes(std::span(data, size));
  // Also as the beginning of a file of which more is not known.
  for (const std::int64_t whole : {static_cast<std::int64_t>(size), std::int64_t{1} << 40}) {
    const auto layout = layout_of(bytes, Bytes{whole});
    for (const auto* ranges : {&layout.at_open, &layout.at_seek}) {
      require(ranges->size() <= 512);
      for (const auto& range : *ranges)
        require(range.begin.value >= 0 && range.begin < range.end && range.end.value <= whole);
    }
    std::vector<std::vector<IndexPoint>> indexes;
    indexes.push_back(points_in_cues(bytes, layout));
    indexes.push_back(points_in_segment_index(bytes));
    for (auto& points : indexes) {
      require(points.size() <= most_index_points);
      const auto map = TimeMap::make(points, ByteOffset{whole}, std::chrono::hours(2));
      if (!map) continue;
      const auto group = map->group_at(std::chrono::minutes(5));
      require(group.bytes.begin < group.bytes.end && group.bytes.end.value <= whole);
      require(map->stretches(ByteOffset{0}, ByteOffset{whole}, 16).size() <= 16);
      const auto at = map->at(std::chrono::minutes(10));
      require(at.value >= 0 && at.value <= whole);
    }
  }
  static_cast<void>(length_of_cues(bytes));
  return 0;
}
