// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/playback_clock.h"

#include <gtest/gtest.h>

namespace freshet::playback {
namespace {

using namespace std::chrono_literals;

constexpr Generation first{1};
const MonotonicTime zero{1000s};

TEST(PlaybackClock, StandsUntilItIsStarted) {
  media::MediaClock sound;
  PlaybackClock clock(sound);
  clock.restart(first, 5s);
  EXPECT_EQ(clock.position(zero + 10s), 5s);
  EXPECT_EQ(clock.rate(), 0);
}

TEST(PlaybackClock, RunsByItselfWithoutSound) {
  media::MediaClock sound;
  PlaybackClock clock(sound);
  clock.restart(first, 5s);
  clock.start(zero, 2.0, false);
  EXPECT_EQ(clock.position(zero + 3s), 11s);
}

TEST(PlaybackClock, HoldsWhereItWas) {
  media::MediaClock sound;
  PlaybackClock clock(sound);
  clock.restart(first, 0s);
  clock.start(zero, 1.0, false);
  clock.hold(zero + 4s);
  EXPECT_EQ(clock.position(zero + 9s), 4s);
}

TEST(PlaybackClock, KeepsItsPositionWhenTheSpeedChanges) {
  media::MediaClock sound;
  PlaybackClock clock(sound);
  clock.restart(first, 0s);
  clock.start(zero, 1.0, false);
  clock.set_rate(zero + 2s, 0.5);
  EXPECT_EQ(clock.position(zero + 2s), 2s);
  EXPECT_EQ(clock.position(zero + 4s), 3s);
}

TEST(PlaybackClock, FollowsTheSoundAsSoonAsItIsHeard) {
  media::MediaClock sound;
  PlaybackClock clock(sound);
  clock.restart(first, 1s);
  clock.start(zero, 1.0, true);
  EXPECT_EQ(clock.position(zero + 5s), 1s) << "nothing is heard yet";
  sound.set({.at = zero + 5s, .position = 1100ms, .rate = 1, .generation = first, .valid = true});
  EXPECT_EQ(clock.position(zero + 6s), 2100ms);
}

TEST(PlaybackClock, IgnoresTheSoundOfAnOlderGeneration) {
  media::MediaClock sound;
  PlaybackClock clock(sound);
  sound.set({.at = zero, .position = 50s, .rate = 1, .generation = first, .valid = true});
  clock.restart(next(first), 1s);
  clock.start(zero, 1.0, true);
  EXPECT_EQ(clock.position(zero + 1s), 1s);
}

TEST(PlaybackClock, GoesOnByItselfWhenTheSoundEnds) {
  media::MediaClock sound;
  PlaybackClock clock(sound);
  clock.restart(first, 0s);
  clock.start(zero, 1.0, true);
  sound.set({.at = zero, .position = 0s, .rate = 1, .generation = first, .valid = true});
  clock.sound_ended(zero + 3s);
  sound.set({.at = zero + 3s, .position = 3s, .rate = 0, .generation = first, .valid = true});
  EXPECT_EQ(clock.position(zero + 5s), 5s);
}

}  // namespace
}  // namespace freshet::playback
