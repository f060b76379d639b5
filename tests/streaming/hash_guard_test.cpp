// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The hash guard: libtorrent never sees a piece that does not match while somebody repairs it.
#include <algorithm>

#include "tests/streaming/store_harness.h"

namespace freshet::test {
namespace {

using streaming::BlockVerdict;
using streaming::TorrentFormat;

class HashGuard : public testing::TestWithParam<TorrentFormat> {
 protected:
  // A piece of four blocks of which those in `bad` came wrong.
  StoreHarness& with_bad_piece(const std::set<int>& bad) {
    store.emplace(std::vector{noise(300'000)}, StoreHarness::Options{.format = GetParam()});
    store->torrent->set_repairer(&*store);
    store->write_piece(1, bad);
    store->ask_hash(1);
    EXPECT_TRUE(store->pump([&] { return !store->asked.empty(); }));
    return *store;
  }
  bool replace(int block, bool bad = false) {
    const auto bytes = StoreHarness::copy_of(store->truth(1), block, bad);
    return store->torrent->replace_block(1, block * streaming::store_block_size, bytes);
  }
  std::optional<StoreHarness> store;
};

TEST_P(HashGuard, AsksForTheBlocksAgainAndAnswersWhenThePieceMatches) {
  auto& held = with_bad_piece({2});
  EXPECT_TRUE(held.torrent->is_held(1));
  EXPECT_EQ(held.torrent->stats().held_pieces, 1);
  EXPECT_EQ(held.asked[0].first, 1);
  const std::vector<int> all{0, 1, 2, 3};
  EXPECT_EQ(held.asked[0].second, all) << "nobody can tell which";
  EXPECT_TRUE(held.in_ram(1).empty()) << "nothing unverified is readable";
  EXPECT_FALSE(held.hashes.contains(1));
  for (const int block : all) {
    if (held.torrent->is_held(1)) replace(block);
  }
  ASSERT_TRUE(held.pump([&] { return held.hashes.contains(1); }));
  EXPECT_TRUE(held.matches(1));
  EXPECT_FALSE(held.torrent->is_held(1));
  EXPECT_TRUE(held.in_ram(1) == held.truth(1));
  ASSERT_EQ(held.verdicts[1].size(), 1u);
  EXPECT_EQ(held.verdicts[1][0].block, 2);
  EXPECT_EQ(held.verdicts[1][0].good, (std::vector{false, true}));
  EXPECT_EQ(held.torrent->stats().bad_blocks, 1);
  ASSERT_TRUE(held.pump([&] { return held.is_written(1); }));
  EXPECT_TRUE(held.on_disk(1) == held.truth(1)) << "what was repaired is written";
}

TEST_P(HashGuard, ASecondLiarIsOutvotedByAThirdCopy) {
  auto& held = with_bad_piece({0});
  // The first round is answered by a peer that is right about block 0 and lies about block 3.
  EXPECT_TRUE(replace(3, true));
  for (const int block : {1, 2, 0}) EXPECT_TRUE(replace(block));
  ASSERT_TRUE(held.pump([&] { return held.asked.size() == 2; }));
  EXPECT_EQ(held.asked[1].second, (std::vector{0, 3})) << "only where two copies differ";
  EXPECT_TRUE(replace(3));
  ASSERT_TRUE(held.pump([&] { return held.hashes.contains(1); }));
  EXPECT_TRUE(held.matches(1));
  ASSERT_EQ(held.verdicts[1].size(), 2u);
  EXPECT_EQ(held.verdicts[1][0].good, (std::vector{false, true}));
  EXPECT_EQ(held.verdicts[1][1].block, 3);
  EXPECT_EQ(held.verdicts[1][1].good, (std::vector{true, false, true}));
}

TEST_P(HashGuard, AllBlocksMayBeBad) {
  auto& held = with_bad_piece({0, 1, 2, 3});
  for (const int block : {3, 2, 1, 0}) EXPECT_TRUE(replace(block));
  ASSERT_TRUE(held.pump([&] { return held.hashes.contains(1); }));
  EXPECT_TRUE(held.matches(1));
  EXPECT_EQ(held.verdicts[1].size(), 4u);
  EXPECT_FALSE(replace(0)) << "it is not held any more";
}

TEST_P(HashGuard, TakesOnlyWholeBlocksOfHeldPieces) {
  auto& held = with_bad_piece({1});
  const std::string block(streaming::store_block_size, 'x');
  EXPECT_FALSE(held.torrent->replace_block(1, 100, block));
  EXPECT_FALSE(held.torrent->replace_block(1, -16384, block));
  EXPECT_FALSE(held.torrent->replace_block(1, 4 * 16384, block)) << "behind its end";
  EXPECT_FALSE(held.torrent->replace_block(1, 0, std::string(100, 'x')));
  EXPECT_FALSE(held.torrent->replace_block(0, 0, block)) << "not held";
  EXPECT_FALSE(held.torrent->replace_block(999, 0, block));
}

TEST_P(HashGuard, WithoutARepairerLibtorrentSeesTheFailure) {
  store.emplace(std::vector{noise(300'000)}, StoreHarness::Options{.format = GetParam()});
  store->write_piece(1, {2});
  store->ask_hash(1);
  ASSERT_TRUE(store->pump([&] { return store->hashes.contains(1); }));
  EXPECT_TRUE(store->in_ram(1).empty());
  if (GetParam() != TorrentFormat::V2) {
    EXPECT_FALSE(store->matches(1));
  }
  bool cleared = false;
  store->clear(1, [&] { cleared = true; });
  ASSERT_TRUE(store->pump([&] { return cleared; }));
  EXPECT_EQ(store->written.size(), 4u) << "all jobs of the piece are done before";
  EXPECT_TRUE(store->fetch(1)) << "and it may be fetched anew";
}

TEST_P(HashGuard, WhenNobodyRepairsAnyMoreTheHeldJobIsAnswered) {
  auto& held = with_bad_piece({2});
  held.torrent->set_repairer(nullptr);
  ASSERT_TRUE(held.pump([&] { return held.hashes.contains(1); }));
  EXPECT_FALSE(held.hashes[1].error);
  if (GetParam() != TorrentFormat::V2) {
    EXPECT_FALSE(held.matches(1));
  }
  EXPECT_EQ(held.torrent->stats().held_pieces, 0);
}

TEST_P(HashGuard, RemovingTheTorrentEndsWhatIsHeld) {
  auto& held = with_bad_piece({2});
  held.remove();
  ASSERT_TRUE(held.pump([&] { return held.hashes.contains(1); }));
  EXPECT_EQ(held.hashes[1].error.ec, boost::asio::error::operation_aborted);
  EXPECT_FALSE(replace(2));
}

TEST_P(HashGuard, ACheckEndsWhatIsHeldAndLooksAtTheDisk) {
  auto& held = with_bad_piece({2});
  ASSERT_TRUE(held.check_files());
  ASSERT_TRUE(held.pump([&] { return held.hashes.contains(1); }));
  EXPECT_EQ(held.hashes[1].error.ec, boost::asio::error::operation_aborted);
  EXPECT_FALSE(held.torrent->is_held(1));
}

INSTANTIATE_TEST_SUITE_P(Formats, HashGuard,
                         testing::Values(TorrentFormat::V1, TorrentFormat::V2, TorrentFormat::Hybrid),
                         [](const auto& format) {
                           return std::string(format.param == TorrentFormat::V1   ? "V1"
                                              : format.param == TorrentFormat::V2 ? "V2"
                                                                                  : "Hybrid");
                         });

// A magnet link's v2 torrent: libtorrent would keep such a piece in doubt and let it fail later.
TEST(HashGuardV2, APieceWhoseHashIsNotKnownYetWaitsForIt) {
  StoreHarness store({noise(300'000)}, {.format = TorrentFormat::V2, .expected = false});
  store.torrent->set_repairer(&store);
  auto without_layers = *store.info;
  without_layers.free_piece_layers();
  store.torrent->set_expected(without_layers, {});
  store.write_piece(1, {3});
  store.ask_hash(1);
  store.write_piece(2);
  store.ask_hash(2);
  ASSERT_TRUE(store.pump([&] { return store.torrent->stats().unwritten == Bytes{0}; }));
  EXPECT_TRUE(store.hashes.empty());
  store.torrent->set_expected(*store.info, {});
  ASSERT_TRUE(store.pump([&] { return store.hashes.contains(2) && !store.asked.empty(); }));
  EXPECT_FALSE(store.hashes.contains(1));
  EXPECT_TRUE(store.torrent->is_held(1));
}

// libtorrent asks for those hashes once; when the answer is lost the torrent must not stand still.
TEST(HashGuardV2, APieceWhoseHashDoesNotComeIsLeftToLibtorrentAfterSomeSeconds) {
  StoreHarness store({noise(300'000)}, {.format = TorrentFormat::V2, .expected = false});
  store.torrent->set_repairer(&store);
  auto without_layers = *store.info;
  without_layers.free_piece_layers();
  store.torrent->set_expected(without_layers, {});
  EXPECT_TRUE(store.torrent->lacks_hashes());
  store.write_piece(1);
  store.ask_hash(1);
  ASSERT_TRUE(store.pump([&] {
    store.torrent->set_expected(without_layers, {});
    return store.hashes.contains(1);
  }));
  EXPECT_FALSE(store.hashes[1].error);
  EXPECT_TRUE(store.load(1) == store.truth(1)) << "once libtorrent has found it right";
}

// Otherwise the torrent contradicts itself, says libtorrent when v2 hashes come for the first time or again.
TEST(HashGuardHybrid, LibtorrentLearnsOfAPieceWhenItIsOnDisk) {
  for (const bool has_layers : {false, true}) {
    StoreHarness store({noise(1 << 20)}, {.format = TorrentFormat::Hybrid, .expected = has_layers});
    if (!has_layers) {
      auto without_layers = *store.info;
      without_layers.free_piece_layers();
      store.torrent->set_expected(without_layers, {});
    }
    for (int piece = 0; piece < 16; ++piece) {
      store.write_piece(piece);
      store.ask_hash(piece);
    }
    ASSERT_TRUE(store.pump([&] {
      for (const auto& [piece, hash] : store.hashes) EXPECT_TRUE(store.is_written(piece)) << piece;
      return store.hashes.size() == 16;
    }));
    for (int piece = 0; piece < 16; ++piece) EXPECT_TRUE(store.matches(piece));
  }
}

TEST(HashGuardLarge, APieceWhoseMemoryWasGivenUpIsRepairedToo) {
  StoreHarness store({noise(48 << 20)},
                     {.format = TorrentFormat::V1, .piece_length = mib(4), .memory = mib(8)});
  store.torrent->set_repairer(&store);
  for (int piece = 0; piece < 8; ++piece) {
    store.write_piece(piece, {7});
    store.ask_hash(piece);
  }
  ASSERT_TRUE(store.pump([&] {
    return store.asked.size() == 8 && store.cache->held() + store.cache->reserved() <= mib(10);
  })) << "eight held pieces do not need the memory of eight";
  for (int piece = 0; piece < 8; ++piece) {
    const auto bytes = store.truth(piece);
    for (int block = 0; block < store.blocks(piece) && store.torrent->is_held(piece); ++block) {
      store.torrent->replace_block(piece, block * streaming::store_block_size,
                                   StoreHarness::copy_of(bytes, block, false));
    }
  }
  ASSERT_TRUE(store.pump([&] { return store.hashes.size() == 8; }));
  for (int piece = 0; piece < 8; ++piece) {
    EXPECT_TRUE(store.matches(piece));
    EXPECT_TRUE(store.load(piece) == store.truth(piece));
  }
}

}  // namespace
}  // namespace freshet::test
