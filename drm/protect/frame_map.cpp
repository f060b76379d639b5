// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/frame_map.h"

#include <algorithm>

#include "drm/protect/av1_headers.h"
#include "drm/protect/bit_reader.h"
#include "drm/protect/subsample_list.h"
#include "drm/protect/vp9_header.h"

namespace freshet::drm {
namespace {

using Bytes8 = std::span<const std::uint8_t>;

std::unexpected<Error> bad_sample(std::string codec) {
  return fail(ErrorCategory::Media, "bad-sample",
              "A picture of the film is no " + std::move(codec) + " that can be protected",
              "Play the film to see whether it is broken; else encode it anew");
}

class Vp9Map final : public SampleMap {
 public:
  Result<std::vector<Subsample>> map(Bytes8 sample) override {
    SubsampleList list(BlockAlignment::Whole);
    for (const auto size : vp9_frames(sample)) {
      const auto frame = sample.first(size);
      sample = sample.subspan(size);
      if (frame.empty()) continue;
      const auto header = headers_.header_size(frame);
      if (!header) return bad_sample("VP9");
      list.add_clear(*header);
      list.add_protected(size - *header);
    }
    list.add_clear(sample.size());
    return list.take();
  }

 private:
  Vp9Headers headers_;
};

// 5.3.1
enum : unsigned {
  obu_sequence = 1,
  obu_delimiter = 2,
  obu_frame_header = 3,
  obu_tile_group = 4,
  obu_frame = 6,
  obu_redundant_header = 7,
};

class Av1Map final : public SampleMap {
 public:
  explicit Av1Map(BlockAlignment alignment) : alignment_(alignment) {}

  // The sequence header that av1C carries.
  void begin(Bytes8 units) { static_cast<void>(map(units)); }

  Result<std::vector<Subsample>> map(Bytes8 sample) override {
    SubsampleList list(alignment_);
    while (!sample.empty()) {
      BitReader bits(sample, Emulation::None);
      bits.skip(1);
      const auto type = bits.bits(4);
      const bool has_extension = bits.flag(), has_size = bits.flag();
      bits.skip(1);
      Av1Headers::Layer layer;
      if (has_extension) {
        layer.temporal = bits.bits(3);
        layer.spatial = bits.bits(2);
        bits.skip(3);
      }
      std::uint64_t size = 0;
      for (unsigned i = 0; has_size && i < 8; ++i) {  // leb128()
        const std::uint64_t byte = bits.bits(8);
        size |= (byte & 127U) << (7 * i);
        if (byte < 128) break;
      }
      const auto header = bits.bytes_begun();
      if (!bits.ok()) return bad_sample("AV1");
      if (!has_size) size = sample.size() - header;
      if (size > sample.size() - header) return bad_sample("AV1");
      list.add_clear(header);
      if (!add_unit(list, type, layer, sample.subspan(header, size))) return bad_sample("AV1");
      sample = sample.subspan(header + size);
    }
    return list.take();
  }

 private:
  [[nodiscard]] bool add_unit(SubsampleList& list, unsigned type, Av1Headers::Layer layer, Bytes8 unit) {
    if (type == obu_delimiter) tiles_left_ = 0;
    if (type == obu_sequence && !headers_.read_sequence(unit)) return false;
    std::size_t begin = 0;
    // With tiles of a frame still to come it is a copy of its header.
    const bool is_copy = tiles_left_ > 0 && type != obu_frame;
    if ((type == obu_frame_header || type == obu_frame || type == obu_redundant_header) && !is_copy) {
      BitReader bits(unit, Emulation::None);
      const auto tiles = headers_.read_frame(bits, layer);
      if (!tiles) return false;
      tiles_ = *tiles;
      tiles_left_ = tiles_.shows_existing ? 0 : tiles_.columns * tiles_.rows;
      begin = bits.bytes_begun();
    }
    if (type == obu_frame || type == obu_tile_group) return add_tiles(list, unit, begin);
    list.add_clear(unit.size());
    return true;
  }

  // 5.11.1; `begin`: where the tile group does.
  [[nodiscard]] bool add_tiles(SubsampleList& list, Bytes8 unit, std::size_t begin) {
    const unsigned all = tiles_.columns * tiles_.rows;
    BitReader bits(unit.subspan(begin), Emulation::None);
    unsigned first = 0, last = all - 1;
    if (all > 1 && bits.flag()) {
      first = bits.bits(tiles_.number_bits);
      last = bits.bits(tiles_.number_bits);
    }
    begin += bits.bytes_begun();
    if (!bits.ok() || first > last || last >= all || tiles_left_ == 0) return false;
    list.add_clear(begin);
    unit = unit.subspan(begin);
    for (auto tile = first; tile <= last; ++tile) {
      std::size_t size = unit.size();
      if (tile < last) {
        if (unit.size() < tiles_.size_bytes) return false;
        size = 1;
        for (unsigned i = 0; i < tiles_.size_bytes; ++i) size += std::size_t{unit[i]} << (8 * i);
        list.add_clear(tiles_.size_bytes);
        unit = unit.subspan(tiles_.size_bytes);
      }
      if (size > unit.size()) return false;
      list.add_protected(size);
      unit = unit.subspan(size);
    }
    tiles_left_ = last + 1 == all ? 0 : tiles_left_;
    return true;
  }

  BlockAlignment alignment_;
  Av1Headers headers_;
  Av1Headers::Tiles tiles_;
  unsigned tiles_left_ = 0;  // of the frame whose header was read; 0: none
};

}  // namespace

std::unique_ptr<SampleMap> make_vp9_map() {
  return std::make_unique<Vp9Map>();
}

std::unique_ptr<SampleMap> make_av1_map(std::span<const std::byte> record, BlockAlignment alignment) {
  auto made = std::make_unique<Av1Map>(alignment);
  constexpr std::size_t fixed = 4;
  if (record.size() > fixed)
    made->begin({reinterpret_cast<const std::uint8_t*>(record.data()) + fixed, record.size() - fixed});
  return made;
}

}  // namespace freshet::drm
