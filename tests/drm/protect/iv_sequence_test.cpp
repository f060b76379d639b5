// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/iv_sequence.h"

#include <gtest/gtest.h>
#include <set>

namespace freshet::drm {
namespace {

std::uint64_t half(const AesIv& iv, std::size_t begin) {
  std::uint64_t value = 0;
  for (std::size_t i = begin; i < begin + 8; ++i) value = value << 8U | iv[i];
  return value;
}

TEST(IvSequence, OfEightBytesCountsSamplesAboveAnEmptyBlockCounter) {
  for (const auto scheme : {Scheme::Cenc, Scheme::Cens}) {
    auto ivs = IvSequence::make(scheme, 8).value();
    const auto first = ivs.next(1'000'000).value();
    for (std::uint64_t i = 1; i < 1000; ++i) {
      const auto iv = ivs.next(i).value();
      EXPECT_EQ(half(iv, 0), half(first, 0) + i);
      EXPECT_EQ(half(iv, 8), 0U);
    }
  }
}

TEST(IvSequence, OfSixteenBytesGoesOnBehindTheBlocksThatWereUsed) {
  auto ivs = IvSequence::make(Scheme::Cenc, 16).value();
  const auto first = ivs.next(17).value(), second = ivs.next(16).value(), third = ivs.next(0).value(),
             fourth = ivs.next(1).value();
  EXPECT_EQ(half(second, 8), half(first, 8) + 2) << "a block that was begun is used";
  EXPECT_EQ(half(third, 8), half(first, 8) + 3);
  EXPECT_EQ(half(fourth, 8), half(first, 8) + 3) << "no block is no block";
  EXPECT_EQ(half(fourth, 0), half(first, 0));
}

TEST(IvSequence, BeginsElsewhereInEachRun) {
  for (const std::uint8_t size : {std::uint8_t{8}, std::uint8_t{16}}) {
    std::set<AesIv> first;
    for (int run = 0; run < 100; ++run)
      first.insert(IvSequence::make(Scheme::Cenc, size).value().next(1).value());
    EXPECT_EQ(first.size(), 100U);
  }
}

TEST(IvSequence, OfSixteenBytesNeverWrapsWithinItsCounter) {
  for (int run = 0; run < 200; ++run)
    EXPECT_EQ(IvSequence::make(Scheme::Cens, 16).value().next(1).value()[8] & 0x80U, 0U);
}

TEST(IvSequence, OfChainsIsRandomOrConstant) {
  auto random = IvSequence::make(Scheme::Cbc1, 16).value(),
       constant = IvSequence::make(Scheme::Cbcs, 16).value();
  std::set<AesIv> seen, same;
  for (int i = 0; i < 100; ++i) {
    seen.insert(random.next(100).value());
    same.insert(constant.next(100).value());
  }
  EXPECT_EQ(seen.size(), 100U);
  EXPECT_EQ(same.size(), 1U);
}

}  // namespace
}  // namespace freshet::drm
