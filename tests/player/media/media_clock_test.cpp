// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/media_clock.h"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace freshet::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr MonotonicTime start{seconds(1000)};

ClockAnchor anchor_at(MediaTime position, double rate) {
  return {.at = start, .position = position, .rate = rate, .generation = Generation{3}, .valid = true};
}

TEST(MediaClock, IsInvalidBeforeTheFirstAnchor) {
  const MediaClock clock;
  EXPECT_FALSE(clock.anchor().valid);
}

TEST(MediaClock, RunsAtItsRate) {
  MediaClock clock;
  clock.set(anchor_at(seconds(5), 1.5));
  EXPECT_EQ(clock.position(start), seconds(5));
  EXPECT_EQ(clock.position(start + seconds(2)), seconds(8));
  EXPECT_EQ(clock.position(start - seconds(2)), seconds(2));
  EXPECT_EQ(clock.anchor().generation, Generation{3});
}

TEST(MediaClock, StandsStillAtRateZero) {
  MediaClock clock;
  clock.set(anchor_at(milliseconds(1234), 0));
  EXPECT_EQ(clock.position(start + seconds(60)), milliseconds(1234));
}

TEST(MediaClock, IsNeverBelowItsFloor) {
  MediaClock clock;
  ClockAnchor anchor = anchor_at(seconds(10), 1);
  anchor.at = start + milliseconds(40);
  anchor.floor = seconds(10);
  clock.set(anchor);
  EXPECT_EQ(clock.position(start), seconds(10)) << "the first sample is heard 40 ms from now";
  EXPECT_EQ(clock.position(start + milliseconds(40)), seconds(10));
  EXPECT_EQ(clock.position(start + milliseconds(50)), seconds(10) + milliseconds(10));
}

TEST(MediaClock, SaturatesInsteadOfOverflowing) {
  const ClockAnchor late = anchor_at(MediaTime::max(), 100);
  EXPECT_GT(position_at(late, start + std::chrono::hours(1)), seconds(0));
  const ClockAnchor early = anchor_at(MediaTime::min(), 100);
  EXPECT_LT(position_at(early, start - std::chrono::hours(1)), seconds(0));
}

TEST(MediaClock, GivesOneWholeAnchorWhileAnotherThreadWrites) {
  MediaClock clock;
  const auto make = [](std::int64_t n) {
    return ClockAnchor{.at = MonotonicTime(MonotonicTime::duration(n)),
                       .position = MediaTime(n),
                       .rate = static_cast<double>(n),
                       .floor = MediaTime(-n),
                       .generation = static_cast<Generation>(n),
                       .valid = true};
  };
  clock.set(make(1));
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0;
  std::atomic<int> went_back = 0;
  std::vector<std::jthread> readers;
  for (int reader = 0; reader < 2; ++reader) {
    readers.emplace_back([&] {
      std::int64_t last = 0;
      while (!stop.load(std::memory_order_relaxed)) {
        const ClockAnchor seen = clock.anchor();
        const std::int64_t n = seen.position.count();
        if (seen.at.time_since_epoch().count() != n || seen.rate != static_cast<double>(n) ||
            seen.floor.count() != -n || static_cast<std::int64_t>(seen.generation) != n || !seen.valid) {
          ++torn;
        }
        if (n < last) ++went_back;
        last = n;
      }
    });
  }
  for (std::int64_t n = 2; n < 200'000; ++n) clock.set(make(n));
  stop = true;
  readers.clear();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(went_back, 0);
}

}  // namespace
}  // namespace freshet::media
