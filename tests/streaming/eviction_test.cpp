// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
// A film larger than the room for it: pieces are given up behind libtorrent's back and fetched again.
#include <algorithm>
#include <sys/stat.h>
#include <thread>

#include "streaming/cache_directory.h"
#include "tests/streaming/store_harness.h"
#include "tests/support/swarm/swarm.h"

namespace freshet::test {
namespace {

using streaming::TorrentFormat;

std::int64_t on_disk(const std::filesystem::path& folder) {
  std::int64_t blocks = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    struct stat status{};
    if (entry.is_regular_file() && ::stat(entry.path().c_str(), &status) == 0) blocks += status.st_blocks;
  }
  return blocks * 512;
}

// What the disk shows has no event to wait for.
bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

class Eviction : public testing::TestWithParam<TorrentFormat> {
 protected:
  void SetUp() override {
    store.emplace(std::vector{noise(1 << 20)}, StoreHarness::Options{.format = GetParam()});
    store->torrent->set_repairer(&*store);
    store->torrent->withhold_one();
    store->write_piece(0);
    store->ask_hash(0);
    ASSERT_TRUE(store->pump([&] { return store->restored == std::vector{0} && store->is_written(0); }));
    for (int piece = 1; piece < 16; ++piece) ASSERT_TRUE(store->fetch(piece));
  }
  bool put(int piece, bool bad = false) {
    const auto bytes = store->truth(piece);
    bool taken = true;
    for (int block = 0; block < store->blocks(piece); ++block) {
      taken = store->torrent->put_evicted(piece, block * streaming::store_block_size,
                                          StoreHarness::copy_of(bytes, block, bad && block == 1)) &&
              taken;
    }
    return taken;
  }
  std::optional<StoreHarness> store;
};

TEST_P(Eviction, LibtorrentNeverHearsOfOnePiece) {
  EXPECT_FALSE(store->hashes.contains(0));
  EXPECT_TRUE(store->in_ram(0) == store->truth(0)) << "but it can be read";
  EXPECT_TRUE(store->on_disk(0) == store->truth(0));
  store->remove();
  ASSERT_TRUE(store->pump([&] { return store->hashes.contains(0); }));
  EXPECT_TRUE(store->hashes[0].error) << "its job is ended with the torrent";
}

TEST_P(Eviction, GivesTheRoomBack) {
  const auto before = on_disk(store->data.path());
  EXPECT_EQ(store->torrent->evict(std::vector{3, 4, 5}), (std::vector{3, 4, 5}));
  EXPECT_TRUE(store->torrent->is_evicted(4));
  EXPECT_FALSE(store->torrent->was_verified(4));
  ASSERT_TRUE(store->pump([&] { return on_disk(store->data.path()) <= before - 3 * 65536; }));
  EXPECT_TRUE(store->on_disk(2) == store->truth(2));
  EXPECT_TRUE(store->on_disk(6) == store->truth(6));
  EXPECT_TRUE(store->torrent->evict(std::vector{3}).empty()) << "it is gone already";
  EXPECT_TRUE(store->load_failed.empty());
}

TEST_P(Eviction, APeerThatAsksIsToldThatItIsNotHere) {
  store->cache->forget_torrent(1);  // what is in RAM may be sent
  static_cast<void>(store->torrent->evict(std::vector{3}));
  EXPECT_EQ(store->read(3, 0, 16384), std::nullopt);
  EXPECT_TRUE(store->read(2, 0, 16384) == store->truth(2).substr(0, 16384));
}

TEST_P(Eviction, WhatIsFetchedAgainIsVerifiedAndWritten) {
  static_cast<void>(store->torrent->evict(std::vector{3}));
  store->cache->forget_torrent(1);
  EXPECT_TRUE(put(3));
  ASSERT_TRUE(store->pump([&] { return store->restored.back() == 3; }));
  EXPECT_TRUE(store->in_ram(3) == store->truth(3));
  EXPECT_FALSE(store->torrent->is_evicted(3));
  EXPECT_TRUE(store->torrent->was_verified(3));
  ASSERT_TRUE(store->pump([&] { return store->on_disk(3) == store->truth(3); }));
  EXPECT_FALSE(put(3)) << "it is here";
}

TEST_P(Eviction, ALieIsRepairedAsEver) {
  static_cast<void>(store->torrent->evict(std::vector{3}));
  store->cache->forget_torrent(1);
  store->hashes.erase(3);  // libtorrent's job was long ago
  EXPECT_TRUE(put(3, true));
  ASSERT_TRUE(store->pump([&] { return !store->asked.empty(); }));
  EXPECT_TRUE(store->in_ram(3).empty());
  EXPECT_TRUE(store->torrent->is_held(3));
  for (const int block : store->asked[0].second)
    store->torrent->replace_block(3, block * 16384, StoreHarness::copy_of(store->truth(3), block, false));
  ASSERT_TRUE(store->pump([&] { return store->restored.back() == 3; }));
  EXPECT_TRUE(store->in_ram(3) == store->truth(3));
}

TEST_P(Eviction, WithoutAWithheldPieceNothingIsGivenUp) {
  StoreHarness other({noise(300'000)}, {.format = GetParam()});
  ASSERT_TRUE(other.fetch(1));
  EXPECT_TRUE(other.torrent->evict(std::vector{1}).empty())
      << "libtorrent would be done, and hang up on seeds";
}

INSTANTIATE_TEST_SUITE_P(Formats, Eviction,
                         testing::Values(TorrentFormat::V1, TorrentFormat::V2, TorrentFormat::Hybrid),
                         [](const auto& format) {
                           return format.param == TorrentFormat::V1   ? "V1"
                                  : format.param == TorrentFormat::V2 ? "V2"
                                                                      : "Hybrid";
                         });

class SmallCache : public testing::Test {
 protected:
  static constexpr std::int64_t film = 32 << 20;
  static constexpr Bytes room = mib(8);
  SmallCache() { write_file(data / "film.mkv", content); }
  [[nodiscard]] streaming::SessionOptions options(const Seeder& seeder) const {
    auto result = loopback_options(cache.path());
    result.peers = {seeder.address()};
    result.cache_size = room;
    result.memory_cache = mib(4);
    return result;
  }
  TemporaryFolder data;
  TemporaryFolder cache;
  const std::string content = noise(film);
};

TEST_F(SmallCache, AFilmIsPlayedToTheEndAndAgainFromAnywhere) {
  for (const auto format : {TorrentFormat::V1, TorrentFormat::Hybrid}) {
    std::filesystem::remove_all(cache.path());
    const auto torrent = publish(data / "film.mkv", {.format = format, .piece_length = kib(256)});
    // At the speed of the loopback the disk would be behind.
    Seeder seeder(torrent, data / "film.mkv", {.upload_limit = mib(16)});
    Viewer viewer(options(seeder), torrent_file(torrent));
    const auto file = viewer.open();
    std::int64_t most = 0;
    for (std::int64_t at = 0; at < film; at += 1 << 20) {
      ASSERT_TRUE(read_bytes(*file, at, 1 << 20) == content.substr(static_cast<std::size_t>(at), 1 << 20))
          << at;
      most = std::max(most, on_disk(cache.path()));
    }
    EXPECT_LE(most, 2 * room.value) << "more for a moment, where the disk is slow";
    EXPECT_GE(viewer.torrent().stats().bytes_verified, Bytes{room.value / 2});
    EXPECT_LE(viewer.torrent().stats().bytes_verified, room + mib(1));
    // Back to where nothing is left.
    for (const auto at : {film / 10, film / 2, std::int64_t{1} << 20}) {
      EXPECT_TRUE(read_bytes(*file, at, 3 << 20, Generation{1}) ==
                  content.substr(static_cast<std::size_t>(at), 3 << 20))
          << at;
    }
    EXPECT_TRUE(eventually([&] { return on_disk(cache.path()) <= room.value + (1 << 20); }));
    EXPECT_EQ(viewer.torrent().stats().peers, 1) << "the seed has not hung up";
    EXPECT_TRUE(viewer.observer().record().errors.empty());
    EXPECT_TRUE(viewer.observer().record().warnings.empty());
  }
}

TEST_F(SmallCache, TheNextStartBelievesWhatIsThere) {
  const auto torrent = publish(data / "film.mkv", {.format = TorrentFormat::V1, .piece_length = kib(256)});
  Seeder seeder(torrent, data / "film.mkv");
  {
    Viewer viewer(options(seeder), torrent_file(torrent));
    const auto file = viewer.open();
    for (std::int64_t at = 0; at < film; at += 1 << 20) static_cast<void>(read_bytes(*file, at, 1 << 20));
    for (const auto& warning : viewer.observer().record().warnings) ADD_FAILURE() << warning.message;
  }
  Viewer again(options(seeder), torrent_file(torrent));
  const auto file = again.open();
  ASSERT_TRUE(again.observer().wait_for([](const auto& record) { return record.verified_calls > 0; }));
  EXPECT_LE(on_disk(cache.path()), room.value);
  for (const auto& warning : again.observer().record().warnings) ADD_FAILURE() << warning.message;
  EXPECT_LE(again.torrent().stats().bytes_verified, room + mib(1)) << "more for a moment";
  EXPECT_GE(again.torrent().stats().bytes_verified, Bytes{room.value / 2});
  EXPECT_TRUE(read_bytes(*file, film - (1 << 20), 1 << 20) == content.substr(film - (1 << 20)));
  EXPECT_TRUE(read_bytes(*file, 0, 1 << 20) == content.substr(0, 1 << 20));
}

TEST_F(SmallCache, WhoLeavesGivesTheFolderBack) {
  const auto torrent = publish(data / "film.mkv", {.format = TorrentFormat::V1, .piece_length = kib(256)});
  Seeder seeder(torrent, data / "film.mkv");
  Viewer viewer(options(seeder), torrent_file(torrent));
  {
    const auto file = viewer.open();
    for (std::int64_t at = 0; at < film; at += 1 << 20) static_cast<void>(read_bytes(*file, at, 1 << 20));
  }
  viewer.leave_torrent();
  const auto is_free = [&] {
    auto slots = streaming::CacheDirectory::open(cache.path(), room);
    const auto slot = slots->acquire(streaming::describe_torrent({torrent.bytes})->infohash_v1);
    return slot && !slot->is_second_copy();
  };
  EXPECT_TRUE(eventually(is_free)) << "while the session goes on";
}

TEST_F(SmallCache, AViewerWhoGivesUpPiecesStillServesTheOthers) {
  const auto torrent =
      publish(data / "film.mkv", {.format = TorrentFormat::Hybrid, .piece_length = kib(256)});
  Seeder seeder(torrent, data / "film.mkv");
  auto small = options(seeder);
  Viewer first(small, torrent_file(torrent));
  const auto file = first.open();
  for (std::int64_t at = 0; at < film; at += 1 << 20) static_cast<void>(read_bytes(*file, at, 1 << 20));
  const TemporaryFolder other;
  auto its = loopback_options(other.path());
  its.peers = {"127.0.0.1:" + std::to_string(first.session().listen_port()), seeder.address()};
  Viewer second(its, torrent_file(torrent));
  EXPECT_TRUE(read_all(*second.open()) == content) << "never a hole for data";
  EXPECT_TRUE(first.observer().record().errors.empty());
}

}  // namespace
}  // namespace freshet::test
