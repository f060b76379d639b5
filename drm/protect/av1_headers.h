// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The headers of AV1 (AV1 Bitstream & Decoding Process Specification, 5.5 and 5.9), read as far as to know
// where the tiles lie: nothing says how long a frame header is but the header itself, and what it holds
// depends on the frames before. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace freshet::drm {

class BitReader;

class Av1Headers {
 public:
  // Of the OBU that a header is in.
  struct Layer {
    unsigned temporal = 0, spatial = 0;
  };
  // How the tiles of a frame are told apart. Without tiles a frame is shown that was decoded before.
  struct Tiles {
    bool shows_existing = false;
    unsigned columns = 1, rows = 1, number_bits = 0, size_bytes = 0;
  };

  [[nodiscard]] bool has_sequence() const { return sequence_.has_value(); }
  // False: it cannot be understood.
  [[nodiscard]] bool read_sequence(std::span<const std::uint8_t> content);
  // Leaves the reader behind the header. nullopt: it cannot be understood, or signals its references the
  // short way, which no encoder does unless asked to.
  [[nodiscard]] std::optional<Tiles> read_frame(BitReader& bits, Layer layer);

 private:
  using Motion = std::array<std::array<std::int32_t, 6>, 8>;
  struct Feature {
    bool is_on = false;
    std::int32_t value = 0;
  };
  using Segments = std::array<std::array<Feature, 8>, 8>;
  struct OperatingPoint {
    std::uint32_t idc = 0;
    bool has_model = false;
  };
  struct Sequence {
    bool reduced = false, has_model = false, equal_interval = false, has_frame_ids = false,
         large_blocks = false, warped = false, order_hint = false, reference_mvs = false, superres = false,
         cdef = false, restoration = false, mono = false, separate_uv = false, sub_x = true, sub_y = true,
         grain = false;
    unsigned removal_bits = 0, presentation_bits = 0, width_bits = 1, height_bits = 1, delta_id_bits = 0,
             id_bits = 0, screen_content = 2, integer_mv = 2, order_bits = 0;
    std::uint32_t width = 0, height = 0;
    std::vector<OperatingPoint> points;
  };
  struct Reference {
    std::uint32_t upscaled_width = 0, height = 0, order_hint = 0;
    unsigned type = 0;
    Motion motion{};
    Segments segments{};
  };
  struct Frame {
    unsigned type = 0, primary = 7, refresh = 0;
    bool is_intra = true, shown = true, showable = false, resilient = true, size_override = false,
         screen_content = false, intra_copy = false, high_precision = false, reference_select = false,
         lossless = false, integer_mv = false;
    std::uint32_t width = 0, upscaled_width = 0, height = 0, order_hint = 0;
    std::array<unsigned, 7> references{};
    std::uint32_t base_q = 0;
    bool has_q_deltas = false;
    Motion motion{};
    Segments segments{};
    Tiles tiles;
  };

  void read_colors(BitReader& bits, Sequence& sequence, unsigned profile) const;
  [[nodiscard]] bool read_kind(BitReader& bits, Frame& frame, Layer layer);
  [[nodiscard]] bool read_references(BitReader& bits, Frame& frame) const;
  void read_size(BitReader& bits, Frame& frame) const;
  void read_superres(BitReader& bits, Frame& frame) const;
  [[nodiscard]] bool read_tiles(BitReader& bits, Frame& frame) const;
  void read_quantization(BitReader& bits, Frame& frame) const;
  void read_segments(BitReader& bits, Frame& frame) const;
  void read_filters(BitReader& bits, Frame& frame) const;
  [[nodiscard]] bool may_skip(const Frame& frame) const;
  void read_motion(BitReader& bits, Frame& frame) const;
  void read_grain(BitReader& bits, const Frame& frame) const;
  [[nodiscard]] std::int32_t distance(std::uint32_t a, std::uint32_t b) const;
  void keep(const Frame& frame);

  std::optional<Sequence> sequence_;
  std::array<Reference, 8> references_{};
};

}  // namespace freshet::drm
