// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The way of a piece from its first block to the disk, and what goes wrong on it.
#include <algorithm>
#include <fstream>
#include <future>
#include <iostream>

#include "tests/streaming/file_size_limit.h"
#include "tests/streaming/store_harness.h"

namespace freshet::test {
namespace {

using namespace std::chrono_literals;
using streaming::TorrentFormat;

class EveryFormat : public testing::TestWithParam<TorrentFormat> {};

TEST_P(EveryFormat, APieceIsReadableInRamBeforeItIsOnDiskAndReadBackByNobody) {
  StoreHarness store({noise(300'000)}, {.format = GetParam()});
  for (int piece = 0; piece < store.info->num_pieces(); ++piece) {
    store.write_piece(piece);
    store.ask_hash(piece);
    ASSERT_TRUE(store.pump([&] { return store.verified_at(piece).has_value(); }));
    EXPECT_TRUE(store.in_ram(piece) == store.truth(piece));
    EXPECT_TRUE(store.load(piece) == store.truth(piece));
  }
  EXPECT_EQ(store.torrent->stats().pieces_read, 0);
  EXPECT_EQ(store.torrent->stats().pieces_verified, store.info->num_pieces());
}

TEST_P(EveryFormat, LibtorrentHearsOfABlockWhenItIsOnDisk) {
  StoreHarness store({noise(300'000)}, {.format = GetParam()});
  for (int piece = 0; piece < store.info->num_pieces(); ++piece) {
    ASSERT_TRUE(store.fetch(piece));
    EXPECT_TRUE(store.on_disk(piece) == store.truth(piece));
  }
  EXPECT_EQ(store.torrent->stats().unwritten, Bytes{0});
  EXPECT_EQ(store.cache->reserved(), Bytes{0});
}

TEST_P(EveryFormat, BlocksMayComeInAnyOrder) {
  StoreHarness store({noise(1 << 20)}, {.format = GetParam(), .piece_length = mib(1)});
  const auto bytes = store.truth(0);
  std::vector<int> order;
  for (int block = 0; block < store.blocks(0); ++block) order.push_back((block * 37 + 5) % store.blocks(0));
  for (const int block : order) {
    store.write(0, block, StoreHarness::copy_of(bytes, block, false));
    store.pump([] { return true; });
  }
  store.ask_hash(0);
  ASSERT_TRUE(store.pump([&] { return store.matches(0); }));
  EXPECT_TRUE(store.in_ram(0) == bytes);
}

TEST_P(EveryFormat, FilesThatEndWithinAPieceAreWrittenEachWhereItBelongs) {
  StoreHarness store({noise(100'000, 1), noise(5'000, 2), noise(200'001, 3)}, {.format = GetParam()});
  for (int piece = 0; piece < store.info->num_pieces(); ++piece) {
    ASSERT_TRUE(store.fetch(piece));
    EXPECT_TRUE(store.on_disk(piece) == store.truth(piece));
    EXPECT_TRUE(store.in_ram(piece) == store.truth(piece));
  }
}

TEST_P(EveryFormat, PeersReadWhatIsInRamAndWhatIsOnDisk) {
  StoreHarness store({noise(300'000)}, {.format = GetParam()});
  ASSERT_TRUE(store.fetch(0));
  const auto bytes = store.truth(0);
  EXPECT_TRUE(store.read(0, 0, 16384) == bytes.substr(0, 16384));
  store.cache->forget({1, 0});
  EXPECT_TRUE(store.read(0, 16384, 16384) == bytes.substr(16384, 16384));
  EXPECT_TRUE(store.read(0, 10'000, 10'000) == bytes.substr(10'000, 10'000)) << "not on a block's border";
  EXPECT_EQ(store.read(1, 0, 16384), std::nullopt) << "not there";
}

TEST_P(EveryFormat, WhatLiesOnDiskIsHashedForACheck) {
  StoreHarness store({noise(300'000)}, {.format = GetParam()});
  ASSERT_TRUE(store.fetch(1));
  ASSERT_TRUE(store.check_files());
  EXPECT_EQ(store.cache->held() + store.cache->reserved(), Bytes{0}) << "it counts what is on disk";
  store.hashes.clear();
  store.ask_hash(1);
  ASSERT_TRUE(store.pump([&] { return store.hashes.contains(1); }));
  EXPECT_TRUE(store.matches(1));
  store.ask_hash(0);  // a hole
  ASSERT_TRUE(store.pump([&] { return store.hashes.contains(0); }));
  if (store.info->info_hashes().has_v1()) {
    EXPECT_FALSE(store.matches(0));
  }
}

INSTANTIATE_TEST_SUITE_P(PieceStore, EveryFormat,
                         testing::Values(TorrentFormat::V1, TorrentFormat::V2, TorrentFormat::Hybrid),
                         [](const auto& format) {
                           return std::string(format.param == TorrentFormat::V1   ? "V1"
                                              : format.param == TorrentFormat::V2 ? "V2"
                                                                                  : "Hybrid");
                         });

// Not a benchmark that must be quiet: the bound is generous, the figures are printed.
TEST(PieceStore, APieceIsReadableWithinMillisecondsOfItsLastBlock) {
  for (const auto length : {kib(64), mib(1), mib(16)}) {
    StoreHarness store({noise(static_cast<std::size_t>(length.value) * 4)},
                       {.format = TorrentFormat::V1, .piece_length = length});
    std::vector<double> milliseconds;
    for (int piece = 0; piece < 4; ++piece) {
      const auto bytes = store.truth(piece);
      const int last = store.blocks(piece) - 1;
      for (int block = 0; block < last; ++block) {
        store.write(piece, block, StoreHarness::copy_of(bytes, block, false));
        // Blocks come one after another from a line, here at 400 Mbit/s.
        if (block % 16 == 15) std::this_thread::sleep_for(5ms);
      }
      const auto arrival = std::chrono::steady_clock::now();
      store.write(piece, last, StoreHarness::copy_of(bytes, last, false));
      store.ask_hash(piece);
      ASSERT_TRUE(store.pump([&] { return store.verified_at(piece).has_value(); }));
      milliseconds.push_back(
          std::chrono::duration<double, std::milli>(*store.verified_at(piece) - arrival).count());
    }
    std::ranges::sort(milliseconds);
    std::cout << "piece of " << length.value / 1024 << " KiB: readable after " << milliseconds[1]
              << " ms (median), " << milliseconds.back() << " ms (most)\n";
    EXPECT_LT(milliseconds[0], 100);
  }
}

TEST(PieceStore, MemoryStaysBelowItsLimitWhateverComes) {
  StoreHarness store({noise(24 << 20)}, {.piece_length = mib(1), .memory = mib(8)});
  Bytes most;
  for (int piece = 0; piece < store.info->num_pieces(); ++piece) {
    store.write_piece(piece);
    store.ask_hash(piece);
    ASSERT_TRUE(store.pump([&] {
      most = std::max(most, store.cache->held() + store.cache->reserved());
      return store.matches(piece);
    }));
  }
  EXPECT_LE(most, mib(8));
  ASSERT_TRUE(store.pump([&] { return std::cmp_equal(store.written.size(), store.writes_begun); }));
  EXPECT_GE(store.cache->held(), mib(6)) << "and is used";
}

struct Observer final : lt::disk_observer {
  void on_disk() override { ++told; }
  int told = 0;
};

TEST(PieceStore, PiecesThatNeverFinishAreWrittenAndGiveTheirMemoryBack) {
  StoreHarness store({noise(64 << 20)}, {.piece_length = mib(4), .memory = mib(8)});
  const auto observer = std::make_shared<Observer>();
  bool paused = false;
  for (int piece = 0; piece < 16; ++piece) {
    const auto bytes = store.truth(piece);
    for (int block = 0; block < store.blocks(piece) - 1; ++block) {
      const bool pause = store.write(piece, block, StoreHarness::copy_of(bytes, block, false), observer);
      if (!pause) continue;
      // As a peer: nothing more until it is told.
      paused = true;
      const auto told = observer->told;
      ASSERT_TRUE(store.pump([&] { return observer->told > told; }));
    }
  }
  EXPECT_TRUE(paused);
  EXPECT_LE(store.cache->held() + store.cache->reserved(), mib(10)) << "two pieces and a little";
  // The first, long given up in RAM, is finished from what is on disk.
  const auto bytes = store.truth(0);
  const int last = store.blocks(0) - 1;
  store.write(0, last, StoreHarness::copy_of(bytes, last, false));
  store.ask_hash(0);
  ASSERT_TRUE(store.pump([&] { return store.matches(0); }));
  EXPECT_TRUE(store.load(0) == bytes);
}

TEST(PieceStore, APartOfAPieceIsOnDiskAfterTwoSeconds) {
  StoreHarness store({noise(1 << 20)}, {.piece_length = mib(1)});
  store.write(0, 3, StoreHarness::copy_of(store.truth(0), 3, false));
  ASSERT_TRUE(store.pump([&] { return store.written.contains({0, 3}); }));
  EXPECT_TRUE(store.on_disk(0).substr(3 * 16384, 16384) == store.truth(0).substr(3 * 16384, 16384));
}

TEST(PieceStore, AFullDiskLosesNothingAndIsWrittenWhenThereIsRoom) {
  StoreHarness store({noise(1 << 20)}, {.format = TorrentFormat::V1, .piece_length = kib(64)});
  FileSizeLimit limit(256 << 10);
  for (int piece = 0; piece < 16; ++piece) {
    store.write_piece(piece);
    store.ask_hash(piece);
    // Two threads hash, in any order: those that there is room for come first.
    if (piece < 4) {
      ASSERT_TRUE(store.pump([&] { return store.is_written(piece); }));
    }
  }
  ASSERT_TRUE(store.pump([&] { return !store.troubles.empty() && store.hashes.size() == 16; }));
  EXPECT_EQ(store.troubles[0].ec, boost::system::errc::file_too_large);
  for (int piece = 0; piece < 16; ++piece) {
    EXPECT_TRUE(store.load(piece) == store.truth(piece)) << "readable all the while: " << piece;
    EXPECT_EQ(store.is_written(piece), piece < 4) << piece;
  }
  store.torrent->retry();
  ASSERT_TRUE(store.pump([&] { return store.troubles.size() == 2; })) << "still full";
  EXPECT_EQ(store.recovered, 0);
  limit.lift();
  store.torrent->retry();
  ASSERT_TRUE(store.pump([&] { return store.written.size() == 64 && store.recovered == 1; }));
  for (int piece = 0; piece < 16; ++piece) EXPECT_TRUE(store.on_disk(piece) == store.truth(piece));
}

TEST(PieceStore, ATorrentThatIsRemovedWithAFullDiskEndsWithoutClaimingAnything) {
  StoreHarness store({noise(1 << 20)}, {.piece_length = kib(64)});
  FileSizeLimit limit(256 << 10);
  std::promise<bool> all_written;
  for (int piece = 0; piece < 16; ++piece) store.write_piece(piece);
  for (int piece = 0; piece < 16; ++piece) store.ask_hash(piece);
  ASSERT_TRUE(
      store.pump([&] { return store.torrent->stats().pieces_verified == 16 && !store.troubles.empty(); }));
  EXPECT_LT(store.hashes.size(), 16U) << "of a hybrid torrent libtorrent hears when it is on disk";
  store.torrent->when_written([&](bool all) { all_written.set_value(all); });
  store.remove();
  ASSERT_TRUE(store.pump([&] {
    return std::cmp_equal(store.written.size(), store.writes_begun) && store.hashes.size() == 16;
  })) << "every question has its answer";
  EXPECT_FALSE(store.is_written(15));
  EXPECT_FALSE(all_written.get_future().get());
}

TEST(PieceStore, DataThatRottedOnDiskIsNotShown) {
  StoreHarness store({noise(300'000)}, {});
  ASSERT_TRUE(store.fetch(2));
  store.cache->forget({1, 2});
  {
    std::fstream file(store.data / "0.mkv", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(2 * (64 << 10) + 100);
    file << "rot";
  }
  EXPECT_EQ(store.load(2), std::nullopt);
  EXPECT_EQ(store.load_failed, std::vector<int>{2});
}

TEST(PieceStore, AFileThatIsDeletedOrCutShortBehindItsBackIsNoticedWithTheNextWrite) {
  StoreHarness store({noise(1 << 20)}, {});
  ASSERT_TRUE(store.fetch(3));
  std::filesystem::remove(store.data / "0.mkv");
  ASSERT_TRUE(store.fetch(1));
  ASSERT_TRUE(store.pump([&] { return store.lost == 1; }));
  EXPECT_TRUE(store.on_disk(1) == store.truth(1)) << "what comes now is kept";
  ASSERT_TRUE(store.fetch(5));
  std::filesystem::resize_file(store.data / "0.mkv", 1000);
  ASSERT_TRUE(store.fetch(6));
  EXPECT_TRUE(store.pump([&] { return store.lost == 2; }));
}

}  // namespace
}  // namespace freshet::test
