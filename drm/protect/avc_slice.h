// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// How long the slice headers of H.264 are (ISO/IEC 14496-10, 7.3): Common Encryption leaves them clear. Pure;
// one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>

namespace freshet::drm {

class AvcSlices {
 public:
  // A NAL unit that is a sequence or picture parameter set; what cannot be understood is forgotten.
  void learn(std::span<const std::uint8_t> nal);
  // Bytes from the NAL unit's first to the end of the slice header. nullopt: its parameter sets are not
  // known, or it uses what streams that are sold do not have (slice groups).
  [[nodiscard]] std::optional<std::size_t> header_size(std::span<const std::uint8_t> nal) const;

 private:
  struct Sequence {
    unsigned chroma_array_type = 1;
    bool separate_planes = false;
    unsigned frame_number_bits = 4, order_type = 0, order_bits = 4;
    bool order_always_zero = false, frames_only = true;
  };
  struct Picture {
    std::uint32_t sequence = 0;
    bool is_cabac = false, order_in_frame = false;
    std::uint32_t references[2] = {1, 1};
    bool weighted = false;
    unsigned weighted_bi = 0;
    bool has_deblocking = false, has_redundant = false;
  };
  void learn_sequence(std::span<const std::uint8_t> nal);
  void learn_picture(std::span<const std::uint8_t> nal);

  std::map<std::uint32_t, Sequence> sequences_;
  std::map<std::uint32_t, Picture> pictures_;
};

}  // namespace freshet::drm
