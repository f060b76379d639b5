// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What goes wrong in a swarm and on a disk: nothing hangs, nothing unverified is shown, all goes on
// afterwards.
#include <array>
#include <future>
#include <gtest/gtest.h>

#include "tests/streaming/file_size_limit.h"
#include "tests/support/swarm/lying_peer.h"
#include "tests/support/swarm/swarm.h"

namespace freshet::test {
namespace {

using namespace std::chrono_literals;
using streaming::TorrentState;

TEST(SwarmTrouble, PeersThatVanishAreWaitedForAndReadingGoesOnWhenTheyReturn) {
  TemporaryFolder data;
  const auto content = noise(8 << 20);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv", {.piece_length = kib(64)});
  std::optional<Seeder> seeder;
  seeder.emplace(torrent, data / "film.mkv", Seeder::Options{.upload_limit = mib(2)});
  const auto port = seeder->port();
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.peers = {seeder->address()};
  Viewer viewer(options, magnet(torrent));
  const auto source = viewer.open();
  EXPECT_EQ(read_bytes(*source, 0, 100'000), content.substr(0, 100'000));
  seeder.reset();
  ASSERT_TRUE(viewer.observer().wait_for_state(TorrentState::Stalled));
  EXPECT_EQ(viewer.torrent().stats().peers, 0);
  auto rest = std::async(std::launch::async, [&] { return read_all(*source); });
  seeder.emplace(torrent, data / "film.mkv", Seeder::Options{.port = port});
  EXPECT_EQ(rest.get(), content);
  EXPECT_TRUE(viewer.observer().wait_for_state(TorrentState::Complete));
}

// A liar that spoils a block of nearly every piece must not cost the honest peer beside it our trust.
TEST(SwarmTrouble, AnHonestPeerBesideALiarIsEnough) {
  TemporaryFolder data;
  const auto content = noise(6 << 20);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv", {.piece_length = kib(256)});
  LyingPeer liar(torrent, "127.0.0.2");
  Seeder seeder(torrent, data / "film.mkv", {.upload_limit = kib(3000)});
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.encryption = streaming::Encryption::Off;
  options.peers = {liar.address(), seeder.address()};
  Viewer viewer(options, torrent_file(torrent));
  EXPECT_EQ(read_all(*viewer.open()), content);
  EXPECT_EQ(viewer.torrent().stats().peers, 1) << "the honest one";
  ASSERT_TRUE(viewer.observer().wait_for_state(TorrentState::Complete));
  const auto stats = viewer.torrent().stats();
  EXPECT_TRUE(stats.blocks.adds_up());
  EXPECT_EQ(stats.bytes_useful, Bytes{std::ssize(content)});
  EXPECT_GT(stats.bytes_failed, Bytes{});
  EXPECT_GT(stats.pieces.repaired, 0);
  EXPECT_EQ(stats.pieces.repaired, stats.pieces.failed);
}

TEST(SwarmTrouble, DataThatFailsItsHashIsNeverShown) {
  TemporaryFolder data;
  const auto content = noise(2 << 20);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv", {.piece_length = kib(64)});
  LyingPeer liar(torrent, "127.0.0.2");
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.encryption = streaming::Encryption::Off;
  options.peers = {liar.address()};
  Viewer viewer(options, torrent_file(torrent));
  const auto source = viewer.open();
  auto all = std::async(std::launch::async, [&] { return read_all(*source); });
  liar.wait_until_lied(64 << 10);  // at least a whole piece of lies
  ASSERT_TRUE(viewer.observer().wait_for([&](const auto&) {
    return viewer.torrent().stats().bytes_wasted >= kib(64);
  })) << "the liar is found out, and what it sent counted";
  EXPECT_TRUE(source->available().empty());
  EXPECT_NE(all.wait_for(300ms), std::future_status::ready);

  // With an honest peer beside the liar the reader gets the truth.
  Seeder seeder(torrent, data / "film.mkv");
  RecordingObserver ignored;
  auto options2 = options;
  viewer.leave_torrent();
  EXPECT_THROW(all.get(), std::runtime_error) << "cancelled";
  options2.peers.push_back(seeder.address());
  TemporaryFolder cache2;
  options2.cache_dir = cache2.path();
  Viewer both(options2, torrent_file(torrent));
  EXPECT_EQ(read_all(*both.open()), content);
  ASSERT_TRUE(both.observer().wait_for_state(TorrentState::Complete));
}

TEST(SwarmTrouble, AFullDiskIsReportedOnceAndPlaybackGoesOnWhenThereIsRoomAgain) {
  TemporaryFolder data;
  const auto content = noise(4 << 20);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv", {.piece_length = kib(64)});
  Seeder seeder(torrent, data / "film.mkv");
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.peers = {seeder.address()};
  FileSizeLimit limit(1 << 20);
  Viewer viewer(options, torrent_file(torrent));
  const auto source = viewer.open();
  auto all = std::async(std::launch::async, [&] { return read_all(*source); });
  ASSERT_TRUE(viewer.observer().wait_for([](const auto& record) { return !record.errors.empty(); }));
  EXPECT_EQ(viewer.observer().record().errors[0].category, ErrorCategory::Storage);
  EXPECT_EQ(viewer.observer().record().errors[0].code, "disk-full");
  EXPECT_TRUE(
      viewer.observer().wait_for([](const auto& record) { return record.saw(TorrentState::Failed); }));
  limit.lift();
  EXPECT_EQ(all.get(), content);
  EXPECT_EQ(viewer.observer().record().errors.size(), 1u);
  EXPECT_TRUE(viewer.observer().wait_for_state(TorrentState::Complete));
}

TEST(SwarmTrouble, DataThatDisappearsFromTheDiskIsFetchedAgain) {
  TemporaryFolder data;
  const auto content = noise(2 << 20);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv", {.piece_length = kib(64)});
  Seeder seeder(torrent, data / "film.mkv");
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.peers = {seeder.address()};
  options.memory_cache = kib(64);
  Viewer viewer(options, torrent_file(torrent));
  const auto source = viewer.open();
  EXPECT_EQ(read_all(*source), content);
  int truncated = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(cache.path())) {
    if (entry.path().filename() != "film.mkv") continue;
    std::filesystem::resize_file(entry.path(), 0);
    ++truncated;
  }
  ASSERT_EQ(truncated, 1);
  EXPECT_EQ(read_all(*source), content);
  EXPECT_TRUE(viewer.observer().record().saw(TorrentState::Checking));
}

// Leaves its torrent in the first call of one kind.
class Leaver final : public streaming::TorrentObserver {
 public:
  explicit Leaver(int call) : call_(call) {}
  void on_peers(const streaming::SwarmStats&) override { leave_in(0); }
  void on_metadata(const streaming::TorrentMetadata&) override { leave_in(1); }
  void on_state(TorrentState) override { leave_in(2); }
  void on_verified() override { leave_in(3); }
  void on_warning(const Error&) override { leave_in(4); }

  std::promise<void> has_torrent;
  std::shared_ptr<streaming::Torrent> torrent;
  std::promise<void> left;

 private:
  void leave_in(int call) {
    if (call != call_ || done_) return;
    done_ = true;
    has_torrent.get_future().wait();
    torrent.reset();
    left.set_value();
  }
  int call_;
  bool done_ = false;
};

TEST(SwarmTrouble, AnObserverMayLeaveItsTorrentInAnyCall) {
  TemporaryFolder data;
  write_file(data / "film.mkv", noise(2 << 20));
  const auto torrent =
      publish(data / "film.mkv", {.format = streaming::TorrentFormat::V2, .piece_length = kib(64)});
  Seeder seeder(torrent, data / "film.mkv");
  for (int call = 0; call < 5; ++call) {
    for (const auto& spec : {magnet(torrent), torrent_file(torrent)}) {
      TemporaryFolder cache;
      auto options = loopback_options(cache.path());
      options.peers = {seeder.address()};
      const auto session = streaming::start_session(options);
      Leaver observer(call);
      auto opened = (*session)->open(spec, observer);
      ASSERT_TRUE(opened);
      observer.torrent = std::move(*opened);
      observer.has_torrent.set_value();
      EXPECT_EQ(observer.left.get_future().wait_for(patience), std::future_status::ready) << call;
    }
  }
}

TEST(SwarmTrouble, APortInUseIsAClearError) {
  TemporaryFolder first_cache;
  TemporaryFolder second_cache;
  const auto first = streaming::start_session(loopback_options(first_cache.path()));
  ASSERT_TRUE(first);
  auto options = loopback_options(second_cache.path());
  options.listen = "127.0.0.1:" + std::to_string((*first)->listen_port());
  const auto second = streaming::start_session(options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().category, ErrorCategory::Network);
  EXPECT_EQ(second.error().code, "port-in-use");
}

TEST(SwarmTrouble, WhatCannotBeOpenedSaysWhy) {
  TemporaryFolder cache;
  const auto session = streaming::start_session(loopback_options(cache.path()));
  ASSERT_TRUE(session);
  RecordingObserver observer;
  const auto code = [&](const streaming::TorrentSpec& spec) {
    const auto torrent = (*session)->open(spec, observer);
    return torrent ? std::string("opened") : torrent.error().code;
  };
  EXPECT_EQ(code(streaming::MagnetSource{"magnet:?dn=nothing", {}}), "bad-magnet");
  EXPECT_EQ(code(streaming::TorrentBytes{"hello"}), "bad-torrent");
  EXPECT_EQ(code(streaming::TorrentBytes{""}), "bad-torrent");
  EXPECT_EQ(code(streaming::TorrentBytes{std::string(11 << 20, 'x')}), "torrent-too-large");
}

TEST(SwarmTrouble, ASeedWhoseDataIsWrongSaysSo) {
  TemporaryFolder data;
  auto content = noise(500'000);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv");
  TemporaryFolder cache;
  const auto session = streaming::start_session(loopback_options(cache.path()));
  RecordingObserver observer;
  EXPECT_EQ((*session)->seed({torrent.bytes}, {.data = data / "missing.mkv"}, observer).error().code,
            "data-does-not-match");
  content[250'000] = static_cast<char>(content[250'000] + 1);
  write_file(data / "other name.mkv", content);
  const auto seeding = (*session)->seed({torrent.bytes}, {.data = data / "other name.mkv"}, observer);
  ASSERT_TRUE(seeding) << "same size: only checking tells";
  ASSERT_TRUE(observer.wait_for_state(TorrentState::Failed));
  EXPECT_EQ(observer.record().errors[0].code, "data-does-not-match");
}

}  // namespace
}  // namespace freshet::test
