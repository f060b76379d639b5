// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The parts of an AV1 frame header that come behind its size (AV1 specification, 5.9.12 to 5.9.30).
#include <algorithm>

#include "drm/protect/av1_bits.h"
#include "drm/protect/av1_headers.h"

namespace freshet::drm {
namespace {

constexpr unsigned most_tiles_a_side = 64;
enum : unsigned { inter_frame = 1 };

// The least k for which (block << k) is not below target.
unsigned tile_log2(std::uint32_t block, std::uint32_t target) {
  unsigned k = 0;
  while ((std::uint64_t{block} << k) < target) ++k;
  return k;
}

// 5.9.26 and 5.9.27
std::uint32_t subexponential(BitReader& bits, std::uint32_t symbols) {
  std::uint32_t begin = 0;
  for (unsigned i = 0; bits.ok(); ++i) {
    const unsigned width = i == 0 ? 3 : 3 + i - 1;
    const std::uint32_t step = 1U << width;
    if (symbols <= begin + 3 * step) return below(bits, symbols - begin) + begin;
    if (!bits.flag()) return bits.bits(width) + begin;
    begin += step;
  }
  return 0;
}
std::int32_t recentred(std::int32_t from, std::int32_t value) {
  if (value > 2 * from) return value;
  return value % 2 == 1 ? from - (value + 1) / 2 : from + value / 2;
}
std::int32_t signed_subexponential(BitReader& bits, std::int32_t low, std::int32_t high, std::int32_t from) {
  const auto most = high - low, near = from - low;
  const auto value = static_cast<std::int32_t>(subexponential(bits, static_cast<std::uint32_t>(most)));
  return low + (near * 2 <= most ? recentred(near, value) : most - 1 - recentred(most - 1 - near, value));
}

// 5.9.25
std::int32_t motion_parameter(BitReader& bits, bool only_moves, bool high_precision, unsigned index,
                              std::int32_t previous) {
  unsigned width = 12, precision = 15;
  if (index < 2) {
    precision = 6;
    if (only_moves) {
      width = high_precision ? 9 : 8;
      precision = high_precision ? 3 : 2;
    }
  }
  const unsigned shift = 16 - precision;
  const bool is_scale = index % 3 == 2;
  const std::int32_t most = 1 << width, round = is_scale ? 1 << 16 : 0, less = is_scale ? 1 << precision : 0;
  return signed_subexponential(bits, -most, most + 1, (previous >> shift) - less) * (1 << shift) + round;
}

}  // namespace

// 5.9.15
bool Av1Headers::read_tiles(BitReader& bits, Frame& frame) const {
  if (frame.width == 0 || frame.height == 0) return false;  // a picture that is scaled away
  const bool large = sequence_->large_blocks;
  const unsigned shift = large ? 5 : 4, size_shift = shift + 2;
  const auto units = [&](std::uint32_t side) {
    return (2 * ((side + 7) >> 3U) + (1U << shift) - 1) >> shift;
  };
  const auto columns = units(frame.width), rows = units(frame.height);
  const std::uint32_t widest = 4096U >> size_shift;
  const std::uint32_t area = (4096U * 2304U) >> (2 * size_shift);
  const auto least_columns = tile_log2(widest, columns);
  const auto most_columns = tile_log2(1, std::min(columns, most_tiles_a_side));
  const auto most_rows = tile_log2(1, std::min(rows, most_tiles_a_side));
  const auto least = std::max(least_columns, tile_log2(area, rows * columns));
  auto& tiles = frame.tiles;
  unsigned columns_log2 = 0, rows_log2 = 0;
  if (bits.flag()) {
    columns_log2 = least_columns;
    while (columns_log2 < most_columns && bits.flag()) ++columns_log2;
    const auto width = (columns + (1U << columns_log2) - 1) >> columns_log2;
    tiles.columns = (columns + width - 1) / width;
    rows_log2 = least > columns_log2 ? least - columns_log2 : 0;
    while (rows_log2 < most_rows && bits.flag()) ++rows_log2;
    const auto height = (rows + (1U << rows_log2) - 1) >> rows_log2;
    tiles.rows = (rows + height - 1) / height;
  } else {
    std::uint32_t broadest = 1;
    tiles.columns = tiles.rows = 0;
    for (std::uint32_t at = 0; at < columns && bits.ok(); ++tiles.columns) {
      const auto width = below(bits, std::min(columns - at, widest)) + 1;
      broadest = std::max(broadest, width);
      at += width;
    }
    const auto left = least > 0 ? (rows * columns) >> (least + 1) : rows * columns;
    const auto tallest = std::max(left / broadest, 1U);
    for (std::uint32_t at = 0; at < rows && bits.ok(); ++tiles.rows)
      at += below(bits, std::min(rows - at, tallest)) + 1;
    columns_log2 = tile_log2(1, tiles.columns);
    rows_log2 = tile_log2(1, tiles.rows);
  }
  tiles.number_bits = columns_log2 + rows_log2;
  if (tiles.number_bits > 0) {
    bits.skip(tiles.number_bits);
    tiles.size_bytes = bits.bits(2) + 1;
  }
  return bits.ok() && tiles.columns <= most_tiles_a_side && tiles.rows <= most_tiles_a_side;
}

// 5.9.12
void Av1Headers::read_quantization(BitReader& bits, Frame& frame) const {
  const auto delta = [&] {
    if (bits.flag() && signed_bits(bits, 7) != 0) frame.has_q_deltas = true;
  };
  frame.base_q = bits.bits(8);
  delta();
  if (!sequence_->mono) {
    const bool differ = sequence_->separate_uv && bits.flag();
    for (int i = differ ? 4 : 2; i > 0; --i) delta();
  }
  if (bits.flag()) bits.skip(sequence_->separate_uv ? 12 : 8);
}

// 5.9.14
void Av1Headers::read_segments(BitReader& bits, Frame& frame) const {
  constexpr unsigned widths[] = {8, 6, 6, 6, 6, 3, 0, 0};
  constexpr unsigned last_signed = 4;
  if (!bits.flag()) {
    frame.segments = {};
  } else {
    bool has_data = true;
    if (frame.primary != 7) {
      if (bits.flag()) bits.skip(1);
      has_data = bits.flag();
    }
    if (has_data) {
      for (auto& segment : frame.segments) {
        for (unsigned i = 0; i < segment.size(); ++i) {
          segment[i] = {.is_on = bits.flag()};
          if (segment[i].is_on)
            segment[i].value = i <= last_signed ? signed_bits(bits, widths[i] + 1)
                                                : static_cast<std::int32_t>(bits.bits(widths[i]));
        }
      }
    }
  }
  // CodedLossless
  frame.lossless = !frame.has_q_deltas && std::ranges::all_of(frame.segments, [&](const auto& segment) {
    return static_cast<std::int32_t>(frame.base_q) + (segment[0].is_on ? segment[0].value : 0) <= 0;
  });
}

// 5.9.11, 5.9.19, 5.9.20
void Av1Headers::read_filters(BitReader& bits, Frame& frame) const {
  const bool mono = sequence_->mono;
  if (!frame.lossless && !frame.intra_copy) {
    const auto first = bits.bits(6), second = bits.bits(6);
    if (!mono && (first != 0 || second != 0)) bits.skip(12);
    bits.skip(3);
    if (bits.flag() && bits.flag()) {
      for (int i = 0; i < 10; ++i)
        if (bits.flag()) bits.skip(7);
    }
    if (sequence_->cdef) {
      bits.skip(2);
      const auto strengths = std::uint64_t{1} << bits.bits(2);
      bits.skip(strengths * (mono ? 6 : 12));
    }
  }
  const bool all_lossless = frame.lossless && frame.width == frame.upscaled_width;
  if (all_lossless || frame.intra_copy || !sequence_->restoration) return;
  bool is_used = false, is_used_for_chroma = false;
  for (int plane = 0; plane < (mono ? 1 : 3); ++plane) {
    if (bits.bits(2) == 0) continue;
    is_used = true;
    is_used_for_chroma = is_used_for_chroma || plane > 0;
  }
  if (!is_used) return;
  if (bits.flag() && !sequence_->large_blocks) bits.skip(1);
  if (sequence_->sub_x && sequence_->sub_y && is_used_for_chroma) bits.skip(1);
}

// 5.9.22
bool Av1Headers::may_skip(const Frame& frame) const {
  if (frame.is_intra || !frame.reference_select || !sequence_->order_hint) return false;
  std::optional<std::uint32_t> forward, backward;
  for (const auto index : frame.references) {
    const auto hint = references_[index].order_hint;
    const auto away = distance(hint, frame.order_hint);
    if (away < 0 && (!forward || distance(hint, *forward) > 0)) forward = hint;
    if (away > 0 && (!backward || distance(hint, *backward) < 0)) backward = hint;
  }
  if (!forward) return false;
  if (backward) return true;
  return std::ranges::any_of(frame.references, [&](unsigned index) {
    return distance(references_[index].order_hint, *forward) < 0;
  });
}

// 5.9.24
void Av1Headers::read_motion(BitReader& bits, Frame& frame) const {
  const auto previous = frame.motion;
  for (auto& motion : frame.motion) motion = {0, 0, 1 << 16, 0, 0, 1 << 16};
  if (frame.is_intra) return;
  for (std::size_t i = 1; i < frame.motion.size(); ++i) {
    if (!bits.flag()) continue;
    const bool rotates_and_zooms = bits.flag();
    const bool only_moves = !rotates_and_zooms && bits.flag();
    auto& motion = frame.motion[i];
    const auto read = [&](unsigned index) {
      motion[index] = motion_parameter(bits, only_moves, frame.high_precision, index, previous[i][index]);
    };
    if (!only_moves) {
      read(2);
      read(3);
      if (rotates_and_zooms) {
        motion[4] = -motion[3];
        motion[5] = motion[2];
      } else {
        read(4);
        read(5);
      }
    }
    read(0);
    read(1);
  }
}

// 5.9.30
void Av1Headers::read_grain(BitReader& bits, const Frame& frame) const {
  if (!sequence_->grain || (!frame.shown && !frame.showable) || !bits.flag()) return;
  bits.skip(16);
  if (frame.type == inter_frame && !bits.flag()) {
    bits.skip(3);
    return;
  }
  const auto points = [&] {
    const auto count = bits.bits(4);
    bits.skip(std::uint64_t{count} * 16);
    return count;
  };
  const auto luma = points();
  const bool from_luma = !sequence_->mono && bits.flag();
  std::uint32_t blue = 0, red = 0;
  if (!sequence_->mono && !from_luma && !(sequence_->sub_x && sequence_->sub_y && luma == 0)) {
    blue = points();
    red = points();
  }
  bits.skip(2);
  const std::uint64_t lag = bits.bits(2), around = 2 * lag * (lag + 1);
  if (luma != 0) bits.skip(around * 8);
  const auto chroma = around + (luma != 0 ? 1 : 0);
  if (from_luma || blue != 0) bits.skip(chroma * 8);
  if (from_luma || red != 0) bits.skip(chroma * 8);
  bits.skip(4);
  if (blue != 0) bits.skip(25);
  if (red != 0) bits.skip(25);
  bits.skip(2);
}

}  // namespace freshet::drm
