// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/stats.h"

#include <array>
#include <gtest/gtest.h>

#include "streaming/scheduler/block_scheduler.h"

namespace freshet::test {
namespace {

using streaming::Block;
using streaming::BlockCounts;
using streaming::BlockGeometry;
using streaming::BlockScheduler;
using streaming::PeerId;
using streaming::PeerState;
using Answer = BlockCounts::Answer;
using Use = BlockCounts::Use;
using Punctual = BlockCounts::Punctual;

constexpr Bytes whole = kib(16);
constexpr Bytes rest{123};

TEST(BlockCounts, AddUpWhateverHappensToABlock) {
  BlockCounts counts;
  const auto holds = [&] { return counts.adds_up(); };
  EXPECT_TRUE(holds());
  for (int i = 0; i < 5; ++i) counts.was_requested(whole);
  counts.was_requested(rest);
  EXPECT_TRUE(holds());
  counts.came(whole, Answer::Outstanding, Use::New, Punctual::InTime);
  counts.came(rest, Answer::Outstanding, Use::New, Punctual::Late);
  counts.was_rejected(whole);
  counts.was_taken_back(whole);
  counts.was_taken_back(whole);
  EXPECT_TRUE(holds());
  counts.came(whole, Answer::TakenBack, Use::Duplicate, Punctual::InTime);
  counts.came(whole, Answer::Unasked, Use::Stray, Punctual::InTime);
  EXPECT_TRUE(holds());
  counts.was_verified(whole);
  counts.was_thrown_away(rest);
  EXPECT_TRUE(holds());

  EXPECT_EQ(counts.requested.blocks, 6);
  EXPECT_EQ(counts.answered.blocks, 3);
  EXPECT_EQ(counts.outstanding.blocks, 1);
  EXPECT_EQ(counts.cancelled.blocks, 1);
  EXPECT_EQ(counts.rejected.blocks, 1);
  EXPECT_EQ(counts.received.blocks, 4);
  EXPECT_EQ(counts.received.bytes, kib(48) + rest);
  EXPECT_EQ(counts.late.blocks, 1);
  EXPECT_EQ(counts.verified.bytes, whole);
  EXPECT_EQ(counts.wasted().bytes, kib(32) + rest);
  EXPECT_EQ(counts.pending.blocks, 0);

  auto both = counts;
  both += counts;
  EXPECT_TRUE(both.adds_up());
  EXPECT_EQ(both.requested.blocks, 12);
  counts.verified.blocks += 1;
  EXPECT_FALSE(counts.adds_up());
}

TEST(PeerState, NamesTheFirstThingThatIsWrong) {
  const auto of = [](const streaming::PeerFacts& facts) { return streaming::peer_state(facts); };
  EXPECT_EQ(of({}), PeerState::Choked);
  EXPECT_EQ(of({.choked = false}), PeerState::Idle);
  EXPECT_EQ(of({.choked = false, .silent = true, .queue = 3}), PeerState::Silent);
  EXPECT_EQ(of({.choked = false, .queue = 3, .rate = kib(100), .usual_rate = kib(401)}), PeerState::Slow);
  EXPECT_EQ(of({.choked = false, .queue = 3, .rate = kib(100), .usual_rate = kib(400)}), PeerState::Sending);
  EXPECT_EQ(of({.choked = false, .rate = kib(500), .usual_rate = kib(400)}), PeerState::Idle);
}

// One piece of four blocks and two peers, on a clock of the test.
class CountingScheduler : public testing::Test {
 protected:
  static constexpr PeerId first{1};
  static constexpr PeerId second{2};
  BlockScheduler scheduler{BlockGeometry(64 << 10, 128 << 10), [](PeerId, int) { return true; }};
  MonotonicTime now = MonotonicTime{} + std::chrono::hours(1);

  void arrive(PeerId peer) {
    scheduler.peer_came(peer);
    scheduler.unchoked(peer);
  }
  BlockCounts counts(PeerId peer) const {
    for (const auto& figures : scheduler.figures()) {
      if (figures.peer == peer) return figures.blocks;
    }
    return {};
  }
  void want(std::chrono::milliseconds deadline) {
    scheduler.set_wants({{{0, 0}, {0, 3}, now + deadline, streaming::Seconds{0}, false}});
  }
};

TEST_F(CountingScheduler, TellsLateFromInTime) {
  arrive(first);
  want(std::chrono::seconds(1));
  const auto decision = scheduler.decide(now);
  ASSERT_GE(decision.requests.size(), 2u);
  now += std::chrono::milliseconds(500);
  scheduler.arrived(first, decision.requests[0].block, now);
  now += std::chrono::milliseconds(600);
  scheduler.arrived(first, decision.requests[1].block, now);
  EXPECT_EQ(counts(first).late.blocks, 1);
  EXPECT_EQ(counts(first).pending.blocks, 2);
  EXPECT_TRUE(scheduler.blocks().adds_up());
}

TEST_F(CountingScheduler, RemembersPeersThatLeft) {
  arrive(first);
  want(std::chrono::seconds(1));
  const auto decision = scheduler.decide(now);
  const auto asked = std::ssize(decision.requests);
  ASSERT_GE(asked, 2);
  scheduler.arrived(first, decision.requests[0].block, now);
  scheduler.peer_left(first);
  EXPECT_EQ(scheduler.blocks().requested.blocks, asked);
  EXPECT_EQ(scheduler.blocks().cancelled.blocks, asked - 1);
  EXPECT_EQ(scheduler.pieces().in_flight, 1);
  scheduler.piece_verified(0);
  EXPECT_EQ(scheduler.blocks().verified.blocks, 1);
  EXPECT_EQ(scheduler.pieces().in_flight, 0);
  EXPECT_EQ(scheduler.pieces().verified, 1);
  EXPECT_TRUE(scheduler.blocks().adds_up());
}

// A second start of the engine, once the files had been checked, forgot the requests that were under way:
// their blocks then came unasked, and a peer that sends many of those is hung up on.
TEST_F(CountingScheduler, ARecheckForgetsNoRequest) {
  arrive(first);
  want(std::chrono::seconds(1));
  const auto decision = scheduler.decide(now);
  ASSERT_GE(decision.requests.size(), 2u);
  scheduler.arrived(first, decision.requests[0].block, now);
  scheduler.reset({false, false}, {});
  EXPECT_EQ(counts(first).failed.blocks, 1) << "a block that is gone from disk";
  EXPECT_TRUE(scheduler.arrived(first, decision.requests[1].block, now).wanted);
  const std::array here{decision.requests[1].block};
  scheduler.reset({false, false}, here);
  EXPECT_EQ(counts(first).pending.blocks, 1);
  scheduler.reset({true, false}, {});
  EXPECT_EQ(counts(first).verified.blocks, 1);
  EXPECT_TRUE(scheduler.blocks().adds_up());
}

TEST_F(CountingScheduler, CountsARepairedPiece) {
  arrive(first);
  arrive(second);
  for (int round = 0; round < 2; ++round) {
    want(std::chrono::seconds(1));
    for (int i = 0; i < 20 && !scheduler.ledger().is_complete(0); ++i) {
      for (const auto& request : scheduler.decide(now).requests)
        scheduler.arrived(request.peer, request.block, now);
      now += std::chrono::milliseconds(10);
    }
    ASSERT_TRUE(scheduler.ledger().is_complete(0));
    if (round == 0) scheduler.piece_spoiled(0, {});
  }
  scheduler.piece_verified(0);
  const auto blocks = scheduler.blocks();
  EXPECT_TRUE(blocks.adds_up());
  EXPECT_EQ(blocks.failed.blocks, 4);
  EXPECT_EQ(blocks.verified.blocks, 4);
  EXPECT_EQ(blocks.wasted().bytes, kib(64));
  EXPECT_EQ(scheduler.pieces().failed, 1);
  EXPECT_EQ(scheduler.pieces().repaired, 1);
}

}  // namespace
}  // namespace freshet::test
