// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/room_plan.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace freshet::streaming {
namespace {

constexpr std::int64_t one_mib = 1 << 20;

bool contains(const std::vector<PieceSpan>& spans, int index) {
  return std::ranges::any_of(spans,
                             [&](const auto& span) { return span.first <= index && index <= span.last; });
}

TEST(RoomPlan, KeepsWhatWasJustWatchedAndWhatComesNext) {
  const std::vector<PieceSpan> film{{0, 999}};
  const std::vector<std::int64_t> places{500 * one_mib};
  const auto keep = pieces_to_keep(mib(80), places, film, one_mib);
  for (const int index : {0, 480, 500, 540, 999}) EXPECT_TRUE(contains(keep, index)) << index;
  for (const int index : {1, 479, 541, 998}) EXPECT_FALSE(contains(keep, index)) << index;
}

TEST(RoomPlan, BeforeTheFirstReadTheBeginningComesNext) {
  const std::vector<PieceSpan> films{{10, 99}, {100, 199}};
  const auto keep = pieces_to_keep(mib(80), {}, films, one_mib);
  for (const int index : {10, 30, 99, 100, 120}) EXPECT_TRUE(contains(keep, index)) << index;
  EXPECT_FALSE(contains(keep, 40));
}

TEST(RoomPlan, NeverKeepsMoreThanThereIsRoomFor) {
  const std::vector<PieceSpan> film{{0, 999}};
  for (const auto& places : std::vector<std::vector<std::int64_t>>{
           {0}, {999 * one_mib}, {10 * one_mib, 900 * one_mib}, {1, 2, 3, 4, 5, 6, 7, 8}}) {
    const auto keep = pieces_to_keep(mib(64), places, film, one_mib);
    int kept = 0;
    for (int index = 0; index < 1000; ++index) kept += contains(keep, index) ? 1 : 0;
    EXPECT_LE(kept, 64) << places.size();
    for (const auto place : places) EXPECT_TRUE(contains(keep, static_cast<int>(place / one_mib)));
  }
}

TEST(RoomPlan, EvictsTheFarthestFirstAndNoMoreThanNeeded) {
  std::vector<bool> have(1000);
  for (const int index : {0, 3, 100, 400, 480, 500, 999}) have[static_cast<std::size_t>(index)] = true;
  const std::vector<PieceSpan> film{{0, 999}};
  const std::vector<std::int64_t> places{500 * one_mib};
  const auto keep = pieces_to_keep(mib(80), places, film, one_mib);
  EXPECT_EQ(pieces_to_evict(have, keep, places, mib(2), one_mib), (std::vector{3, 100}));
  EXPECT_EQ(pieces_to_evict(have, keep, places, mib(99), one_mib), (std::vector{3, 100, 400}));
  EXPECT_TRUE(pieces_to_evict(have, keep, places, Bytes{0}, one_mib).empty());
}

}  // namespace
}  // namespace freshet::streaming
