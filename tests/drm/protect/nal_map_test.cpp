// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/nal_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/drm/protect/bit_writer.h"

namespace freshet::drm {

bool operator==(const Subsample& a, const Subsample& b) {
  return a.clear == b.clear && a.protected_bytes == b.protected_bytes;
}
void PrintTo(const Subsample& subsample, std::ostream* out) {
  *out << subsample.clear << "+" << subsample.protected_bytes;
}

namespace {

using testing::ElementsAre;

Bytes8 length_of(std::size_t size) {
  return BitWriter().bits(size, 16).take();
}
Bytes8 unit(const Bytes8& nal) {
  return length_of(nal.size()) + nal;
}

// Main profile, frame_num of 4 bits, pictures ordered by 6 bits, frames alone.
Bytes8 avc_sequence() {
  return Bytes8{0x67} + prevented(BitWriter()
                                      .bits(77, 8)
                                      .bits(0, 8)
                                      .bits(30, 8)
                                      .ue(0)
                                      .ue(0)
                                      .ue(0)
                                      .ue(2)
                                      .ue(2)
                                      .bits(0, 1)
                                      .ue(19)
                                      .ue(11)
                                      .bits(1, 1)
                                      .bits(1, 8)
                                      .take());
}
// CABAC, two references, weights for B as told, deblocking control.
Bytes8 avc_picture(unsigned weighted_bi = 0) {
  return Bytes8{0x68} + prevented(BitWriter()
                                      .ue(0)
                                      .ue(0)
                                      .bits(1, 1)
                                      .bits(0, 1)
                                      .ue(0)
                                      .ue(1)
                                      .ue(0)
                                      .bits(0, 1)
                                      .bits(weighted_bi, 2)
                                      .se(0)
                                      .se(0)
                                      .se(0)
                                      .bits(1, 1)
                                      .bits(0, 1)
                                      .bits(0, 1)
                                      .bits(1, 1)
                                      .take());
}
// Lengths of two bytes.
std::vector<std::byte> avc_record(const Bytes8& picture = avc_picture()) {
  const auto all = Bytes8{1, 77, 0, 30, 0xfd, 0xe1} + unit(avc_sequence()) + Bytes8{1} + unit(picture);
  const auto bytes = std::as_bytes(std::span(all));
  return {bytes.begin(), bytes.end()};
}

std::vector<Subsample> mapped(SampleMap& map, const Bytes8& sample) {
  auto made = map.map(sample);
  EXPECT_TRUE(made.has_value());
  return made.value_or(std::vector<Subsample>());
}

// An I slice of an IDR picture: 8 + 1 + 5 + 1 + 4 + 1 + 6 + 2 + 1 + 1 + 1 = 31 bits with its type and without
// the NAL unit's header.
BitWriter idr_slice() {
  BitWriter bits;
  bits.ue(0).ue(7).ue(0).bits(0, 4).ue(0).bits(3, 6).bits(0, 2).se(0).ue(1);
  return bits;
}

TEST(AvcMap, LeavesTheSliceHeaderClearToItsLastByte) {
  const auto map = make_avc_map(avc_record(), BlockAlignment::None);
  ASSERT_TRUE(map);
  // 1 + 7 + 1 + 4 + 1 + 6 + 2 + 1 + 3 = 26 bits: four bytes, and the unit's header.
  const auto header = idr_slice().take();
  ASSERT_EQ(header.size(), 4U);
  EXPECT_THAT(mapped(*map, unit(Bytes8{0x65} + header + Bytes8(100, 0xaa))),
              ElementsAre(Subsample{2 + 1 + 4, 100}));
}

TEST(AvcMap, ProtectsWholeBlocksWhereTheSchemeAsksForThem) {
  const auto map = make_avc_map(avc_record(), BlockAlignment::Whole);
  EXPECT_THAT(mapped(*map, unit(Bytes8{0x65} + idr_slice().take() + Bytes8(100, 0xaa))),
              ElementsAre(Subsample{2 + 1 + 4 + 4, 96}));
}

TEST(AvcMap, LeavesUnitsThatAreNoSlicesClear) {
  const auto map = make_avc_map(avc_record(), BlockAlignment::Whole);
  const auto delimiter = unit({9, 0xf0}), message = unit(Bytes8{6} + Bytes8(40, 5));
  const auto slice = unit(Bytes8{0x65} + idr_slice().take() + Bytes8(32, 0xaa));
  EXPECT_THAT(mapped(*map, delimiter + message + slice + message),
              ElementsAre(Subsample{4 + 43 + 7, 32}, Subsample{43, 0}));
}

TEST(AvcMap, CountsBytesThatPreventEmulation) {
  const auto map = make_avc_map(avc_record(), BlockAlignment::None);
  // A P slice whose list of references is changed often, by numbers that are coded in many zero bits.
  BitWriter bits;
  bits.ue(0).ue(5).ue(0).bits(1, 4).bits(3, 6).bits(0, 1).bits(1, 1);
  for (int i = 0; i < 3; ++i) bits.ue(0).ue((1U << 27U) - 1);
  bits.ue(3).bits(0, 1).ue(0).se(0).ue(1);
  const auto raw = bits.take();
  const auto header = prevented(raw);
  ASSERT_GT(header.size(), raw.size()) << "there is something to prevent";
  EXPECT_THAT(mapped(*map, unit(Bytes8{0x41} + header + Bytes8(50, 0xaa))),
              ElementsAre(Subsample{static_cast<std::uint32_t>(2 + 1 + header.size()), 50}));
}

TEST(AvcMap, ReadsWeightsOfBothLists) {
  const auto map = make_avc_map(avc_record(avc_picture(1)), BlockAlignment::None);
  BitWriter bits;
  bits.ue(0).ue(6).ue(0).bits(1, 4).bits(3, 6).bits(1, 1).bits(0, 1).bits(0, 2);
  bits.ue(5).ue(5);
  for (int i = 0; i < 3; ++i) bits.bits(1, 1).se(-20).se(7).bits(1, 1).se(1).se(2).se(3).se(4);
  bits.ue(1).se(5).ue(0).se(1).se(-1);
  const auto header = prevented(bits.take());
  EXPECT_THAT(mapped(*map, unit(Bytes8{0x01} + header + Bytes8(50, 0xaa))),
              ElementsAre(Subsample{static_cast<std::uint32_t>(2 + 1 + header.size()), 50}));
}

TEST(AvcMap, LeavesMoreClearWhereTheHeaderCannotBeRead) {
  const auto map = make_avc_map(avc_record(), BlockAlignment::None);
  const auto of_unknown_picture = BitWriter().ue(0).ue(7).ue(9).bits(0, 16).take();
  EXPECT_THAT(mapped(*map, unit(Bytes8{0x65} + of_unknown_picture + Bytes8(1000, 0xaa))),
              ElementsAre(Subsample{
                  2 + clear_when_unknown,
                  static_cast<std::uint32_t>(1001 + of_unknown_picture.size() - clear_when_unknown)}));
}

TEST(AvcMap, LearnsParameterSetsInsideThePictures) {
  const auto map = make_avc_map(avc_record(), BlockAlignment::None);
  // From here on deblocking is not told: one code less, and the header ends a bit earlier.
  const auto without = Bytes8{0x68} + prevented(BitWriter()
                                                    .ue(0)
                                                    .ue(0)
                                                    .bits(1, 1)
                                                    .bits(0, 1)
                                                    .ue(0)
                                                    .ue(1)
                                                    .ue(0)
                                                    .bits(0, 1)
                                                    .bits(0, 2)
                                                    .se(0)
                                                    .se(0)
                                                    .se(0)
                                                    .bits(0, 1)
                                                    .bits(0, 1)
                                                    .bits(0, 1)
                                                    .bits(1, 1)
                                                    .take());
  BitWriter bits;
  bits.ue(0).ue(7).ue(0).bits(0, 4).ue(0).bits(3, 6).bits(0, 2).se(0);
  const auto header = bits.take();
  ASSERT_EQ(header.size(), 3U);
  EXPECT_THAT(mapped(*map, unit(without) + unit(Bytes8{0x65} + header + Bytes8(64, 0xaa))),
              ElementsAre(Subsample{static_cast<std::uint32_t>(2 + without.size() + 2 + 1 + 3), 64}));
}

TEST(AvcMap, RefusesSamplesThatAreCut) {
  const auto map = make_avc_map(avc_record(), BlockAlignment::None);
  EXPECT_EQ(map->map(Bytes8{0, 200, 0x65, 1, 2}).error().code, "bad-sample");
  EXPECT_EQ(map->map(Bytes8{0}).error().code, "bad-sample");
  const std::vector<std::byte> cut = {std::byte{1}, std::byte{77}};
  EXPECT_EQ(make_avc_map(cut, BlockAlignment::None), nullptr);
}

// 416 x 240 in blocks of 64, order of 8 bits, one reference set (the picture before), SAO, temporal vectors.
Bytes8 hevc_sequence() {
  BitWriter bits;
  bits.bits(0, 4).bits(0, 3).bits(1, 1).bits(0x016000, 24).bits(0, 32).bits(0, 32).bits(93, 8);
  bits.ue(0).ue(1).ue(416).ue(240).bits(0, 1).ue(0).ue(0).ue(4).bits(1, 1).ue(2).ue(0).ue(0);
  bits.ue(0).ue(3).ue(0).ue(3).ue(0).ue(0).bits(0, 1).bits(0, 1).bits(1, 1).bits(0, 1);
  bits.ue(1).ue(1).ue(0).ue(0).bits(1, 1).bits(0, 1).bits(1, 1).bits(0, 1).bits(0, 2).bits(1, 1);
  return Bytes8{0x42, 1} + prevented(bits.take());
}
// Filters reach across slices; rows are entry points when told.
Bytes8 hevc_picture(bool has_rows) {
  BitWriter bits;
  bits.ue(0).ue(0).bits(0, 2).bits(0, 3).bits(0, 2).ue(0).ue(0).se(0).bits(0, 2).bits(0, 1).se(0).se(0);
  bits.bits(0, 4)
      .bits(0, 1)
      .bits(has_rows ? 1 : 0, 1)
      .bits(1, 1)
      .bits(0, 1)
      .bits(0, 1)
      .bits(0, 1)
      .ue(0)
      .bits(0, 2)
      .bits(1, 1);
  return Bytes8{0x44, 1} + prevented(bits.take());
}
std::vector<std::byte> hevc_record(bool has_rows) {
  Bytes8 all(21, 0);
  all = all + Bytes8{0xfd, 2, 33, 0, 1} + unit(hevc_sequence()) + Bytes8{34, 0, 1} +
        unit(hevc_picture(has_rows));
  const auto bytes = std::as_bytes(std::span(all));
  return {bytes.begin(), bytes.end()};
}

TEST(HevcMap, LeavesTheSliceHeaderClearToItsLastByte) {
  const auto map = make_hevc_map(hevc_record(false), BlockAlignment::None);
  ASSERT_TRUE(map);
  BitWriter
      intra;  // IDR: first, no output of prior ones, its picture set, I, SAO twice, QP, filters, alignment
  intra.bits(1, 1).bits(0, 1).ue(0).ue(2).bits(3, 2).se(4).bits(1, 1).bits(1, 1);
  EXPECT_THAT(mapped(*map, unit(Bytes8{0x26, 1} + intra.take() + Bytes8(80, 0xaa))),
              ElementsAre(Subsample{static_cast<std::uint32_t>(2 + 2 + intra.take().size()), 80}));
  BitWriter inter;  // P: order, the sequence's set, temporal vectors, SAO, references as usual, merging, QP
  inter.bits(1, 1)
      .ue(0)
      .ue(1)
      .bits(7, 8)
      .bits(1, 1)
      .bits(1, 1)
      .bits(3, 2)
      .bits(0, 1)
      .ue(2)
      .se(-3)
      .bits(1, 1)
      .bits(1, 1);
  EXPECT_THAT(mapped(*map, unit(Bytes8{0x02, 1} + inter.take() + Bytes8(80, 0xaa))),
              ElementsAre(Subsample{static_cast<std::uint32_t>(2 + 2 + inter.take().size()), 80}));
}

TEST(HevcMap, ReadsEntryPointsAndReferencesOfTheSliceItself) {
  const auto map = make_hevc_map(hevc_record(true), BlockAlignment::None);
  BitWriter bits;
  bits.bits(1, 1).ue(0).ue(0).bits(7, 8);
  // Its own set, predicted from the sequence's: two places, the second one also kept.
  bits.bits(0, 1).bits(1, 1).ue(0).bits(1, 1).ue(1).bits(1, 1).bits(1, 1);
  bits.bits(1, 1).bits(3, 2).bits(1, 1).ue(1).ue(0).bits(0, 1).bits(1, 1).ue(0).ue(0).se(1).bits(1, 1);
  bits.ue(3).ue(11).bits(100, 12).bits(200, 12).bits(300, 12).bits(1, 1);
  const auto header = prevented(bits.take());
  EXPECT_THAT(mapped(*map, unit(Bytes8{0x02, 1} + header + Bytes8(80, 0xaa))),
              ElementsAre(Subsample{static_cast<std::uint32_t>(2 + 2 + header.size()), 80}));
}

TEST(HevcMap, KnowsTheAddressOfLaterSlices) {
  const auto map = make_hevc_map(hevc_record(false), BlockAlignment::Whole);
  BitWriter bits;  // 7 x 4 blocks: an address of 5 bits
  bits.bits(0, 1).bits(0, 1).ue(0).bits(14, 5).ue(2).bits(3, 2).se(4).bits(1, 1).bits(1, 1);
  EXPECT_THAT(mapped(*map, unit(Bytes8{0x26, 1} + bits.take() + Bytes8(81, 0xaa))),
              ElementsAre(Subsample{static_cast<std::uint32_t>(2 + 2 + bits.take().size() + 1), 80}));
}

}  // namespace
}  // namespace freshet::drm
