// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/link.h"

#include <gtest/gtest.h>
#include <vector>

namespace freshet::lab {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime start{1h};

TEST(Link, TakesAPacketsTimeAtItsRateAndThenItsDelay) {
  Link link({.rate = {12'000'000}, .delay = 15ms});  // 1500 bytes take 1 ms
  EXPECT_EQ(link.send(start, Bytes{1500}), start + 16ms);
}

TEST(Link, SendsPacketsOneAfterTheOther) {
  Link link({.rate = {12'000'000}, .delay = 0ms});
  EXPECT_EQ(link.send(start, Bytes{1500}), start + 1ms);
  EXPECT_EQ(link.send(start, Bytes{750}), start + 1500us);
  EXPECT_EQ(link.send(start + 10ms, Bytes{1500}), start + 11ms);  // it was idle in between
}

TEST(Link, KeepsItsRateOverASecond) {
  Link link({.rate = {5'000'000}, .queue = 100ms});
  Bytes passed;
  for (auto now = start; now < start + 1s; now += 100us) {
    const auto out = link.send(now, Bytes{1500});
    if (out && *out <= start + 1s) passed += Bytes{1500};
  }
  EXPECT_NEAR(static_cast<double>(passed.value), 625'000, 1500);
}

TEST(Link, DropsWhatWouldWaitLongerThanItsQueue) {
  Link link({.rate = {12'000'000}, .queue = 20ms});
  int taken = 0;
  for (int count = 0; count < 100; ++count) taken += link.send(start, Bytes{1500}) ? 1 : 0;
  EXPECT_EQ(taken, 21);  // one on the line, twenty milliseconds of others
  EXPECT_EQ(link.counts().queue_drops, 79);
  EXPECT_TRUE(link.send(start + 5ms, Bytes{1500}));  // there is room again
}

TEST(Link, HasRoomForAFewPacketsHoweverSlowItIs) {
  Link link({.rate = {100'000}, .queue = 1ms});
  for (int count = 0; count < 8; ++count) EXPECT_TRUE(link.send(start, Bytes{1500})) << count;
}

TEST(Link, LosesTheShareItIsToldToTheSameWayEachTime) {
  const auto lost = [](std::uint64_t seed) {
    Link link({.loss = 0.02, .seed = seed});
    std::vector<int> numbers;
    for (int number = 0; number < 20'000; ++number)
      if (!link.send(start, Bytes{1500})) numbers.push_back(number);
    return numbers;
  };
  EXPECT_NEAR(static_cast<double>(lost(7).size()), 400, 80);
  EXPECT_EQ(lost(7), lost(7));
  EXPECT_NE(lost(7), lost(8));
}

TEST(Link, PassesNothingOnceItIsCut) {
  Link link({});
  EXPECT_TRUE(link.send(start, Bytes{100}));
  link.cut();
  EXPECT_FALSE(link.send(start + 1s, Bytes{100}));
}

TEST(Link, WithoutRateAddsOnlyItsDelay) {
  Link link({.rate = {0}, .delay = 40ms});
  for (int count = 0; count < 1000; ++count) EXPECT_EQ(link.send(start, Bytes{1500}), start + 40ms);
}

}  // namespace
}  // namespace freshet::lab
