// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// How long the uncompressed headers of VP9 are (VP9 Bitstream & Decoding Process Specification, 6.2): they
// stay clear. One thread; frames in their order, as sizes are taken from earlier ones.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace freshet::drm {

class BitReader;

class Vp9Headers {
 public:
  // Bytes of the header of a frame. nullopt: it is none.
  [[nodiscard]] std::optional<std::size_t> header_size(std::span<const std::uint8_t> frame);

 private:
  [[nodiscard]] bool read_size(BitReader& bits);
  [[nodiscard]] bool read_inter(BitReader& bits);

  std::array<std::uint32_t, 8> widths_{};
  std::uint32_t width_ = 0;
};

// The sizes of the frames that a packet holds, from the index at its end (Annex B); the index itself is what
// is left. One frame without it.
[[nodiscard]] std::vector<std::size_t> vp9_frames(std::span<const std::uint8_t> packet);

}  // namespace freshet::drm
