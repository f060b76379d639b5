// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/av1_headers.h"

#include <algorithm>

#include "drm/protect/av1_bits.h"

namespace freshet::drm {
namespace {

constexpr unsigned selected_by_frame = 2;  // SELECT_SCREEN_CONTENT_TOOLS, SELECT_INTEGER_MV
constexpr unsigned no_primary = 7;         // PRIMARY_REF_NONE
constexpr unsigned all_frames = 255;
enum : unsigned { key_frame = 0, inter_frame = 1, intra_only_frame = 2, switch_frame = 3 };

}  // namespace

// 5.5.2
void Av1Headers::read_colors(BitReader& bits, Sequence& sequence, unsigned profile) const {
  const bool is_high = bits.flag();
  const bool is_twelve = profile == 2 && is_high && bits.flag();
  sequence.mono = profile != 1 && bits.flag();
  std::uint32_t primaries = 2, transfer = 2, matrix = 2;
  if (bits.flag()) {
    primaries = bits.bits(8);
    transfer = bits.bits(8);
    matrix = bits.bits(8);
  }
  if (sequence.mono) {
    bits.skip(1);
    return;
  }
  if (primaries == 1 && transfer == 13 && matrix == 0) {
    sequence.sub_x = sequence.sub_y = false;
  } else {
    bits.skip(1);
    if (profile == 1) sequence.sub_x = sequence.sub_y = false;
    if (profile == 2) {
      sequence.sub_x = is_twelve ? bits.flag() : true;
      sequence.sub_y = is_twelve && sequence.sub_x && bits.flag();
    }
    if (sequence.sub_x && sequence.sub_y) bits.skip(2);
  }
  sequence.separate_uv = bits.flag();
}

// 5.5.1
bool Av1Headers::read_sequence(std::span<const std::uint8_t> content) {
  BitReader bits(content, Emulation::None);
  Sequence sequence;
  const auto profile = bits.bits(3);
  bits.skip(1);
  sequence.reduced = bits.flag();
  if (sequence.reduced) {
    bits.skip(5);
    sequence.points.emplace_back();
  } else {
    unsigned delay_bits = 0;
    if (bits.flag()) {
      bits.skip(64);
      sequence.equal_interval = bits.flag();
      if (sequence.equal_interval) static_cast<void>(bits.ue());  // uvlc() is coded alike
      sequence.has_model = bits.flag();
      if (sequence.has_model) {
        delay_bits = bits.bits(5) + 1;
        bits.skip(32);
        sequence.removal_bits = bits.bits(5) + 1;
        sequence.presentation_bits = bits.bits(5) + 1;
      }
    }
    const bool has_delay = bits.flag();
    const auto points = bits.bits(5) + 1;
    for (std::uint32_t i = 0; i < points; ++i) {
      OperatingPoint point{.idc = bits.bits(12)};
      if (bits.bits(5) > 7) bits.skip(1);
      if (sequence.has_model && bits.flag()) {
        point.has_model = true;
        bits.skip(std::uint64_t{delay_bits} * 2 + 1);
      }
      if (has_delay && bits.flag()) bits.skip(4);
      sequence.points.push_back(point);
    }
  }
  sequence.width_bits = bits.bits(4) + 1;
  sequence.height_bits = bits.bits(4) + 1;
  sequence.width = bits.bits(sequence.width_bits) + 1;
  sequence.height = bits.bits(sequence.height_bits) + 1;
  if (!sequence.reduced) sequence.has_frame_ids = bits.flag();
  if (sequence.has_frame_ids) {
    sequence.delta_id_bits = bits.bits(4) + 2;
    sequence.id_bits = sequence.delta_id_bits + bits.bits(3) + 1;
  }
  sequence.large_blocks = bits.flag();
  bits.skip(2);
  if (!sequence.reduced) {
    bits.skip(2);
    sequence.warped = bits.flag();
    bits.skip(1);
    sequence.order_hint = bits.flag();
    if (sequence.order_hint) {
      bits.skip(1);
      sequence.reference_mvs = bits.flag();
    }
    sequence.screen_content = bits.flag() ? selected_by_frame : bits.bits(1);
    if (sequence.screen_content > 0) sequence.integer_mv = bits.flag() ? selected_by_frame : bits.bits(1);
    if (sequence.order_hint) sequence.order_bits = bits.bits(3) + 1;
  }
  sequence.superres = bits.flag();
  sequence.cdef = bits.flag();
  sequence.restoration = bits.flag();
  read_colors(bits, sequence, profile);
  sequence.grain = bits.flag();
  if (!bits.ok() || profile > 2) return false;
  sequence_ = std::move(sequence);
  return true;
}

std::int32_t Av1Headers::distance(std::uint32_t a, std::uint32_t b) const {
  if (!sequence_->order_hint) return 0;
  const auto difference = static_cast<std::int32_t>(a) - static_cast<std::int32_t>(b);
  const auto middle = std::int32_t{1} << (sequence_->order_bits - 1);
  return (difference & (middle - 1)) - (difference & middle);
}

// 5.9.2, to where the kinds of frame part. False: it cannot be understood.
bool Av1Headers::read_kind(BitReader& bits, Frame& frame, Layer layer) {
  const auto& sequence = *sequence_;
  if (!sequence.reduced) {
    if (bits.flag()) {
      frame.tiles.shows_existing = true;
      const auto shown = bits.bits(3);
      if (sequence.has_model && !sequence.equal_interval) bits.skip(sequence.presentation_bits);
      bits.skip(sequence.id_bits);
      if (references_[shown].type == key_frame) references_.fill(references_[shown]);
      return bits.ok();
    }
    frame.type = bits.bits(2);
    frame.is_intra = frame.type == key_frame || frame.type == intra_only_frame;
    frame.shown = bits.flag();
    if (frame.shown && sequence.has_model && !sequence.equal_interval) bits.skip(sequence.presentation_bits);
    frame.showable = frame.shown ? frame.type != key_frame : bits.flag();
    frame.resilient = frame.type == switch_frame || (frame.type == key_frame && frame.shown) || bits.flag();
  }
  if (frame.type == key_frame && frame.shown) {
    for (auto& reference : references_) reference.order_hint = 0;
  }
  const bool no_update = bits.flag();
  frame.screen_content =
      sequence.screen_content == selected_by_frame ? bits.flag() : sequence.screen_content != 0;
  if (frame.screen_content)
    frame.integer_mv = sequence.integer_mv == selected_by_frame ? bits.flag() : sequence.integer_mv != 0;
  if (frame.is_intra) frame.integer_mv = true;
  bits.skip(sequence.id_bits);
  frame.size_override = frame.type == switch_frame || (!sequence.reduced && bits.flag());
  frame.order_hint = bits.bits(sequence.order_bits);
  if (!frame.is_intra && !frame.resilient) frame.primary = bits.bits(3);
  if (sequence.has_model && bits.flag()) {
    for (const auto& point : sequence.points) {
      const bool is_in =
          (point.idc >> layer.temporal & 1U) != 0 && (point.idc >> (layer.spatial + 8) & 1U) != 0;
      if (point.has_model && (point.idc == 0 || is_in)) bits.skip(sequence.removal_bits);
    }
  }
  frame.refresh =
      frame.type == switch_frame || (frame.type == key_frame && frame.shown) ? all_frames : bits.bits(8);
  if ((!frame.is_intra || frame.refresh != all_frames) && frame.resilient && sequence.order_hint) {
    for (auto& reference : references_) reference.order_hint = bits.bits(sequence.order_bits);
  }
  if (frame.is_intra) {
    read_size(bits, frame);
    if (frame.screen_content && frame.upscaled_width == frame.width) frame.intra_copy = bits.flag();
  } else if (!read_references(bits, frame)) {
    return false;
  }
  if (!sequence.reduced && !no_update) bits.skip(1);
  return bits.ok();
}

bool Av1Headers::read_references(BitReader& bits, Frame& frame) const {
  const auto& sequence = *sequence_;
  if (sequence.order_hint && bits.flag()) return false;  // the short way
  for (auto& reference : frame.references) {
    reference = bits.bits(3);
    bits.skip(sequence.delta_id_bits);
  }
  bool found = false;
  if (frame.size_override && !frame.resilient) {
    for (std::size_t i = 0; i < frame.references.size() && !found; ++i) {
      found = bits.flag();
      if (!found) continue;
      frame.upscaled_width = references_[frame.references[i]].upscaled_width;
      frame.height = references_[frame.references[i]].height;
      read_superres(bits, frame);
    }
  }
  if (!found) read_size(bits, frame);
  frame.high_precision = !frame.integer_mv && bits.flag();
  if (!bits.flag()) bits.skip(2);
  bits.skip(1);
  if (!frame.resilient && sequence.reference_mvs) bits.skip(1);
  return true;
}

// 5.9.5, 5.9.6
void Av1Headers::read_size(BitReader& bits, Frame& frame) const {
  frame.upscaled_width = frame.size_override ? bits.bits(sequence_->width_bits) + 1 : sequence_->width;
  frame.height = frame.size_override ? bits.bits(sequence_->height_bits) + 1 : sequence_->height;
  read_superres(bits, frame);
  if (bits.flag()) bits.skip(32);
}

// 5.9.8
void Av1Headers::read_superres(BitReader& bits, Frame& frame) const {
  frame.width = frame.upscaled_width;
  if (!sequence_->superres || !bits.flag()) return;
  const auto denominator = bits.bits(3) + 9;
  frame.width = (frame.upscaled_width * 8 + denominator / 2) / denominator;
}

std::optional<Av1Headers::Tiles> Av1Headers::read_frame(BitReader& bits, Layer layer) {
  if (!sequence_) return std::nullopt;
  Frame frame;
  if (!read_kind(bits, frame, layer)) return std::nullopt;
  if (frame.tiles.shows_existing) return frame.tiles;
  if (frame.primary == no_primary) {
    for (auto& motion : frame.motion) motion = {0, 0, 1 << 16, 0, 0, 1 << 16};
  } else {
    const auto& from = references_[frame.references[frame.primary]];
    frame.motion = from.motion;
    frame.segments = from.segments;
  }
  if (!read_tiles(bits, frame)) return std::nullopt;
  read_quantization(bits, frame);
  read_segments(bits, frame);
  if (frame.base_q > 0 && bits.flag()) {
    bits.skip(2);
    if (!frame.intra_copy && bits.flag()) bits.skip(3);
  }
  read_filters(bits, frame);
  if (!frame.lossless) bits.skip(1);
  if (!frame.is_intra) frame.reference_select = bits.flag();
  if (may_skip(frame)) bits.skip(1);
  if (!frame.is_intra && !frame.resilient && sequence_->warped) bits.skip(1);
  bits.skip(1);
  read_motion(bits, frame);
  read_grain(bits, frame);
  if (!bits.ok()) return std::nullopt;
  keep(frame);
  return frame.tiles;
}

// 7.20
void Av1Headers::keep(const Frame& frame) {
  for (unsigned i = 0; i < references_.size(); ++i) {
    if ((frame.refresh >> i & 1U) == 0) continue;
    references_[i] = {frame.upscaled_width, frame.height, frame.order_hint,
                      frame.type,           frame.motion, frame.segments};
  }
}

}  // namespace freshet::drm
