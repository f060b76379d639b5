// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/avc_slice.h"

#include "drm/protect/bit_reader.h"

namespace freshet::drm {
namespace {

// 7.4.2: what ids and counts may be.
constexpr std::uint32_t most_sequences = 32, most_pictures = 256, most_references = 32, most_commands = 66;

enum : unsigned { sequence_set = 7, picture_set = 8, idr_slice = 5 };

bool is_high_profile(unsigned profile) {
  switch (profile) {
    case 100:
    case 110:
    case 122:
    case 244:
    case 44:
    case 83:
    case 86:
    case 118:
    case 128:
    case 138:
    case 139:
    case 134:
    case 135: return true;
    default: return false;
  }
}

// 7.3.2.1.1.1
void skip_scaling_list(BitReader& bits, int size) {
  int last = 8, next = 8;
  for (int i = 0; i < size && bits.ok(); ++i) {
    if (next != 0) next = (last + bits.se() + 256) % 256;
    if (next != 0) last = next;
  }
}

// 7.3.3.1
void skip_list_modification(BitReader& bits) {
  if (!bits.flag()) return;
  for (std::uint32_t i = 0; i < most_commands && bits.ok(); ++i) {
    if (bits.ue() == 3) return;
    static_cast<void>(bits.ue());
  }
}

// 7.3.3.2
void skip_weights(BitReader& bits, std::uint32_t count, bool has_chroma) {
  for (std::uint32_t i = 0; i < count && bits.ok(); ++i) {
    if (bits.flag()) {
      static_cast<void>(bits.se());
      static_cast<void>(bits.se());
    }
    if (has_chroma && bits.flag()) {
      for (int j = 0; j < 4; ++j) static_cast<void>(bits.se());
    }
  }
}

// 7.3.3.3
void skip_marking(BitReader& bits, bool is_idr) {
  if (is_idr) {
    bits.skip(2);
    return;
  }
  if (!bits.flag()) return;
  for (std::uint32_t i = 0; i < most_commands && bits.ok(); ++i) {
    const auto command = bits.ue();
    if (command == 0) return;
    if (command != 5) static_cast<void>(bits.ue());
    if (command == 3) static_cast<void>(bits.ue());
  }
}

}  // namespace

void AvcSlices::learn(std::span<const std::uint8_t> nal) {
  if (nal.empty()) return;
  const unsigned type = nal[0] & 31U;
  if (type == sequence_set) learn_sequence(nal.subspan(1));
  if (type == picture_set) learn_picture(nal.subspan(1));
}

// 7.3.2.1.1
void AvcSlices::learn_sequence(std::span<const std::uint8_t> nal) {
  BitReader bits(nal, Emulation::Prevented);
  Sequence set;
  const auto profile = bits.bits(8);
  bits.skip(16);
  const auto id = bits.ue();
  if (is_high_profile(profile)) {
    const auto chroma = bits.ue();
    if (chroma == 3) set.separate_planes = bits.flag();
    set.chroma_array_type = set.separate_planes ? 0 : chroma;
    static_cast<void>(bits.ue());
    static_cast<void>(bits.ue());
    bits.skip(1);
    if (bits.flag()) {
      const int lists = chroma == 3 ? 12 : 8;
      for (int i = 0; i < lists; ++i)
        if (bits.flag()) skip_scaling_list(bits, i < 6 ? 16 : 64);
    }
  }
  set.frame_number_bits = bits.ue() + 4;
  set.order_type = bits.ue();
  if (set.order_type == 0) set.order_bits = bits.ue() + 4;
  if (set.order_type == 1) {
    set.order_always_zero = bits.flag();
    static_cast<void>(bits.se());
    static_cast<void>(bits.se());
    const auto cycle = bits.ue();
    for (std::uint32_t i = 0; i < cycle && i < 256 && bits.ok(); ++i) static_cast<void>(bits.se());
  }
  static_cast<void>(bits.ue());  // reference frames
  bits.skip(1);
  static_cast<void>(bits.ue());  // width and height
  static_cast<void>(bits.ue());
  set.frames_only = bits.flag();
  if (!bits.ok() || id >= most_sequences || set.frame_number_bits > 16 || set.order_bits > 16) {
    sequences_.erase(id);
    return;
  }
  sequences_[id] = set;
}

// 7.3.2.2
void AvcSlices::learn_picture(std::span<const std::uint8_t> nal) {
  BitReader bits(nal, Emulation::Prevented);
  Picture set;
  const auto id = bits.ue();
  set.sequence = bits.ue();
  set.is_cabac = bits.flag();
  set.order_in_frame = bits.flag();
  const bool has_groups = bits.ue() != 0;
  for (auto& count : set.references) count = bits.ue() + 1;
  set.weighted = bits.flag();
  set.weighted_bi = bits.bits(2);
  for (int i = 0; i < 3; ++i) static_cast<void>(bits.se());
  set.has_deblocking = bits.flag();
  bits.skip(1);
  set.has_redundant = bits.flag();
  if (!bits.ok() || has_groups || id >= most_pictures || set.references[0] > most_references ||
      set.references[1] > most_references) {
    pictures_.erase(id);
    return;
  }
  pictures_[id] = set;
}

// 7.3.3
std::optional<std::size_t> AvcSlices::header_size(std::span<const std::uint8_t> nal) const {
  if (nal.empty()) return std::nullopt;
  const unsigned type = nal[0] & 31U, reference = nal[0] >> 5U & 3U;
  BitReader bits(nal.subspan(1), Emulation::Prevented);
  static_cast<void>(bits.ue());  // the first macroblock
  const auto slice = bits.ue() % 5;
  const bool is_p = slice == 0, is_b = slice == 1, is_sp = slice == 3, is_si = slice == 4;
  const bool is_inter = is_p || is_b || is_sp;
  const auto picture = pictures_.find(bits.ue());
  if (!bits.ok() || picture == pictures_.end()) return std::nullopt;
  const auto& pps = picture->second;
  const auto sequence = sequences_.find(pps.sequence);
  if (sequence == sequences_.end()) return std::nullopt;
  const auto& sps = sequence->second;

  if (sps.separate_planes) bits.skip(2);
  bits.skip(sps.frame_number_bits);
  bool is_field = false;
  if (!sps.frames_only) {
    is_field = bits.flag();
    if (is_field) bits.skip(1);
  }
  if (type == idr_slice) static_cast<void>(bits.ue());
  if (sps.order_type == 0) {
    bits.skip(sps.order_bits);
    if (pps.order_in_frame && !is_field) static_cast<void>(bits.se());
  }
  if (sps.order_type == 1 && !sps.order_always_zero) {
    static_cast<void>(bits.se());
    if (pps.order_in_frame && !is_field) static_cast<void>(bits.se());
  }
  if (pps.has_redundant) static_cast<void>(bits.ue());
  if (is_b) bits.skip(1);
  std::uint32_t references[2] = {pps.references[0], pps.references[1]};
  if (is_inter && bits.flag()) {
    references[0] = bits.ue() + 1;
    if (is_b) references[1] = bits.ue() + 1;
  }
  if (references[0] > most_references || references[1] > most_references) return std::nullopt;
  if (is_inter) skip_list_modification(bits);
  if (is_b) skip_list_modification(bits);
  if ((pps.weighted && (is_p || is_sp)) || (pps.weighted_bi == 1 && is_b)) {
    const bool has_chroma = sps.chroma_array_type != 0;
    static_cast<void>(bits.ue());
    if (has_chroma) static_cast<void>(bits.ue());
    skip_weights(bits, references[0], has_chroma);
    if (is_b) skip_weights(bits, references[1], has_chroma);
  }
  if (reference != 0) skip_marking(bits, type == idr_slice);
  if (pps.is_cabac && is_inter) static_cast<void>(bits.ue());
  static_cast<void>(bits.se());
  if (is_sp || is_si) {
    if (is_sp) bits.skip(1);
    static_cast<void>(bits.se());
  }
  if (pps.has_deblocking && bits.ue() != 1) {
    static_cast<void>(bits.se());
    static_cast<void>(bits.se());
  }
  if (!bits.ok()) return std::nullopt;
  return 1 + bits.bytes_begun();
}

}  // namespace freshet::drm
