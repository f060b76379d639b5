// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/subsample_list.h"

#include <gtest/gtest.h>

namespace freshet::drm {
namespace {

std::uint64_t sum(const std::vector<Subsample>& list) {
  std::uint64_t bytes = 0;
  for (const auto& one : list) bytes += std::uint64_t{one.clear} + one.protected_bytes;
  return bytes;
}

TEST(SubsampleList, SplitsClearPartsThatSixteenBitsCannotCount) {
  SubsampleList list(BlockAlignment::None);
  list.add_clear(150'000);
  list.add_protected(100);
  list.add_clear(70'000);
  const auto made = list.take();
  ASSERT_EQ(made.size(), 5U);
  EXPECT_EQ(made[2].clear, 150'000U - 2 * 65'535U);
  EXPECT_EQ(made[2].protected_bytes, 100U);
  EXPECT_EQ(sum(made), 220'100U);
}

TEST(SubsampleList, LeavesWhatDoesNotFillABlockClearAtThePartsBeginning) {
  SubsampleList list(BlockAlignment::Whole);
  list.add_clear(10);
  list.add_protected(47);
  list.add_protected(15);
  const auto made = list.take();
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[0].clear, 25U);
  EXPECT_EQ(made[0].protected_bytes, 32U);
  EXPECT_EQ(made[1].clear, 15U);
}

// saiz counts a sample's bytes in one byte: a picture of 64 slices says too much.
TEST(SubsampleList, KeepsTheLargestPartsOfTooMany) {
  SubsampleList list(BlockAlignment::None);
  for (std::size_t i = 0; i < 64; ++i) {
    list.add_clear(5);
    list.add_protected(100 + i);
  }
  const auto made = list.take();
  EXPECT_LE(16 + 2 + 6 * made.size(), 255U);
  EXPECT_GT(made.size(), 35U);
  EXPECT_EQ(sum(made), 64U * 105 + 64 * 63 / 2);
  for (const auto& one : made) EXPECT_TRUE(one.protected_bytes == 0 || one.protected_bytes > 120);
}

TEST(SubsampleList, IsEmptyOfASampleWithoutBytes) {
  EXPECT_TRUE(SubsampleList(BlockAlignment::Whole).take().empty());
}

}  // namespace
}  // namespace freshet::drm
