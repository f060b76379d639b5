// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/playback/read_ahead.h"

#include <gtest/gtest.h>

namespace freshet::playback {
namespace {

using namespace std::chrono_literals;

// A megabyte a second, two minutes.
ReadAheadInput film() {
  return {.running = true, .read_at = {5'000'000}, .ahead = 5s, .size = {120'000'000}, .duration = 120s};
}
const MonotonicTime now{1000s};

TEST(ReadAhead, IsDueWhenThePictureComesNear) {
  const auto window = read_ahead(film(), now);
  ASSERT_TRUE(window);
  EXPECT_EQ(window->range.begin.value, 5'000'000);
  EXPECT_EQ(window->range.end.value, 65'000'000);
  EXPECT_EQ(window->deadline, now + 4s) << "a second in hand";
  EXPECT_DOUBLE_EQ(window->bytes_per_second, 1e6);
  EXPECT_EQ(window->urgency, Urgency::Deadline);
}

TEST(ReadAhead, IsDueSoonerWhenPlayedFaster) {
  auto input = film();
  input.speed = 2;
  const auto window = read_ahead(input, now);
  EXPECT_EQ(window->deadline, now + 2s);
  EXPECT_DOUBLE_EQ(window->bytes_per_second, 2e6);
}

TEST(ReadAhead, HasTimeWhilePaused) {
  auto input = film();
  input.running = false;
  EXPECT_EQ(read_ahead(input, now)->deadline, now + 14s);
}

TEST(ReadAhead, SaysNothingWhileTheViewerWaitsOrTheLengthIsUnknown) {
  auto waiting = film();
  waiting.waiting = true;
  EXPECT_FALSE(read_ahead(waiting, now));
  auto endless = film();
  endless.duration = MediaTime{0};
  EXPECT_FALSE(read_ahead(endless, now));
}

TEST(ReadAhead, EndsWithTheFile) {
  auto input = film();
  input.read_at = {110'000'000};
  EXPECT_EQ(read_ahead(input, now)->range.end.value, 120'000'000);
  input.read_at = {120'000'000};
  EXPECT_FALSE(read_ahead(input, now));
}

TEST(ReadAhead, IsNotRepeatedWhileItHolds) {
  const auto told = read_ahead(film(), now);
  auto input = film();
  input.read_at = {5'200'000};
  input.ahead = 5s;
  EXPECT_TRUE(still_true(told, read_ahead(input, now + 200ms))) << "read and played on at the film's rate";
  input.read_at = {6'000'000};
  EXPECT_FALSE(still_true(told, read_ahead(input, now + 1s))) << "moved on";
  input = film();
  input.ahead = 9s;
  EXPECT_FALSE(still_true(told, read_ahead(input, now))) << "much more in hand";
  input = film();
  input.read_at = {4'000'000};
  EXPECT_FALSE(still_true(told, read_ahead(input, now))) << "went back";
  EXPECT_FALSE(still_true(told, std::nullopt));
  EXPECT_TRUE(still_true(std::nullopt, std::nullopt));
}

}  // namespace
}  // namespace freshet::playback
