// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/frame_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/drm/protect/bit_writer.h"

namespace freshet::drm {
namespace {

using Parts = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

Parts mapped(SampleMap& map, const Bytes8& sample) {
  const auto made = map.map(sample);
  EXPECT_TRUE(made.has_value());
  Parts parts;
  for (const auto& part : made.value_or(std::vector<Subsample>()))
    parts.emplace_back(part.clear, part.protected_bytes);
  return parts;
}

std::uint32_t size_of(const Bytes8& bytes) {
  return static_cast<std::uint32_t>(bytes.size());
}

// Filters off, base quantizer only, no segments.
void add_plain_filters(BitWriter& bits) {
  bits.bits(8, 6).bits(0, 3).bits(0, 1).bits(60, 8).bits(0, 3).bits(0, 1);
}

// 640 x 360: ten blocks of 64, so there is one question about tile columns.
Bytes8 vp9_key_frame() {
  BitWriter bits;
  bits.bits(2, 2)
      .bits(0, 2)
      .bits(0, 1)
      .bits(0, 1)
      .bits(1, 1)
      .bits(0, 1)
      .bits(0x498342, 24)
      .bits(1, 3)
      .bits(0, 1);
  bits.bits(639, 16).bits(359, 16).bits(0, 1).bits(0, 2).bits(0, 2);
  add_plain_filters(bits);
  bits.bits(0, 1).bits(0, 1).bits(321, 16);
  return bits.take();
}
Bytes8 vp9_inter_frame() {
  BitWriter bits;
  bits.bits(2, 2).bits(0, 2).bits(0, 1).bits(1, 1).bits(1, 1).bits(0, 1).bits(0, 2).bits(1, 8);
  bits.bits(0, 4).bits(2, 4).bits(4, 4).bits(1, 1).bits(0, 1).bits(1, 1).bits(1, 1).bits(0, 2).bits(0, 2);
  add_plain_filters(bits);
  bits.bits(0, 1).bits(0, 1).bits(77, 16);
  return bits.take();
}

TEST(Vp9Map, LeavesTheUncompressedHeaderClear) {
  const auto map = make_vp9_map();
  const auto key = vp9_key_frame(), inter = vp9_inter_frame();
  EXPECT_EQ(mapped(*map, key + Bytes8(160, 0xaa)), (Parts{{size_of(key), 160}}));
  // The size is that of the frame it refers to.
  EXPECT_EQ(mapped(*map, inter + Bytes8(170, 0xaa)), (Parts{{size_of(inter) + 10, 160}}));
}

TEST(Vp9Map, KeepsTheFramesOfASuperframeApartAndItsIndexClear) {
  const auto map = make_vp9_map();
  const auto key = vp9_key_frame(), inter = vp9_inter_frame();
  const auto first = key + Bytes8(64, 0xaa), second = inter + Bytes8(32, 0xaa);
  const Bytes8 index{
      0xc9, static_cast<std::uint8_t>(first.size()), 0, static_cast<std::uint8_t>(second.size()), 0, 0xc9};
  EXPECT_EQ(mapped(*map, first + second + index),
            (Parts{{size_of(key), 64}, {size_of(inter), 32}, {size_of(index), 0}}));
}

TEST(Vp9Map, LeavesAFrameThatOnlyShowsAnotherOneClear) {
  const auto map = make_vp9_map();
  EXPECT_EQ(mapped(*map, BitWriter().bits(2, 2).bits(0, 2).bits(1, 1).bits(3, 3).take()), (Parts{{1, 0}}));
}

TEST(Vp9Map, RefusesWhatIsNoFrame) {
  const auto map = make_vp9_map();
  EXPECT_EQ(map->map(Bytes8(100, 0)).error().code, "bad-sample");
  EXPECT_EQ(map->map(vp9_inter_frame()).error().code, "bad-sample") << "it refers to nothing yet";
}

Bytes8 obu(unsigned type, const Bytes8& content) {
  auto header = BitWriter().bits(0, 1).bits(type, 4).bits(0, 1).bits(1, 1).bits(0, 1).take();
  for (auto size = content.size();; size >>= 7U) {  // leb128
    header.push_back(static_cast<std::uint8_t>((size & 127U) | (size > 127 ? 128U : 0U)));
    if (size <= 127) break;
  }
  return header + content;
}

// 512 x 288, main profile, with everything that makes headers short switched off.
Bytes8 av1_sequence() {
  BitWriter bits;
  bits.bits(0, 3).bits(0, 1).bits(0, 1).bits(0, 1).bits(0, 1).bits(0, 5).bits(0, 12).bits(4, 5);
  bits.bits(9, 4).bits(8, 4).bits(511, 10).bits(287, 9).bits(0, 1).bits(0, 3);
  bits.bits(0, 4).bits(0, 1);  // without order hints
  bits.bits(0, 1).bits(0, 1);  // no screen content
  bits.bits(0, 3).bits(0, 1).bits(0, 1).bits(0, 1).bits(0, 1).bits(0, 2).bits(0, 1).bits(0, 1).bits(1, 1);
  return obu(1, bits.take());
}
// Shown key frame; `columns`: asks for two columns of tiles, whose sizes are told in two bytes.
BitWriter av1_key_frame(bool has_two_columns) {
  BitWriter bits;
  bits.bits(0, 1).bits(0, 2).bits(1, 1).bits(0, 1).bits(0, 1);  // shown; CDFs are updated; no size of its own
  bits.bits(0, 1);                                              // rendered as it is
  bits.bits(0, 1);                                              // CDFs are updated at its end
  bits.bits(1, 1).bits(has_two_columns ? 1 : 0, 1);
  if (has_two_columns) bits.bits(0, 1);
  bits.bits(0, 1);  // one row
  if (has_two_columns) bits.bits(0, 1).bits(1, 2);
  bits.bits(100, 8).bits(0, 3).bits(0, 1).bits(0, 1);  // quantizer; no segments
  bits.bits(0, 1);                                     // delta q
  bits.bits(0, 12).bits(0, 3).bits(0, 1);              // loop filter
  bits.bits(0, 1).bits(0, 1);                          // transforms
  return bits;
}

TEST(Av1Map, ProtectsTheDataOfTilesAlone) {
  const auto map = make_av1_map({}, BlockAlignment::Whole);
  const auto sequence = av1_sequence(), header = av1_key_frame(false).take();
  const auto frame = obu(6, header + Bytes8(165, 0xaa));
  const auto sample = obu(2, {}) + sequence + frame;
  // Two bytes of the unit's size; and what does not fill a block.
  EXPECT_EQ(mapped(*map, sample), (Parts{{2 + size_of(sequence) + 3 + size_of(header) + 5, 160}}));
}

TEST(Av1Map, ProtectsTilesFromTheirFirstByteWhereTheSchemeAllowsIt) {
  const auto map = make_av1_map({}, BlockAlignment::None);
  const auto sequence = av1_sequence(), header = av1_key_frame(false).take();
  EXPECT_EQ(mapped(*map, sequence + obu(6, header + Bytes8(165, 0xaa))),
            (Parts{{size_of(sequence) + 3 + size_of(header), 165}}));
}

TEST(Av1Map, KeepsTilesApartAndTheirSizesClear) {
  const auto map = make_av1_map({}, BlockAlignment::Whole);
  const auto sequence = av1_sequence(), header = av1_key_frame(true).take();
  const auto group = BitWriter().bits(0, 1).take();  // all tiles
  const Bytes8 size{47, 0};                          // less one
  const auto frame = obu(6, header + group + size + Bytes8(48, 0xaa) + Bytes8(32, 0xbb));
  EXPECT_EQ(mapped(*map, sequence + frame),
            (Parts{{size_of(sequence) + 2 + size_of(header) + 1 + 2, 48}, {0, 32}}));
}

TEST(Av1Map, FindsTilesBehindAHeaderOfTheirOwn) {
  const auto map = make_av1_map({}, BlockAlignment::Whole);
  const auto sequence = av1_sequence();
  const auto header = obu(3, av1_key_frame(true).bits(1, 1).take()),
             copy = obu(7, av1_key_frame(true).bits(1, 1).take());
  const auto first = obu(4, BitWriter().bits(1, 1).bits(0, 1).bits(0, 1).take() + Bytes8(48, 0xaa));
  const auto second = obu(4, BitWriter().bits(1, 1).bits(1, 1).bits(1, 1).take() + Bytes8(64, 0xaa));
  EXPECT_EQ(mapped(*map, sequence + header + first + copy + second),
            (Parts{{size_of(sequence) + size_of(header) + 3, 48}, {size_of(copy) + 3, 64}}));
}

TEST(Av1Map, RefusesWhatItCannotUnderstand) {
  const auto frame = obu(6, av1_key_frame(false).take() + Bytes8(64, 0xaa));
  EXPECT_EQ(make_av1_map({}, BlockAlignment::Whole)->map(frame).error().code, "bad-sample")
      << "without a sequence header";
  EXPECT_EQ(make_av1_map({}, BlockAlignment::Whole)->map(av1_sequence() + Bytes8{0x32, 0xff, 1}).error().code,
            "bad-sample")
      << "cut";
  EXPECT_EQ(make_av1_map({}, BlockAlignment::Whole)->map(av1_sequence() + obu(4, Bytes8(30, 0))).error().code,
            "bad-sample")
      << "no header";
}

}  // namespace
}  // namespace freshet::drm
