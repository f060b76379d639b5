// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// How long the slice segment headers of HEVC are (ISO/IEC 23008-2, 7.3): Common Encryption leaves them clear.
// Pure; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace freshet::drm {

class BitReader;

class HevcSlices {
 public:
  // A NAL unit that is a sequence or picture parameter set; what cannot be understood is forgotten.
  void learn(std::span<const std::uint8_t> nal);
  // Bytes from the NAL unit's first to the end of the header. nullopt: its parameter sets are not known, or
  // what it says cannot be.
  [[nodiscard]] std::optional<std::size_t> header_size(std::span<const std::uint8_t> nal) const;

 private:
  // How far away the pictures are that may be referred to, and whether this one does.
  struct ReferenceSet {
    std::vector<std::pair<std::int32_t, bool>> before, after;
    [[nodiscard]] std::size_t size() const { return before.size() + after.size(); }
    [[nodiscard]] unsigned used() const;
  };
  struct Sequence {
    unsigned chroma_array_type = 1;
    bool separate_planes = false, has_long_term = false, has_sao = false, has_temporal = false;
    unsigned order_bits = 4;
    std::uint32_t units = 1;  // coding tree blocks of a picture
    std::vector<ReferenceSet> sets;
    std::vector<bool> long_term_used;
  };
  struct Picture {
    std::uint32_t sequence = 0;
    bool dependent = false, has_output = false, cabac_init = false, chroma_offsets = false,
         offset_list = false, weighted = false, weighted_bi = false, has_entry_points = false,
         filters_across = false, deblocking_override = false, deblocking_off = false,
         list_modification = false, has_extension = false;
    unsigned extra_bits = 0;
    std::uint32_t references[2] = {1, 1};
  };
  void learn_sequence(std::span<const std::uint8_t> nal);
  void learn_picture(std::span<const std::uint8_t> nal);
  [[nodiscard]] static ReferenceSet read_set(BitReader& bits, const std::vector<ReferenceSet>& known,
                                             bool is_in_slice);
  // What is there of slices that do not depend on another one. False: it cannot be.
  [[nodiscard]] static bool skip_independent(BitReader& bits, const Sequence& sps, const Picture& pps,
                                             unsigned type);

  std::map<std::uint32_t, Sequence> sequences_;
  std::map<std::uint32_t, Picture> pictures_;
};

}  // namespace freshet::drm
