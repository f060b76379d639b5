// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/null_output.h"

#include <chrono>
#include <gtest/gtest.h>
#include <thread>

namespace freshet::video {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST(NullOutput, WaitEndsAtTheDeadlineAndNotBefore) {
  NullOutput output;
  const auto deadline = Clock::now() + 20ms;
  EXPECT_TRUE(output.wait(deadline).empty());
  EXPECT_GE(Clock::now(), deadline);
}

TEST(NullOutput, WakeFromAnotherThreadEndsAWaitWithoutDeadline) {
  NullOutput output;
  std::jthread waker([&] { output.wake(); });
  EXPECT_TRUE(output.wait(std::nullopt).empty());
}

TEST(NullOutput, AWakeBeforeTheWaitIsNotLost) {
  NullOutput output;
  output.wake();
  output.wake();
  EXPECT_TRUE(output.wait(std::nullopt).empty());  // would hang
  const auto deadline = Clock::now() + 5ms;
  output.wait(deadline);  // two wakes were one
  EXPECT_GE(Clock::now(), deadline);
}

TEST(NullOutput, LaysPicturesOutAsAWindowOf1280By720) {
  NullOutput output;
  media::VideoFrame frame;
  frame.width = 640;
  frame.height = 480;
  EXPECT_EQ(output.picture_rectangle(frame), (Rectangle{160, 0, 960, 720}));
  EXPECT_TRUE(output.show(nullptr, {}).has_value());
  ASSERT_FALSE(output.capture().has_value());
  EXPECT_EQ(output.capture().error().code, "no-window");
}

}  // namespace
}  // namespace freshet::video
