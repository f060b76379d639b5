// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/hevc_slice.h"

#include <algorithm>
#include <bit>

#include "drm/protect/bit_reader.h"

namespace freshet::drm {
namespace {

// 7.4.3: what ids and counts may be.
constexpr std::uint32_t most_sequences = 16, most_pictures = 64, most_sets = 64, most_references = 16,
                        most_long_term = 33, most_tiles = 440, most_entry_points = 440 * 64,
                        longest_extension = 256, largest_side = 1U << 16U;

enum : unsigned {
  sequence_set = 33,
  picture_set = 34,
  first_random = 16,
  last_random = 23,
  idr = 19,
  idr_n = 20
};

// Ceil(Log2(x))
unsigned bits_for(std::uint32_t count) {
  return count <= 1 ? 0U : unsigned{std::bit_width(count - 1)};
}

// 7.3.3
void skip_profile(BitReader& bits, unsigned layers) {
  constexpr unsigned profile = 88, level = 8;
  bits.skip(profile + level);
  unsigned lengths[8] = {};
  for (unsigned i = 0; i < layers; ++i) {
    if (bits.flag()) lengths[i] += profile;
    if (bits.flag()) lengths[i] += level;
  }
  if (layers > 0) bits.skip(std::uint64_t{8 - layers} * 2);
  for (unsigned i = 0; i < layers; ++i) bits.skip(lengths[i]);
}

// 7.3.4
void skip_scaling_lists(BitReader& bits) {
  for (unsigned size = 0; size < 4; ++size) {
    for (unsigned matrix = 0; matrix < 6 && bits.ok(); matrix += size == 3 ? 3 : 1) {
      if (!bits.flag()) {
        static_cast<void>(bits.ue());
        continue;
      }
      if (size > 1) static_cast<void>(bits.se());
      const unsigned count = std::min(64U, 1U << (4 + (size << 1U)));
      for (unsigned i = 0; i < count && bits.ok(); ++i) static_cast<void>(bits.se());
    }
  }
}

// 7.3.6.3
void skip_weights(BitReader& bits, const std::uint32_t* counts, bool is_b, bool has_chroma) {
  static_cast<void>(bits.ue());
  if (has_chroma) static_cast<void>(bits.se());
  for (unsigned list = 0; list < (is_b ? 2U : 1U); ++list) {
    bool luma[most_references] = {}, chroma[most_references] = {};
    for (std::uint32_t i = 0; i < counts[list]; ++i) luma[i] = bits.flag();
    for (std::uint32_t i = 0; has_chroma && i < counts[list]; ++i) chroma[i] = bits.flag();
    for (std::uint32_t i = 0; i < counts[list] && bits.ok(); ++i) {
      for (unsigned n = (luma[i] ? 2U : 0U) + (chroma[i] ? 4U : 0U); n > 0; --n) static_cast<void>(bits.se());
    }
  }
}

}  // namespace

unsigned HevcSlices::ReferenceSet::used() const {
  const auto count = [](const auto& list) {
    return std::ranges::count_if(list, [](auto& one) { return one.second; });
  };
  return static_cast<unsigned>(count(before) + count(after));
}

void HevcSlices::learn(std::span<const std::uint8_t> nal) {
  if (nal.size() < 2) return;
  const unsigned type = nal[0] >> 1U & 63U;
  if (type == sequence_set) learn_sequence(nal.subspan(2));
  if (type == picture_set) learn_picture(nal.subspan(2));
}

// 7.3.7; 7.4.8 for those that are predicted from another one.
HevcSlices::ReferenceSet HevcSlices::read_set(BitReader& bits, const std::vector<ReferenceSet>& known,
                                              bool is_in_slice) {
  ReferenceSet set;
  if (!known.empty() && bits.flag()) {
    const std::size_t back = is_in_slice ? std::size_t{bits.ue()} + 1 : 1;
    const bool is_negative = bits.flag();
    const auto distance = static_cast<std::int32_t>(std::min(bits.ue() + 1, 1U << 15U));
    const std::int32_t delta = is_negative ? -distance : distance;
    if (back > known.size()) {
      bits.skip(~std::uint64_t{0});  // not ok
      return set;
    }
    const auto& from = known[known.size() - back];
    // In its order: those before, those after, and the picture itself.
    std::vector<std::int32_t> places;
    for (const auto& one : from.before) places.push_back(one.first);
    for (const auto& one : from.after) places.push_back(one.first);
    places.push_back(0);
    for (const auto place : places) {
      const bool is_used = bits.flag();
      const bool is_kept = is_used || bits.flag();
      const auto moved = place + delta;
      if (!is_kept || moved == 0) continue;
      (moved < 0 ? set.before : set.after).emplace_back(moved, is_used);
    }
    std::ranges::sort(set.before, std::ranges::greater{}, [](auto& one) { return one.first; });
    std::ranges::sort(set.after, {}, [](auto& one) { return one.first; });
    return set;
  }
  const auto before = bits.ue(), after = bits.ue();
  if (before > most_references || after > most_references) bits.skip(~std::uint64_t{0});
  std::int32_t place = 0;
  for (std::uint32_t i = 0; i < before && bits.ok(); ++i) {
    place -= static_cast<std::int32_t>(std::min(bits.ue(), 1U << 15U)) + 1;
    set.before.emplace_back(place, bits.flag());
  }
  place = 0;
  for (std::uint32_t i = 0; i < after && bits.ok(); ++i) {
    place += static_cast<std::int32_t>(std::min(bits.ue(), 1U << 15U)) + 1;
    set.after.emplace_back(place, bits.flag());
  }
  return set;
}

// 7.3.2.2.1
void HevcSlices::learn_sequence(std::span<const std::uint8_t> nal) {
  BitReader bits(nal, Emulation::Prevented);
  Sequence set;
  bits.skip(4);
  const auto layers = bits.bits(3);
  bits.skip(1);
  skip_profile(bits, layers);
  const auto id = bits.ue();
  const auto chroma = bits.ue();
  if (chroma == 3) set.separate_planes = bits.flag();
  set.chroma_array_type = set.separate_planes ? 0 : chroma;
  const auto width = bits.ue(), height = bits.ue();
  if (bits.flag()) {
    for (int i = 0; i < 4; ++i) static_cast<void>(bits.ue());
  }
  static_cast<void>(bits.ue());
  static_cast<void>(bits.ue());
  set.order_bits = bits.ue() + 4;
  for (unsigned i = bits.flag() ? 0 : layers; i <= layers; ++i) {
    for (int j = 0; j < 3; ++j) static_cast<void>(bits.ue());
  }
  const auto smallest = bits.ue() + 3, block = smallest + bits.ue();
  for (int i = 0; i < 4; ++i) static_cast<void>(bits.ue());
  if (bits.flag() && bits.flag()) skip_scaling_lists(bits);
  bits.skip(1);
  set.has_sao = bits.flag();
  if (bits.flag()) {
    bits.skip(8);
    static_cast<void>(bits.ue());
    static_cast<void>(bits.ue());
    bits.skip(1);
  }
  const auto sets = bits.ue();
  for (std::uint32_t i = 0; i < sets && i < most_sets && bits.ok(); ++i)
    set.sets.push_back(read_set(bits, set.sets, false));
  set.has_long_term = bits.flag();
  if (set.has_long_term) {
    const auto count = bits.ue();
    for (std::uint32_t i = 0; i < count && i < most_long_term && bits.ok(); ++i) {
      bits.skip(set.order_bits);
      set.long_term_used.push_back(bits.flag());
    }
  }
  set.has_temporal = bits.flag();
  if (!bits.ok() || id >= most_sequences || set.order_bits > 16 || sets > most_sets || block > 6 ||
      width > largest_side || height > largest_side) {
    sequences_.erase(id);
    return;
  }
  const auto side = 1U << block;
  set.units = ((width + side - 1) / side) * ((height + side - 1) / side);
  sequences_[id] = std::move(set);
}

// 7.3.2.3.1
void HevcSlices::learn_picture(std::span<const std::uint8_t> nal) {
  BitReader bits(nal, Emulation::Prevented);
  Picture set;
  const auto id = bits.ue();
  set.sequence = bits.ue();
  set.dependent = bits.flag();
  set.has_output = bits.flag();
  set.extra_bits = bits.bits(3);
  bits.skip(1);
  set.cabac_init = bits.flag();
  for (auto& count : set.references) count = bits.ue() + 1;
  static_cast<void>(bits.se());
  bits.skip(1);
  const bool transform_skip = bits.flag();
  if (bits.flag()) static_cast<void>(bits.ue());
  static_cast<void>(bits.se());
  static_cast<void>(bits.se());
  set.chroma_offsets = bits.flag();
  set.weighted = bits.flag();
  set.weighted_bi = bits.flag();
  bits.skip(1);
  const bool has_tiles = bits.flag();
  const bool has_rows = bits.flag();
  set.has_entry_points = has_tiles || has_rows;
  if (has_tiles) {
    const auto columns = bits.ue(), rows = bits.ue();
    if (!bits.flag()) {
      for (std::uint32_t i = 0; i < columns + rows && i < most_tiles && bits.ok(); ++i)
        static_cast<void>(bits.ue());
    }
    bits.skip(1);
  }
  set.filters_across = bits.flag();
  if (bits.flag()) {
    set.deblocking_override = bits.flag();
    set.deblocking_off = bits.flag();
    if (!set.deblocking_off) {
      static_cast<void>(bits.se());
      static_cast<void>(bits.se());
    }
  }
  if (bits.flag()) skip_scaling_lists(bits);
  set.list_modification = bits.flag();
  static_cast<void>(bits.ue());
  set.has_extension = bits.flag();
  if (bits.flag()) {
    const bool has_range = bits.flag();
    bits.skip(7);
    if (has_range) {
      if (transform_skip) static_cast<void>(bits.ue());
      bits.skip(1);
      set.offset_list = bits.flag();
    }
  }
  if (!bits.ok() || id >= most_pictures || set.references[0] > most_references ||
      set.references[1] > most_references) {
    pictures_.erase(id);
    return;
  }
  pictures_[id] = set;
}

bool HevcSlices::skip_independent(BitReader& bits, const Sequence& sps, const Picture& pps, unsigned type) {
  bits.skip(pps.extra_bits);
  const auto slice = bits.ue();
  const bool is_b = slice == 0, is_inter = slice < 2;
  if (pps.has_output) bits.skip(1);
  if (sps.separate_planes) bits.skip(2);
  unsigned pictures = 0;  // NumPicTotalCurr
  bool has_temporal = false;
  if (type != idr && type != idr_n) {
    bits.skip(sps.order_bits);
    if (!bits.flag()) {
      pictures = read_set(bits, sps.sets, true).used();
    } else {
      const auto index = bits.bits(bits_for(static_cast<std::uint32_t>(sps.sets.size())));
      if (index >= sps.sets.size()) return false;
      pictures = sps.sets[index].used();
    }
    if (sps.has_long_term) {
      const auto listed = sps.long_term_used.empty() ? 0U : bits.ue();
      const auto own = bits.ue();
      if (listed > most_long_term || own > most_long_term) return false;
      for (std::uint32_t i = 0; i < listed + own && bits.ok(); ++i) {
        if (i < listed) {
          const auto index = bits.bits(bits_for(static_cast<std::uint32_t>(sps.long_term_used.size())));
          if (index < sps.long_term_used.size() && sps.long_term_used[index]) ++pictures;
        } else {
          bits.skip(sps.order_bits);
          if (bits.flag()) ++pictures;
        }
        if (bits.flag()) static_cast<void>(bits.ue());
      }
    }
    if (sps.has_temporal) has_temporal = bits.flag();
  }
  const bool has_chroma = sps.chroma_array_type != 0;
  bool has_sao = false;
  if (sps.has_sao) {
    has_sao = bits.flag();
    if (has_chroma && bits.flag()) has_sao = true;
  }
  if (is_inter) {
    std::uint32_t references[2] = {pps.references[0], pps.references[1]};
    if (bits.flag()) {
      references[0] = bits.ue() + 1;
      if (is_b) references[1] = bits.ue() + 1;
    }
    if (references[0] > most_references || references[1] > most_references) return false;
    if (pps.list_modification && pictures > 1) {
      for (unsigned list = 0; list < (is_b ? 2U : 1U); ++list)
        if (bits.flag()) bits.skip(std::uint64_t{references[list]} * bits_for(pictures));
    }
    if (is_b) bits.skip(1);
    if (pps.cabac_init) bits.skip(1);
    if (has_temporal) {
      const bool first = !is_b || bits.flag();
      if (references[first ? 0 : 1] > 1) static_cast<void>(bits.ue());
    }
    if ((pps.weighted && !is_b) || (pps.weighted_bi && is_b))
      skip_weights(bits, references, is_b, has_chroma);
    static_cast<void>(bits.ue());
  }
  static_cast<void>(bits.se());
  if (pps.chroma_offsets) {
    static_cast<void>(bits.se());
    static_cast<void>(bits.se());
  }
  if (pps.offset_list) bits.skip(1);
  bool deblocking_off = pps.deblocking_off;
  if (pps.deblocking_override && bits.flag()) {
    deblocking_off = bits.flag();
    if (!deblocking_off) {
      static_cast<void>(bits.se());
      static_cast<void>(bits.se());
    }
  }
  if (pps.filters_across && (has_sao || !deblocking_off)) bits.skip(1);
  return bits.ok();
}

// 7.3.6.1
std::optional<std::size_t> HevcSlices::header_size(std::span<const std::uint8_t> nal) const {
  if (nal.size() < 2) return std::nullopt;
  const unsigned type = nal[0] >> 1U & 63U;
  BitReader bits(nal.subspan(2), Emulation::Prevented);
  const bool is_first = bits.flag();
  if (type >= first_random && type <= last_random) bits.skip(1);
  const auto picture = pictures_.find(bits.ue());
  if (!bits.ok() || picture == pictures_.end()) return std::nullopt;
  const auto& pps = picture->second;
  const auto sequence = sequences_.find(pps.sequence);
  if (sequence == sequences_.end()) return std::nullopt;
  const auto& sps = sequence->second;
  bool is_dependent = false;
  if (!is_first) {
    if (pps.dependent) is_dependent = bits.flag();
    bits.skip(bits_for(sps.units));
  }
  if (!is_dependent && !skip_independent(bits, sps, pps, type)) return std::nullopt;
  if (pps.has_entry_points) {
    const auto count = bits.ue();
    if (count > most_entry_points) return std::nullopt;
    if (count > 0) {
      const auto length = std::uint64_t{bits.ue()} + 1;
      if (length > 32) return std::nullopt;
      bits.skip(count * length);
    }
  }
  if (pps.has_extension) {
    const auto length = bits.ue();
    if (length > longest_extension) return std::nullopt;
    bits.skip(std::uint64_t{length} * 8);
  }
  bits.skip(1);  // byte_alignment() begins with a 1
  if (!bits.ok()) return std::nullopt;
  return 2 + bits.bytes_begun();
}

}  // namespace freshet::drm
