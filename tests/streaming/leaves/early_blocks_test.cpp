// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
// Blocks that can be read before their piece is whole, because their leaf hashes are known.
#include <algorithm>
#include <thread>

#include "streaming/leaves/leaf_file.h"
#include "streaming/leaves/verified_blocks.h"
#include "streaming/readable_torrent.h"
#include "tests/streaming/store_harness.h"

namespace freshet::test {
namespace {

using streaming::HashVerdict;
using streaming::Leaves;
using streaming::TorrentFormat;
using streaming::VerifiedBlocks;

class EarlyBlocks : public testing::TestWithParam<TorrentFormat> {
 protected:
  StoreHarness& start(std::vector<std::string> contents = {noise(300'000)},
                      StoreHarness::Options options = {}) {
    options.format = GetParam();
    store.emplace(contents, options);
    store->torrent->set_repairer(&*store);
    return *store;
  }
  [[nodiscard]] Leaves leaves_of(int piece) const {
    Leaves leaves;
    const auto bytes = store->truth(piece);
    const auto size =
        static_cast<std::size_t>(store->info->orig_files().piece_size2(lt::piece_index_t{piece}));
    for (std::size_t at = 0; at < size; at += 16384)
      leaves.push_back(
          streaming::sha256(std::span(bytes).subspan(at, std::min<std::size_t>(16384, size - at))));
    return leaves;
  }
  // As from a peer.
  void send(int piece, int block, bool bad = false) {
    store->write(piece, block, StoreHarness::copy_of(store->truth(piece), block, bad));
  }
  std::optional<StoreHarness> store;
};

TEST_P(EarlyBlocks, AreReadableOneByOne) {
  auto& s = start();
  ASSERT_EQ(s.torrent->add_leaves(1, leaves_of(1)), HashVerdict::Match);
  EXPECT_TRUE(s.torrent->knows_leaves(1));
  send(1, 2);
  ASSERT_TRUE(s.pump([&] { return s.early(1, 2 * 16384, 16384).size() == 16384; }));
  EXPECT_TRUE(s.early(1, 2 * 16384 + 100, 50) == s.truth(1).substr(2 * 16384 + 100, 50));
  EXPECT_TRUE(s.early(1, 0, 16384).empty());
  EXPECT_TRUE(s.in_ram(1).empty()) << "the piece is not whole";
  for (const int block : {0, 1, 3}) send(1, block);
  ASSERT_TRUE(s.pump([&] { return s.early(1, 0, 65536).size() == 65536; }));
  EXPECT_TRUE(s.early(1, 0, 65536) == s.truth(1));
  s.ask_hash(1);
  ASSERT_TRUE(s.pump([&] { return s.matches(1) && s.is_written(1); }));
  EXPECT_EQ(s.hashes[1].leaves, s.info->info_hashes().has_v2() ? leaves_of(1) : Leaves{});
  EXPECT_TRUE(s.in_ram(1) == s.truth(1));
  EXPECT_TRUE(s.on_disk(1) == s.truth(1));
}

TEST_P(EarlyBlocks, LeavesThatComeAfterTheBlocksHelpAllTheSame) {
  auto& s = start();
  send(1, 0);
  send(1, 1);
  s.settle();
  EXPECT_TRUE(s.early(1, 0, 65536).empty()) << "nobody knows whether they are right";
  ASSERT_EQ(s.torrent->add_leaves(1, leaves_of(1)), HashVerdict::Match);
  ASSERT_TRUE(s.pump([&] { return s.early(1, 0, 65536).size() == 2 * 16384; }));
}

TEST_P(EarlyBlocks, WrongLeavesAreRefused) {
  auto& s = start();
  auto leaves = leaves_of(1);
  leaves[0] = leaves[1];
  EXPECT_EQ(s.torrent->add_leaves(1, leaves), HashVerdict::Mismatch);
  EXPECT_FALSE(s.torrent->knows_leaves(1));
}

TEST_P(EarlyBlocks, ABadBlockIsKnownAtOnceAndAskedForAlone) {
  auto& s = start();
  ASSERT_EQ(s.torrent->add_leaves(1, leaves_of(1)), HashVerdict::Match);
  send(1, 0);
  send(1, 1, true);
  ASSERT_TRUE(s.pump([&] { return !s.asked.empty() && s.verdicts.contains(1); }));
  EXPECT_EQ(s.asked[0], (std::pair{1, std::vector{1}}));
  ASSERT_EQ(s.verdicts[1].size(), 1u);
  EXPECT_EQ(s.verdicts[1][0].block, 1);
  EXPECT_EQ(s.verdicts[1][0].good, std::vector{false}) << "the sender is a liar, before the piece is whole";
  EXPECT_TRUE(s.torrent->is_held(1));
  EXPECT_TRUE(s.early(1, 16384, 1).empty());
  // All the others arrive, and libtorrent asks.
  send(1, 2);
  send(1, 3);
  s.ask_hash(1);
  s.settle();
  EXPECT_FALSE(s.hashes.contains(1)) << "libtorrent never sees it fail";
  // Another liar, then an honest peer.
  EXPECT_TRUE(s.torrent->replace_block(1, 16384, StoreHarness::copy_of(s.truth(1), 1, true)));
  ASSERT_TRUE(s.pump([&] { return s.asked.size() == 2; }));
  EXPECT_TRUE(s.torrent->replace_block(1, 16384, StoreHarness::copy_of(s.truth(1), 1, false)));
  ASSERT_TRUE(s.pump([&] { return s.matches(1) && s.is_written(1); }));
  EXPECT_FALSE(s.torrent->is_held(1));
  EXPECT_TRUE(s.in_ram(1) == s.truth(1));
  EXPECT_TRUE(s.on_disk(1) == s.truth(1));
  EXPECT_EQ(s.torrent->stats().bad_blocks, 2);
}

TEST_P(EarlyBlocks, AGoodBlockIsNotReplaced) {
  auto& s = start();
  ASSERT_EQ(s.torrent->add_leaves(1, leaves_of(1)), HashVerdict::Match);
  send(1, 0);
  ASSERT_TRUE(s.pump([&] { return !s.early(1, 0, 1).empty(); }));
  EXPECT_FALSE(s.torrent->replace_block(1, 0, std::string(16384, 'x')));
  send(1, 0, true);  // sent again, by a liar
  s.settle();
  EXPECT_TRUE(s.early(1, 0, 16384) == s.truth(1).substr(0, 16384));
}

TEST_P(EarlyBlocks, WhenNobodyRepairsLibtorrentSeesTheFailure) {
  auto& s = start();
  ASSERT_EQ(s.torrent->add_leaves(1, leaves_of(1)), HashVerdict::Match);
  s.write_piece(1, {3});
  s.ask_hash(1);
  ASSERT_TRUE(s.pump([&] { return !s.asked.empty(); }));
  s.torrent->set_repairer(nullptr);
  ASSERT_TRUE(s.pump([&] { return s.hashes.contains(1); }));
  EXPECT_TRUE(s.in_ram(1).empty());
}

TEST_P(EarlyBlocks, TheShortLastPieceAndPaddingAreRead) {
  auto& s = start({noise(70'000), noise(50'000)});
  for (int piece = 0; piece < s.info->num_pieces(); ++piece) {
    ASSERT_EQ(s.torrent->add_leaves(piece, leaves_of(piece)), HashVerdict::Match);
    s.write_piece(piece);
    const auto size = s.info->orig_files().piece_size2(lt::piece_index_t{piece});
    ASSERT_TRUE(s.pump([&] { return std::ssize(s.early(piece, 0, size)) == size; })) << piece;
    EXPECT_TRUE(s.early(piece, 0, size) == s.truth(piece).substr(0, static_cast<std::size_t>(size)));
    s.ask_hash(piece);
    ASSERT_TRUE(s.pump([&] { return s.matches(piece); })) << piece;
  }
}

TEST_P(EarlyBlocks, LittleMemoryTakesThemBackBeforeTheyAreGivenUp) {
  auto& s = start({noise(8 << 20)}, {.piece_length = mib(1), .memory = mib(2)});
  // Seven half pieces do not fit: the first ones are written and given up.
  for (int piece = 0; piece < 7; ++piece) {
    ASSERT_EQ(s.torrent->add_leaves(piece, leaves_of(piece)), HashVerdict::Match);
    for (int block = 0; block < 32; ++block) send(piece, block);
    s.settle();
    for (int seen = 0; seen <= piece; ++seen) {
      const auto early = s.early(seen, 0, 512 << 10);
      EXPECT_TRUE(early == s.truth(seen).substr(0, early.size()))
          << "never zeros in place of what was given up";
    }
  }
  ASSERT_TRUE(s.pump([&] { return s.cache->reserved() <= mib(2) + kib(512); }));
  EXPECT_LT(s.early(0, 0, 512 << 10).size(), std::size_t{512} << 10);
}

TEST_P(EarlyBlocks, LeavesAreMadeFromAPieceForWhoAsks) {
  auto& s = start();
  ASSERT_TRUE(s.fetch(1));
  streaming::KnownLeaves given;
  bool told = false;
  s.torrent->leaves_of(2, true, [&](const streaming::KnownLeaves& leaves) { given = leaves, told = true; });
  ASSERT_TRUE(s.pump([&] { return told; }));
  EXPECT_EQ(given, nullptr) << "it is not here";
  told = false;
  s.torrent->leaves_of(1, false, [&](const streaming::KnownLeaves& leaves) { given = leaves, told = true; });
  ASSERT_TRUE(s.pump([&] { return told; }));
  ASSERT_NE(given, nullptr) << "they were found when it was hashed";
  EXPECT_EQ(*given, leaves_of(1));
}

INSTANTIATE_TEST_SUITE_P(Formats, EarlyBlocks, testing::Values(TorrentFormat::V2, TorrentFormat::Hybrid),
                         [](const auto& format) {
                           return format.param == TorrentFormat::V2 ? "V2" : "Hybrid";
                         });

TEST(ReadableTorrentParts, AReaderWaitsForTheBlockNotForThePiece) {
  const auto cache = std::make_shared<streaming::PieceCache>(mib(8));
  const auto torrent = std::make_shared<streaming::ReadableTorrent>(1, cache, [](streaming::Wake) {});
  torrent->set_layout(1 << 20, 4 << 20);
  const auto source = torrent->open(FileIndex{0}, 0, mib(4));
  const auto buffer = std::make_shared<streaming::PieceBuffer>(std::size_t{1} << 20);
  const auto content = noise(1 << 20);
  std::ranges::copy(content, buffer->bytes().begin());
  const auto blocks = std::make_shared<VerifiedBlocks>(buffer, 1 << 20);
  std::jthread sender([&] {
    blocks->add(3);
    torrent->deliver_blocks(1, blocks);
    blocks->add(4);
    torrent->deliver_blocks(1, blocks);
  });
  EXPECT_TRUE(read_bytes(*source, (1 << 20) + 4 * 16384, 16384) == content.substr(4 * 16384, 16384));
  EXPECT_TRUE(read_bytes(*source, (1 << 20) + 3 * 16384 + 5, 20'000) ==
              content.substr(3 * 16384 + 5, 20'000));
  sender.join();
  const auto available = source->available();
  ASSERT_EQ(available.size(), 1u);
  EXPECT_EQ(available[0].begin.value, (1 << 20) + 3 * 16384);
  EXPECT_EQ(available[0].end.value, (1 << 20) + 5 * 16384);
  torrent->close();
}

}  // namespace
}  // namespace freshet::test
