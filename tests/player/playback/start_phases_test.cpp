// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/playback/start_phases.h"

#include <gtest/gtest.h>

namespace freshet::playback {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime begin{1h};

StartTimes at(std::optional<std::chrono::milliseconds> peer,
              std::optional<std::chrono::milliseconds> metadata, std::chrono::milliseconds header,
              std::optional<std::chrono::milliseconds> gop, std::chrono::milliseconds frame) {
  StartMoments moments;
  if (peer) moments.note(StartMoment::Peer, begin + *peer);
  if (metadata) moments.note(StartMoment::Metadata, begin + *metadata);
  moments.note(StartMoment::Header, begin + header);
  if (gop) moments.note(StartMoment::Gop, begin + *gop);
  moments.note(StartMoment::Frame, begin + frame);
  moments.note(StartMoment::Frame, begin + frame + 1s);  // the first counts
  return moments.times();
}

TEST(StartPhases, FollowOneAfterTheOther) {
  const auto phases = start_phases(begin, at(100ms, 250ms, 400ms, 900ms, 1000ms));
  EXPECT_EQ(phases, (StartPhases{100ms, 150ms, 150ms, 500ms, 100ms}));
  EXPECT_EQ(phases.total(), 1000ms);
}

TEST(StartPhases, ALocalFileHasNoSwarm) {
  const auto phases = start_phases(begin, at({}, {}, 30ms, 50ms, 60ms));
  EXPECT_FALSE(phases.peers || phases.metadata);
  EXPECT_EQ(phases.header, 30ms);
  EXPECT_EQ(phases.total(), 60ms);
}

TEST(StartPhases, WhatWasKnownBeforeItWasNeededTookNoTime) {
  const auto phases = start_phases(begin, at(100ms, 5ms, 300ms, 400ms, 500ms));
  EXPECT_EQ(phases.peers, 100ms);
  EXPECT_EQ(phases.metadata, 0ms);
  EXPECT_EQ(phases.total(), 500ms);
}

TEST(StartPhases, APeerThatComesAfterTheHeaderWasNotWaitedFor) {
  const auto phases = start_phases(begin, at(450ms, 10ms, 40ms, 60ms, 500ms));
  EXPECT_EQ(phases.peers, 0ms);
  EXPECT_EQ(phases.metadata, 10ms);
  EXPECT_EQ(phases.header, 30ms);
  EXPECT_EQ(phases.total(), 500ms);
}

TEST(StartPhases, AddUpAlsoWhenAMomentIsMissing) {
  const auto phases = start_phases(begin, at({}, 10ms, 40ms, {}, 500ms));
  EXPECT_EQ(phases.first_gop, 0ms);
  EXPECT_EQ(phases.decode, 460ms);
  EXPECT_EQ(phases.total(), 500ms);
}

}  // namespace
}  // namespace freshet::playback
