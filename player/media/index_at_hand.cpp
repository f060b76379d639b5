// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/index_at_hand.h"

#include <algorithm>
#include <optional>

namespace freshet::media {
namespace {

// An index that is longer is not read twice: FFmpeg's own will do.
constexpr std::int64_t longest_index = std::int64_t{8} << 20;
constexpr std::int64_t header_length = 12;

// nullopt: not all of it is here.
std::optional<std::vector<std::byte>> at_hand(ByteSource& source, ByteRange range, Generation generation) {
  const auto here = source.available();
  const bool complete = std::ranges::any_of(
      here, [&](const ByteRange& each) { return each.begin <= range.begin && range.end <= each.end; });
  if (!complete || range.length().value > longest_index) return std::nullopt;
  std::vector<std::byte> bytes(static_cast<std::size_t>(range.length().value));
  for (std::size_t filled = 0; filled < bytes.size();) {
    const auto got = source.read(range.begin + Bytes{static_cast<std::int64_t>(filled)},
                                 std::span(bytes).subspan(filled), generation);
    if (!got || *got == 0) return std::nullopt;
    filled += *got;
  }
  return bytes;
}

}  // namespace

bool IndexAtHand::look(ByteSource& source, Generation generation) {
  if (over_) return false;
  switch (layout_.kind) {
    case ContainerKind::Matroska: return look_for_cues(source, generation);
    case ContainerKind::Mp4: return look_for_segments(source, generation);
    default: over_ = true; return false;
  }
}

bool IndexAtHand::look_for_cues(ByteSource& source, Generation generation) {
  if (layout_.at_seek.empty()) {
    over_ = true;
    return false;
  }
  const auto begin = layout_.at_seek.front().begin;
  const auto header = at_hand(source, {begin, begin + Bytes{header_length}}, generation);
  if (!header) return false;
  const auto length = length_of_cues(*header);
  if (length.value <= header_length || length.value > longest_index) {
    over_ = true;
    return false;
  }
  const auto cues = at_hand(source, {begin, begin + length}, generation);
  if (!cues) return false;
  over_ = true;
  points_ = points_in_cues(*cues, layout_);
  return !points_.empty();
}

bool IndexAtHand::look_for_segments(ByteSource& source, Generation generation) {
  if (layout_.at_seek.empty() || !layout_.media) {
    over_ = true;  // not fragmented
    return false;
  }
  const auto front = at_hand(source, {{0}, *layout_.media}, generation);
  if (!front) return false;
  over_ = true;
  points_ = points_in_segment_index(*front);
  return !points_.empty();
}

}  // namespace freshet::media
