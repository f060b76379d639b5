// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The file list of a magnet link from peers of which some are silent or lie.
#include <gtest/gtest.h>
#include <libtorrent/bdecode.hpp>
#include <list>

#include "tests/support/swarm/lying_peer.h"
#include "tests/support/swarm/swarm.h"

namespace freshet::test {
namespace {

using namespace std::chrono_literals;
using Answer = LyingPeer::Answer;

class MetadataSwarm : public testing::Test {
 protected:
  void SetUp() override {
    content = noise(300'000);
    write_file(data / "film.mkv", content);
  }
  // Of one piece or of several.
  void publish_with(Bytes piece_length) {
    torrent =
        publish(data / "film.mkv", {.format = streaming::TorrentFormat::V1, .piece_length = piece_length});
  }
  // What they claim is of the true size: only then are they asked in place of an honest one.
  int size_of_metadata() const {
    const auto all = lt::bdecode(torrent.bytes);
    return static_cast<int>(all.dict_find_dict("info").data_section().size());
  }
  void add_liars(Answer answer) {
    for (int i = 2; i < 6; ++i)
      liars.emplace_back(torrent, "127.0.0." + std::to_string(i),
                         LyingPeer::Metadata{answer, size_of_metadata()});
  }
  streaming::SessionOptions options(const std::filesystem::path& folder,
                                    const std::vector<std::string>& more) {
    auto all = loopback_options(folder);
    all.encryption = streaming::Encryption::Off;  // the liars know none
    for (const auto& liar : liars) all.peers.push_back(liar.address());
    all.peers.insert(all.peers.end(), more.begin(), more.end());
    return all;
  }

  TemporaryFolder data, cache;
  std::string content;
  streaming::PublishedTorrent torrent;
  std::list<LyingPeer> liars;
};

TEST_F(MetadataSwarm, DoesNotWaitForThoseWhoAreSilent) {
  publish_with(kib(64));
  const TemporaryFolder other_cache;
  {
    Seeder seeder(torrent, data / "film.mkv");
    Viewer other(options(other_cache.path(), {seeder.address()}), torrent_file(torrent));
    EXPECT_EQ(read_all(*other.open()), content);
  }
  add_liars(Answer::Silence);
  Viewer viewer(options(cache.path(), {}), magnet(torrent));
  liars.front().wait_until_asked_for_metadata();
  const auto asked = std::chrono::steady_clock::now();
  auto honest = loopback_options(other_cache.path());
  honest.peers = {"127.0.0.1:" + std::to_string(viewer.session().listen_port())};
  Viewer other(honest, torrent_file(torrent));
  ASSERT_TRUE(viewer.observer().wait_for_metadata());
  const auto waited = std::chrono::steady_clock::now() - asked;
  RecordProperty("waited_ms",
                 static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(waited).count()));
  EXPECT_LT(waited, 2500ms) << "libtorrent's own plugin waits three seconds";
}

TEST_F(MetadataSwarm, FindsTheTruthAmongLiars) {
  publish_with(kib(64));
  Seeder seeder(torrent, data / "film.mkv");
  add_liars(Answer::Garbage);
  Viewer viewer(options(cache.path(), {seeder.address()}), magnet(torrent));
  ASSERT_TRUE(viewer.observer().wait_for_metadata());
  EXPECT_EQ(viewer.torrent().metadata()->total, Bytes{static_cast<std::int64_t>(content.size())});
}

TEST_F(MetadataSwarm, OfManyPiecesComesAndIsPassedOn) {
  content = noise(20 << 20);
  write_file(data / "film.mkv", content);
  publish_with(kib(16));  // 1280 hashes: two pieces of metadata
  Seeder seeder(torrent, data / "film.mkv");
  Viewer first(options(cache.path(), {seeder.address()}), magnet(torrent));
  ASSERT_TRUE(first.observer().wait_for_metadata());
  const TemporaryFolder other_cache;
  const auto address = "127.0.0.1:" + std::to_string(first.session().listen_port());
  Viewer second(options(other_cache.path(), {address}), magnet(torrent));
  ASSERT_TRUE(second.observer().wait_for_metadata());
  EXPECT_EQ(second.torrent().metadata()->total, Bytes{20 << 20});
}

}  // namespace
}  // namespace freshet::test
