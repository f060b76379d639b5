// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/buffering.h"

#include <gtest/gtest.h>

namespace freshet::playback {
namespace {

using namespace std::chrono_literals;

TEST(Buffering, PausesWhenAnOutputIsStarvedAndTheDemuxerWaitsForBytes) {
  EXPECT_TRUE(must_pause({.starved = true, .reading = true, .ahead = 0s}));
}

TEST(Buffering, BlamesASlowDecoderAndPlaysOnWhenPacketsAreThere) {
  EXPECT_FALSE(must_pause({.starved = true, .reading = true, .ahead = 5s}));
  EXPECT_FALSE(must_pause({.starved = true, .reading = false, .ahead = 0s}));
}

TEST(Buffering, NeverPausesAtTheEndOfTheFile) {
  EXPECT_FALSE(must_pause({.starved = true, .reading = true, .read_finished = true, .ahead = 0s}));
}

TEST(Buffering, GoesOnAfterOneSecondWhenTheSwarmIsFaster) {
  const BufferingInput input{.ahead = 1s, .remaining = 100s, .fill_rate = 2};
  EXPECT_EQ(resume_threshold(input), 1s);
  EXPECT_TRUE(may_resume(input));
}

TEST(Buffering, AsksForTheShortfallOfTheRestWhenTheSwarmIsSlower) {
  // 100 s to go at 90 % of the bit rate lack 10 s.
  EXPECT_EQ(resume_threshold({.ahead = 0s, .remaining = 100s, .fill_rate = 0.9}), 10s);
}

TEST(Buffering, StartsAtOnceWhenTheSwarmOutrunsTheFilm) {
  EXPECT_TRUE(may_start({.ahead = 0s, .remaining = 100s, .fill_rate = 1.5}));
  EXPECT_TRUE(may_start({.ahead = 0s, .remaining = 100s, .fill_rate = 0})) << "a disk";
}

TEST(Buffering, StartsWithAReserveWhenTheSwarmHasLittleToSpare) {
  EXPECT_EQ(start_threshold({.remaining = 100s, .fill_rate = 1.25}), 4s);
  EXPECT_EQ(start_threshold({.remaining = 100s, .fill_rate = 1}), 6s);
  EXPECT_FALSE(may_start({.ahead = 2s, .remaining = 100s, .fill_rate = 1.1}));
  EXPECT_TRUE(may_start({.full = true, .ahead = 2s, .remaining = 100s, .fill_rate = 1.1}));
  EXPECT_EQ(start_threshold({.remaining = 1s, .fill_rate = 1.1}), 1s) << "no more than what remains";
}

TEST(Buffering, NeverAsksForMoreThanThirtySeconds) {
  EXPECT_EQ(resume_threshold({.ahead = 0s, .remaining = 7200s, .fill_rate = 0.1, .recent_stalls = 9}), 30s);
}

TEST(Buffering, DoublesWithEachRecentStall) {
  EXPECT_EQ(resume_threshold({.remaining = 100s, .fill_rate = 2, .recent_stalls = 1}), 2s);
  EXPECT_EQ(resume_threshold({.remaining = 100s, .fill_rate = 2, .recent_stalls = 3}), 8s);
}

TEST(Buffering, NeverAsksForMoreThanWhatRemains) {
  EXPECT_EQ(resume_threshold({.remaining = 300ms, .fill_rate = 2}), 300ms);
}

TEST(Buffering, GoesOnWhenTheReadAheadIsFullOrTheFileIsRead) {
  EXPECT_TRUE(may_resume({.read_finished = true, .ahead = 0s}));
  EXPECT_TRUE(may_resume({.full = true, .ahead = 0s}));
}

TEST(Buffering, TellsTheTimeLeftByTheRate) {
  EXPECT_EQ(time_to_resume({.ahead = 500ms, .remaining = 100s, .fill_rate = 2}), 250ms);
  EXPECT_EQ(time_to_resume({.ahead = 500ms, .remaining = 100s, .fill_rate = 0}), std::nullopt);
}

TEST(Buffering, CountsPercentTowardsTheThreshold) {
  EXPECT_EQ(percent({.ahead = 250ms, .remaining = 100s, .fill_rate = 2}), 25);
  EXPECT_EQ(percent({.ahead = 2s, .remaining = 100s, .fill_rate = 2}), 100);
}

}  // namespace
}  // namespace freshet::playback
