// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "tests/streaming/scheduler/simulated_swarm.h"

namespace freshet::test {
namespace {

using streaming::BlockGeometry;
using testing::IsEmpty;

constexpr double mbit = 125'000;  // bytes a second
constexpr double film = 6 * mbit;
constexpr SimTime for_ever = 1e6;

bool never() {
  return false;
}

BlockGeometry megabyte_pieces(int count) {
  return {1 << 20, std::int64_t{count} << 20};
}

std::vector<SimPeer> seeds(int count, double rate) {
  return std::vector<SimPeer>(static_cast<std::size_t>(count),
                              SimPeer{.bytes_per_second = rate, .delay = 0.031});
}

std::vector<SimPeer> good_swarm() {
  return seeds(4, 5 * mbit);
}

std::vector<SimPeer> with(std::vector<SimPeer> peers, int count, const SimPeer& more) {
  peers.insert(peers.end(), static_cast<std::size_t>(count), more);
  return peers;
}

SimTime time_to_first_piece(SimulatedSwarm& swarm) {
  swarm.play(0, 1, film, true);
  return swarm.run_until([&] { return swarm.has(0, 0); }, 60);
}

// The line's limit: handshake, request, and a mebibyte at what all honest peers have.
constexpr SimTime limit_of_good_swarm = 0.031 + 0.031 + (1 << 20) / (20 * mbit);

TEST(BlockScheduler, StartsNearTheLinesLimitInAGoodSwarm) {
  SimulatedSwarm swarm(megabyte_pieces(128), good_swarm());
  EXPECT_LT(time_to_first_piece(swarm), 1.3 * limit_of_good_swarm);
  EXPECT_THAT(swarm.faults(), IsEmpty());
}

TEST(BlockScheduler, BlackHolesCostLittle) {
  SimulatedSwarm swarm(megabyte_pieces(128),
                       with(good_swarm(), 4, {.delay = 0.031, .habit = Habit::BlackHole}));
  EXPECT_LT(time_to_first_piece(swarm), 1.6 * limit_of_good_swarm);
  EXPECT_THAT(swarm.faults(), IsEmpty());
}

TEST(BlockScheduler, CrawlersCostLittle) {
  SimulatedSwarm swarm(megabyte_pieces(128),
                       with(good_swarm(), 4, {.bytes_per_second = 20'000, .delay = 0.031}));
  EXPECT_LT(time_to_first_piece(swarm), 1.6 * limit_of_good_swarm);
  EXPECT_THAT(swarm.faults(), IsEmpty());
}

TEST(BlockScheduler, FetchesNextToNothingTwice) {
  SimulatedSwarm swarm(megabyte_pieces(40),
                       with(good_swarm(), 4, {.bytes_per_second = 20'000, .delay = 0.031}));
  swarm.play(0, 1, film, true);
  swarm.fetch_rest(0);
  swarm.run_until([&] { return swarm.has(0, 39); }, 120);
  ASSERT_TRUE(swarm.has(0, 39));
  const auto& totals = swarm.totals();
  EXPECT_LT(static_cast<double>(totals.redundant) / static_cast<double>(totals.received), 0.02);
  EXPECT_THAT(swarm.faults(), IsEmpty());
}

TEST(BlockScheduler, ASeekIsServedAsFastAsAStart) {
  SimulatedSwarm swarm(megabyte_pieces(128), good_swarm());
  swarm.play(0, 1, film, true);
  swarm.fetch_rest(0);
  swarm.run_until(never, 8);
  ASSERT_FALSE(swarm.has(90, 90));
  const auto start = swarm.now();
  swarm.play(90, start + 1, film, true);
  swarm.run_until([&] { return swarm.has(90, 90); }, 60);
  EXPECT_LT(swarm.now() - start, 1.5 * limit_of_good_swarm);
  EXPECT_THAT(swarm.faults(), IsEmpty());
}

// Plays from piece 0 as a player does: waits for the first, then reads at the film's rate with five seconds
// ahead.
SimTime stalled_time(SimulatedSwarm& swarm, int pieces, double rate) {
  const SimTime per_piece = static_cast<double>(1 << 20) / rate;
  swarm.play(0, 0, rate, true);
  swarm.run_until([&] { return swarm.has(0, 0); }, for_ever);
  const SimTime started = swarm.now() + 1;
  SimTime stalled = 0;
  for (int piece = 1; piece < pieces; ++piece) {
    const auto due = started + stalled + per_piece * piece;
    swarm.play(piece, due, rate, false);
    swarm.run_until(never, due);
    if (swarm.has(piece, piece)) continue;
    swarm.play(piece, due, rate, true);
    swarm.run_until([&] { return swarm.has(piece, piece); }, for_ever);
    stalled += swarm.now() - due;
  }
  return stalled;
}

TEST(BlockScheduler, PlaysWithoutAStallWhenALittleOfTheLineIsSpare) {
  SimulatedSwarm swarm(megabyte_pieces(60), seeds(4, 1.15 * film / 4));
  EXPECT_EQ(stalled_time(swarm, 60, film), 0);
  EXPECT_THAT(swarm.faults(), IsEmpty());
}

TEST(BlockScheduler, PlaysOnWhenPeersComeAndGo) {
  std::vector<SimPeer> peers;
  for (int i = 0; i < 12; ++i) {
    peers.push_back({.bytes_per_second = film / 2,
                     .delay = 0.03,
                     .joins = i < 3 ? 0.0 : i * 4.0,
                     .leaves = 12.0 + i * 5});
  }
  peers.push_back({.bytes_per_second = film / 2, .delay = 0.03});
  SimulatedSwarm swarm(megabyte_pieces(50), peers);
  EXPECT_EQ(stalled_time(swarm, 50, film), 0);
  EXPECT_THAT(swarm.faults(), IsEmpty());
}

TEST(BlockScheduler, PlaysOnWhenHalfThePeersFallSilent) {
  SimulatedSwarm swarm(
      megabyte_pieces(50),
      with(seeds(4, 1.3 * film / 4), 4,
           {.bytes_per_second = 2 * film, .delay = 0.03, .habit = Habit::StopsInTheMiddle, .stops = 3}));
  EXPECT_EQ(stalled_time(swarm, 50, film), 0);
  EXPECT_THAT(swarm.faults(), IsEmpty());
}

TEST(BlockScheduler, FindsTheLiarAndKeepsTheHonest) {
  auto peers = with(good_swarm(), 1, {.bytes_per_second = 20 * mbit, .delay = 0.01, .habit = Habit::Liar});
  SimulatedSwarm swarm(megabyte_pieces(30), peers);
  swarm.play(0, 1, film, true);
  swarm.fetch_rest(0);
  swarm.run_until([&] { return swarm.has(0, 29); }, 120);
  EXPECT_TRUE(swarm.has(0, 29));
  EXPECT_EQ(swarm.totals().banished, std::set<int>{4});
  EXPECT_THAT(swarm.faults(), IsEmpty());
}

TEST(BlockScheduler, OneHonestPeerBesideALiarIsEnough) {
  SimulatedSwarm swarm(megabyte_pieces(10), {{.bytes_per_second = 5 * mbit},
                                             {.bytes_per_second = 50 * mbit, .habit = Habit::Liar}});
  swarm.play(0, 1, film, true);
  swarm.run_until([&] { return swarm.has(0, 9); }, 120);
  EXPECT_TRUE(swarm.has(0, 9));
  EXPECT_EQ(swarm.totals().banished, std::set<int>{1});
}

TEST(BlockScheduler, AskedForNothingItSleeps) {
  SimulatedSwarm swarm(megabyte_pieces(4), good_swarm());
  swarm.play(0, 1, film, true);
  swarm.run_until(never, 60);
  ASSERT_TRUE(swarm.has(0, 3));
  const auto before = swarm.totals().decisions;
  swarm.run_until(never, 10'000);
  EXPECT_EQ(swarm.totals().decisions, before);
}

TEST(BlockScheduler, ASilentSwarmIsLookedAtLessAndLessOften) {
  SimulatedSwarm swarm(megabyte_pieces(8), with({}, 4, {.habit = Habit::BlackHole}));
  swarm.play(0, 1, film, true);
  swarm.run_until(never, 600);
  EXPECT_LT(swarm.totals().decisions, 400);
}

TEST(BlockScheduler, RarePiecesComeFirstWhenNothingIsUrgent) {
  std::set<int> common;
  for (int piece = 0; piece < 40; ++piece) {
    if (piece != 25 && piece != 33) common.insert(piece);
  }
  auto peers = good_swarm();
  for (auto& peer : peers) peer.pieces = common;
  peers.push_back({.bytes_per_second = 5 * mbit, .delay = 0.031});  // the only one that has all
  SimulatedSwarm swarm(megabyte_pieces(40), peers);
  swarm.fetch_rest(0);
  swarm.run_until([&] { return swarm.has(25, 25) && swarm.has(33, 33); }, 120);
  int others = 0;
  for (int piece = 0; piece < 40; ++piece) others += swarm.has(piece, piece) ? 1 : 0;
  EXPECT_LT(others, 25);
  EXPECT_THAT(swarm.faults(), IsEmpty());
}

// Any swarm at all: what is asked of it obeys the rules, and it gets the film when somebody has it.
TEST(BlockScheduler, KeepsItsRulesInAnySwarm) {
  const char* more = std::getenv("FRESHET_SWARMS");
  const int swarms = more != nullptr ? std::atoi(more) : 300;
  for (int seed = 0; seed < swarms; ++seed) {
    SCOPED_TRACE("swarm " + std::to_string(seed));
    std::mt19937 random(static_cast<std::uint32_t>(seed));
    const auto dice = [&](int from, int to) { return std::uniform_int_distribution(from, to)(random); };
    const auto between = [&](double from, double to) {
      return std::uniform_real_distribution(from, to)(random);
    };
    const int pieces = dice(1, 30);
    const std::int64_t length = std::int64_t{16 << 10} << dice(0, 6);
    const std::int64_t total = length * pieces - dice(0, static_cast<int>(length) - 1);
    std::vector<SimPeer> peers;
    const int count = dice(1, 12);
    for (int i = 0; i < count; ++i) {
      SimPeer peer{.bytes_per_second = between(5'000, 3'000'000), .delay = between(0.001, 0.4)};
      peer.habit = static_cast<Habit>(dice(0, 5));
      peer.joins = dice(0, 1) * between(0, 20);
      if (dice(0, 3) == 0) peer.leaves = peer.joins + between(0, 30);
      peer.stops = between(0, 20);
      peer.fast_extension = dice(0, 3) != 0;
      peer.jitter = between(0, 0.9);
      if (dice(0, 2) == 0) {
        for (int piece = 0; piece < pieces; ++piece) {
          if (dice(0, 1) == 0) peer.pieces.insert(piece);
        }
        if (peer.pieces.empty()) peer.pieces.insert(0);
      }
      peers.push_back(std::move(peer));
    }
    // One that is slow, honest and always there.
    peers.push_back({.bytes_per_second = between(100'000, 400'000), .delay = between(0.001, 0.4)});
    SimulatedSwarm swarm({length, total}, peers, static_cast<std::uint32_t>(seed));
    swarm.play(0, 1, between(50'000, 2'000'000), true);
    if (dice(0, 3) != 0) swarm.fetch_rest(0);
    const int seeks = dice(0, 5);
    for (int i = 0; i < seeks; ++i) {
      swarm.run_until(never, swarm.now() + between(0, 3));
      const int target = dice(0, pieces - 1);
      swarm.play(target, swarm.now() + 1, between(50'000, 2'000'000), dice(0, 1) == 0);
    }
    swarm.play(0, swarm.now() + 1, film, true);
    swarm.run_until([&] { return swarm.has(0, pieces - 1); }, swarm.now() + 900);
    EXPECT_TRUE(swarm.has(0, pieces - 1)) << "not all came: " << swarm.describe();
    EXPECT_THAT(swarm.faults(), IsEmpty());
    if (::testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace freshet::test
