// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/overlay_lift.h"

#include <gtest/gtest.h>
#include <memory>

namespace freshet::playback {
namespace {

video::OverlayPointer line(int y, int height) {
  return std::make_shared<video::Overlay>(video::Overlay{
      .x = 10, .y = y, .width = 100, .height = height, .bitmap_width = 0, .bitmap_height = 0, .rgba = {}});
}

TEST(OverlayLift, LeavesAloneWhatTheBarDoesNotCover) {
  OverlayLift lift;
  const auto subtitle = line(500, 40);
  EXPECT_EQ(lift.above({subtitle}, 720).front(), subtitle);
}

TEST(OverlayLift, MovesASubtitleAboveTheBar) {
  OverlayLift lift;
  const auto moved = lift.above({line(660, 40)}, 640).front();
  EXPECT_EQ(moved->y, 600);
  EXPECT_EQ(moved->x, 10);
}

TEST(OverlayLift, GivesTheSamePointerAgainSoThatTexturesStay) {
  OverlayLift lift;
  const auto subtitle = line(660, 40);
  EXPECT_EQ(lift.above({subtitle}, 640).front(), lift.above({subtitle}, 640).front());
}

TEST(OverlayLift, KeepsTheDistanceOfTwoLinesAndLeavesTheTopOneAtTheTop) {
  OverlayLift lift;
  const auto result = lift.above({line(10, 30), line(610, 40), line(660, 40)}, 640);
  EXPECT_EQ(result[0]->y, 10);
  EXPECT_EQ(result[1]->y, 550);
  EXPECT_EQ(result[2]->y, 600);
}

}  // namespace
}  // namespace freshet::playback
