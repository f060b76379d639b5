// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/frame_choice.h"

#include <gtest/gtest.h>

namespace freshet::playback {
namespace {

using namespace std::chrono_literals;
using Action = FrameAnswer::Action;

TEST(FrameChoice, WaitsForAFrameThatIsNotDue) {
  const FrameAnswer answer = choose_frame({.first = 100ms, .second = {}, .position = 60ms});
  EXPECT_EQ(answer.action, Action::Wait);
  EXPECT_EQ(answer.delay, 40ms);
}

TEST(FrameChoice, WaitsHalfAsLongAtDoubleSpeed) {
  EXPECT_EQ(choose_frame({.first = 100ms, .second = {}, .position = 60ms, .rate = 2}).delay, 20ms);
}

TEST(FrameChoice, NamesNoDelayWhileTheClockStands) {
  EXPECT_EQ(choose_frame({.first = 100ms, .second = {}, .position = 60ms, .rate = 0}).delay, std::nullopt);
}

TEST(FrameChoice, ShowsAFrameThatIsDue) {
  EXPECT_EQ(choose_frame({.first = 100ms, .second = 140ms, .position = 110ms}).action, Action::Show);
}

TEST(FrameChoice, DropsALateFrameWhoseSuccessorIsDueToo) {
  EXPECT_EQ(choose_frame({.first = 100ms, .second = 140ms, .position = 150ms}).action, Action::Drop);
}

TEST(FrameChoice, ShowsEvenALateFrameWhenTheViewerHasSeenNothingForLong) {
  EXPECT_EQ(choose_frame({.first = 100ms, .second = 140ms, .position = 900ms, .since_shown = 120ms}).action,
            Action::Show);
}

TEST(FrameChoice, DropsNothingWhenEveryFrameMustBeShown) {
  EXPECT_EQ(choose_frame({.first = 100ms, .second = 140ms, .position = 900ms, .may_drop = false}).action,
            Action::Show);
}

TEST(FrameChoice, SurvivesAFrameInTheFarFuture) {
  const FrameAnswer answer =
      choose_frame({.first = MediaTime::max(), .second = {}, .position = 0ms, .rate = 0.01});
  EXPECT_EQ(answer.action, Action::Wait);
  EXPECT_EQ(answer.delay, 24h);
}

}  // namespace
}  // namespace freshet::playback
