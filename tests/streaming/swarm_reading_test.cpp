// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Real swarms on the loopback: what is read is what was seeded, in the order in which it is wanted.
#include <array>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>

#include "tests/support/http/http_server.h"
#include "tests/support/swarm/swarm.h"

namespace freshet::test {
namespace {

using namespace std::chrono_literals;
using streaming::PublishOptions;
using streaming::TorrentFormat;
using streaming::TorrentState;

struct Case {
  const char* name;
  TorrentFormat format;
  bool by_magnet;
  streaming::Picker picker = streaming::Picker::Blocks;
};

class EveryKindOfTorrent : public testing::TestWithParam<Case> {};

TEST_P(EveryKindOfTorrent, ReadsAsTheFileThatWasSeeded) {
  TemporaryFolder data;
  const auto content = noise(5'000'123);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv", {.format = GetParam().format, .piece_length = kib(64)});
  Seeder seeder(torrent, data / "film.mkv");
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.peers = {seeder.address()};
  options.picker = GetParam().picker;
  Viewer viewer(options, GetParam().by_magnet ? magnet(torrent) : torrent_file(torrent));

  const auto source = viewer.open();
  ASSERT_EQ(source->size(), Bytes{static_cast<std::int64_t>(content.size())});
  EXPECT_EQ(read_all(*source), content);
  EXPECT_TRUE(viewer.observer().wait_for_state(TorrentState::Complete));
  const auto available = source->available();
  ASSERT_EQ(available.size(), 1u);
  EXPECT_EQ(available[0].length(), *source->size());

  const auto record = viewer.observer().record();
  EXPECT_EQ(record.peers.peers, 1);
  EXPECT_GT(record.verified_calls, 0);
  const auto stats = viewer.torrent().stats();
  EXPECT_TRUE(stats.blocks.adds_up());
  EXPECT_GE(stats.bytes_useful, *source->size());
  EXPECT_EQ(stats.bytes_wasted, stats.bytes_redundant + stats.bytes_failed);
  EXPECT_EQ(stats.pieces.total, stats.pieces.verified);
  const auto peers = viewer.torrent().peers();
  ASSERT_EQ(peers.size(), 1u);
  EXPECT_EQ(peers[0].address, seeder.address());
  EXPECT_EQ(peers[0].origin, streaming::PeerOrigin::Named);
  EXPECT_TRUE(peers[0].seed);
  EXPECT_NE(peers[0].client, "");
  if (GetParam().picker == streaming::Picker::Blocks) {
    // The last block of a v2 torrent is filled up with zeros.
    EXPECT_LT(stats.bytes_useful, *source->size() + kib(16));
    EXPECT_EQ(peers[0].blocks, stats.blocks) << "all came from it";
    EXPECT_EQ(stats.blocks.outstanding.blocks + stats.blocks.pending.blocks, 0);
    EXPECT_GT(peers[0].rate, Bytes{});
    EXPECT_GT(peers[0].round_trip.count(), 0);
  }
  EXPECT_TRUE(record.errors.empty()) << record.errors.front().code << ": " << record.errors.front().message;
  EXPECT_EQ(record.warned("v2-only"), GetParam().format == TorrentFormat::V2);
  EXPECT_EQ(record.metadata->name, "film.mkv");
  EXPECT_EQ(record.metadata->infohash_v1.size(), GetParam().format == TorrentFormat::V2 ? 0u : 40u);
  EXPECT_EQ(record.metadata->infohash_v2.size(), GetParam().format == TorrentFormat::V1 ? 0u : 64u);
  ASSERT_EQ(record.metadata->files.size(), 1u);
  EXPECT_EQ(record.metadata->files[0].path, "film.mkv");
}

INSTANTIATE_TEST_SUITE_P(
    Formats, EveryKindOfTorrent,
    testing::Values(Case{"V1ByMagnet", TorrentFormat::V1, true}, Case{"V1ByFile", TorrentFormat::V1, false},
                    Case{"V2ByMagnet", TorrentFormat::V2, true}, Case{"V2ByFile", TorrentFormat::V2, false},
                    Case{"HybridByMagnet", TorrentFormat::Hybrid, true},
                    Case{"HybridByFile", TorrentFormat::Hybrid, false},
                    Case{"V1WithDeadlines", TorrentFormat::V1, true, streaming::Picker::Deadlines},
                    Case{"HybridWithDeadlines", TorrentFormat::Hybrid, false, streaming::Picker::Deadlines}),
    [](const auto& each) { return each.param.name; });

// Only what its reader names is fetched with --download=window; the whole file otherwise.
TEST(WhatIsDownloaded, IsTheWindowOrAll) {
  TemporaryFolder data;
  const auto content = noise(40 << 20);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv", {.piece_length = kib(256)});
  Seeder seeder(torrent, data / "film.mkv");
  for (const auto download : {streaming::Download::Window, streaming::Download::All}) {
    TemporaryFolder cache;
    auto options = loopback_options(cache.path());
    options.peers = {seeder.address()};
    options.download = download;
    Viewer viewer(options, torrent_file(torrent));
    const auto source = viewer.open();
    for (const std::int64_t begin : {std::int64_t{0}, std::int64_t{10} << 20, std::int64_t{30} << 20}) {
      const Window window{{ByteOffset{begin}, ByteOffset{begin + (2 << 20)}},
                          std::chrono::steady_clock::now() + 1s};
      source->set_windows(std::span(&window, 1));
      EXPECT_EQ(read_bytes(*source, begin, 2 << 20),
                content.substr(static_cast<std::size_t>(begin), 2 << 20));
    }
    if (download == streaming::Download::All) {
      EXPECT_TRUE(viewer.observer().wait_for_state(TorrentState::Complete));
      continue;
    }
    // Three windows; and, before the file was opened, the beginning and the end of what will likely be
    // played.
    EXPECT_LE(viewer.torrent().stats().bytes_verified, mib(3 * 2) + mib(2));
  }
}

// One large file and a slow seeder.
class SlowSwarm : public testing::TestWithParam<streaming::Picker> {
 protected:
  static constexpr std::int64_t size = 40 << 20;

  static void SetUpTestSuite() {
    data = std::make_unique<TemporaryFolder>();
    content = noise(size);
    write_file(*data / "film.mkv", content);
    torrent = publish(*data / "film.mkv", {.piece_length = kib(256)});
  }
  static void TearDownTestSuite() {
    data.reset();
    content.clear();
  }
  void SetUp() override {
    seeder.emplace(torrent, *data / "film.mkv", Seeder::Options{.upload_limit = mib(6)});
    auto options = loopback_options(cache.path());
    options.peers = {seeder->address()};
    options.picker = GetParam();
    viewer.emplace(options, torrent_file(torrent));
    source = viewer->open();
  }
  std::string expected(std::int64_t offset, std::int64_t count) const {
    return content.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(count));
  }

  static inline std::unique_ptr<TemporaryFolder> data;
  static inline std::string content;
  static inline streaming::PublishedTorrent torrent;
  TemporaryFolder cache;
  std::optional<Seeder> seeder;
  std::optional<Viewer> viewer;
  std::shared_ptr<ByteSource> source;
};

TEST_P(SlowSwarm, ASeekIsServedBeforeWhatLiesBetween) {
  EXPECT_EQ(read_bytes(*source, 0, 200'000), expected(0, 200'000));
  source->cancel_before(Generation{1});
  const std::int64_t target = 30 << 20;
  EXPECT_EQ(read_bytes(*source, target, 300'000, Generation{1}), expected(target, 300'000));
  EXPECT_LT(viewer->torrent().stats().bytes_verified, mib(20)) << "half of the file came first";
}

TEST_P(SlowSwarm, FetchesTheEndOfTheFileEarly) {
  EXPECT_EQ(read_bytes(*source, 0, 1000), expected(0, 1000));
  EXPECT_EQ(read_bytes(*source, size - 1000, 1000), expected(size - 1000, 1000));
  EXPECT_LT(viewer->torrent().stats().bytes_verified, mib(12));
}

TEST_P(SlowSwarm, TwoReadersAtDifferentPlacesBothGetOn) {
  std::array<std::int64_t, 2> verified{};
  const std::array<std::int64_t, 2> begins{1 << 20, 25 << 20};
  {
    std::vector<std::jthread> readers;
    for (std::size_t i = 0; i < begins.size(); ++i) {
      readers.emplace_back([&, i] {
        EXPECT_EQ(read_bytes(*source, begins[i], 2 << 20), expected(begins[i], 2 << 20));
        verified[i] = viewer->torrent().stats().bytes_verified.value;
      });
    }
  }
  // Neither waited until the other's window was full.
  for (const auto each : verified) EXPECT_LT(each, 22 << 20);
}

TEST_P(SlowSwarm, WindowsThatThePlayerNamesComeFirst) {
  EXPECT_EQ(read_bytes(*source, 0, 1000), expected(0, 1000));
  const std::int64_t target = 20 << 20;
  const std::array windows{Window{
      {ByteOffset{target}, ByteOffset{target + (1 << 20)}}, std::chrono::steady_clock::now(), Urgency::Now}};
  source->set_windows(windows);
  ASSERT_TRUE(viewer->observer().wait_for([&](const auto&) {
    for (const auto& range : source->available()) {
      if (range.contains(ByteOffset{target}) && range.contains(ByteOffset{target + (1 << 20) - 1}))
        return true;
    }
    return false;
  }));
  EXPECT_LT(viewer->torrent().stats().bytes_verified, mib(20));
}

INSTANTIATE_TEST_SUITE_P(WithBoth, SlowSwarm,
                         testing::Values(streaming::Picker::Blocks, streaming::Picker::Deadlines),
                         [](const auto& each) {
                           return each.param == streaming::Picker::Blocks ? "Blocks" : "Deadlines";
                         });

TEST(SwarmReading, OnlyTheOpenedFileIsFetched) {
  TemporaryFolder data;
  const auto first = noise(3'000'000, 1);
  const auto second = noise(400'000, 2);
  const auto third = noise(6'000'000, 3);
  write_file(data / "Show/e2.mkv", second);
  write_file(data / "Show/e1.mkv", first);
  write_file(data / "Show/extras/e10.mkv", third);
  write_file(data / "Show/.hidden", "not published");
  const auto torrent = publish(data / "Show", {.piece_length = kib(64)});
  Seeder seeder(torrent, data / "Show");
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.peers = {seeder.address()};
  Viewer viewer(options, torrent_file(torrent));
  const auto source = viewer.open(FileIndex{1});
  EXPECT_EQ(read_all(*source), second);
  ASSERT_TRUE(viewer.observer().wait_for_state(TorrentState::Complete));

  const auto metadata = viewer.torrent().metadata();
  ASSERT_EQ(metadata->files.size(), 3u) << "pad files and hidden files are not counted";
  EXPECT_EQ(metadata->files[0].path, "e1.mkv");
  EXPECT_EQ(metadata->files[1].path, "e2.mkv");
  EXPECT_EQ(metadata->files[2].path, "extras/e10.mkv");
  // The opened one, and the beginning of the largest, which was taken for the film before a file was opened.
  EXPECT_LT(viewer.torrent().stats().bytes_verified, mib(3));

  const auto other = viewer.open(FileIndex{0});
  EXPECT_EQ(read_all(*other), first) << "a file that is opened later";
  EXPECT_FALSE(viewer.torrent().open_file(FileIndex{3}));
  EXPECT_FALSE(viewer.torrent().open_file(FileIndex{-1}));
}

TEST(SwarmReading, AWebSeedIsEnough) {
  TemporaryFolder data;
  const auto content = noise(1'000'123);
  write_file(data / "film.mkv", content);
  HttpServer server([&](const HttpRequest& request) { return serve(request, content); });
  const auto torrent =
      publish(data / "film.mkv", {.piece_length = kib(64), .web_seeds = {server.url("/film.mkv")}});
  TemporaryFolder cache;
  Viewer viewer(loopback_options(cache.path()), torrent_file(torrent));
  EXPECT_EQ(read_all(*viewer.open()), content);
}

TEST(SwarmReading, HolesInASparseFileAreSeededAsTheZerosTheyAre) {
  for (const auto format : {TorrentFormat::V1, TorrentFormat::V2, TorrentFormat::Hybrid}) {
    TemporaryFolder data;
    const auto content = noise(100'000) + std::string(2'000'000, '\0') + "end";
    write_file(data / "film.mkv", content);
    const auto torrent = publish(data / "film.mkv", {.format = format, .piece_length = kib(64)});
    std::filesystem::resize_file(data / "film.mkv", 100'000);
    std::filesystem::resize_file(data / "film.mkv", content.size());  // the zeros are a hole now
    {
      std::fstream file(data / "film.mkv", std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(-3, std::ios::end);
      file << "end";
    }
    Seeder seeder(torrent, data / "film.mkv", {.verification = streaming::Verification::Check});
    ASSERT_TRUE(seeder.observer().wait_for_state(TorrentState::Complete));
    TemporaryFolder cache;
    auto options = loopback_options(cache.path());
    options.peers = {seeder.address()};
    Viewer viewer(options, torrent_file(torrent));
    EXPECT_EQ(read_all(*viewer.open()), content);
  }
}

TEST(SwarmReading, ADownloadLimitHoldsOnTheLoopbackToo) {
  TemporaryFolder data;
  write_file(data / "film.mkv", noise(2 << 20));
  const auto torrent = publish(data / "film.mkv");
  Seeder seeder(torrent, data / "film.mkv");
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.peers = {seeder.address()};
  options.download_limit = mib(1);
  const auto begin = std::chrono::steady_clock::now();
  Viewer viewer(options, torrent_file(torrent));
  static_cast<void>(read_all(*viewer.open()));
  EXPECT_GT(std::chrono::steady_clock::now() - begin, 1000ms);
}

TEST(SwarmReading, EncryptionIsSpokenWhenRequired) {
  TemporaryFolder data;
  const auto content = noise(500'000);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv");
  Seeder seeder(torrent, data / "film.mkv", {.encryption = streaming::Encryption::Require});
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.peers = {seeder.address()};
  options.encryption = streaming::Encryption::Require;
  Viewer viewer(options, magnet(torrent));
  EXPECT_EQ(read_all(*viewer.open()), content);
}

// Many peers speak TCP alone, and a try by uTP costs seconds before that is known.
TEST(SwarmReading, APeerThatSpeaksOnlyTcpIsReachedAtOnce) {
  TemporaryFolder data;
  write_file(data / "film.mkv", noise(1 << 20));
  const auto torrent = publish(data / "film.mkv", {.piece_length = kib(64)});
  Seeder seeder(torrent, data / "film.mkv", Seeder::Options{.utp = false});
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.peers = {seeder.address()};
  options.utp = true;
  const auto begin = std::chrono::steady_clock::now();
  Viewer viewer(options, torrent_file(torrent));
  ASSERT_TRUE(viewer.observer().wait_for([](const auto& record) { return record.peers.peers == 1; }));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(SwarmReading, PlaysWithUtpOn) {
  TemporaryFolder data;
  const auto content = noise(500'000);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv");
  std::optional<Seeder> seeder;
  seeder.emplace(torrent, data / "film.mkv", Seeder::Options{.utp = true});
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.peers = {seeder->address()};
  options.utp = true;
  {
    Viewer viewer(options, magnet(torrent));
    EXPECT_EQ(read_all(*viewer.open()), content);
  }
  // Nobody answers the seeder's goodbye.
  const auto begin = std::chrono::steady_clock::now();
  seeder.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST(SwarmReading, ACancelWakesAReadThatWaitsForASwarmWithoutPeers) {
  TemporaryFolder data;
  write_file(data / "film.mkv", noise(500'000));
  const auto torrent = publish(data / "film.mkv");
  TemporaryFolder cache;
  Viewer viewer(loopback_options(cache.path()), torrent_file(torrent));
  const auto source = viewer.open();
  EXPECT_TRUE(viewer.observer().wait_for_state(TorrentState::FindingPeers));
  std::chrono::steady_clock::time_point woken;
  std::jthread reader([&] {
    std::array<std::byte, 100> buffer;
    EXPECT_FALSE(source->read(ByteOffset{0}, buffer, Generation{1}));
    woken = std::chrono::steady_clock::now();
  });
  std::this_thread::sleep_for(50ms);  // most likely it waits by now; it is no matter if not
  const auto cancelled = std::chrono::steady_clock::now();
  source->cancel_before(Generation{2});
  reader.join();
  EXPECT_LT(woken - cancelled, 500ms);
}

TEST(SwarmReading, LeavingTheTorrentEndsItsReads) {
  TemporaryFolder data;
  write_file(data / "film.mkv", noise(500'000));
  const auto torrent = publish(data / "film.mkv");
  TemporaryFolder cache;
  Viewer viewer(loopback_options(cache.path()), torrent_file(torrent));
  const auto source = viewer.open();
  std::jthread reader([&] {
    std::array<std::byte, 100> buffer;
    const auto result = source->read(ByteOffset{0}, buffer, {});
    ASSERT_FALSE(result);
    EXPECT_TRUE(std::holds_alternative<ReadCancelled>(result.error()));
  });
  viewer.leave_torrent();
}

TEST(SwarmReading, TheSameTorrentOpenedTwiceIsSharedAndBothHear) {
  TemporaryFolder data;
  const auto content = noise(500'000);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv");
  Seeder seeder(torrent, data / "film.mkv");
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.peers = {seeder.address()};
  Viewer viewer(options, torrent_file(torrent));
  const auto source = viewer.open();
  RecordingObserver second;
  auto again = viewer.session().open(magnet(torrent), second);
  ASSERT_TRUE(again);
  ASSERT_TRUE(second.wait_for_metadata());
  viewer.leave_torrent();
  const auto other = (*again)->open_file(FileIndex{0});
  EXPECT_EQ(read_all(**other), content);
  EXPECT_FALSE(second.record().warned("cache-in-use"));
}

}  // namespace
}  // namespace freshet::test
