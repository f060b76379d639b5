// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Another client's seeder.
#include <gtest/gtest.h>

#include "tests/support/swarm/swarm.h"
#include "tests/support/swarm/transmission.h"

namespace freshet::test {
namespace {

TEST(FromTransmission, AMagnetLinkIsReadAsTheFileThatItSeeds) {
  if (!Transmission::is_installed()) GTEST_SKIP() << "transmission-daemon is not installed";
  TemporaryFolder data;
  const auto content = noise(3'000'123);
  write_file(data / "film.mkv", content);
  // Version 3.00 cannot read a hybrid torrent: it stumbles over the empty key in BEP 52's file tree.
  const auto torrent =
      publish(data / "film.mkv", {.format = streaming::TorrentFormat::V1, .piece_length = kib(64)});
  Transmission seeder(torrent, data / "film.mkv");
  TemporaryFolder cache;
  auto options = loopback_options(cache.path());
  options.peers = {seeder.address()};
  Viewer viewer(options, magnet(torrent));
  EXPECT_EQ(read_all(*viewer.open()), content);
  // libtorrent asks twice for metadata; no piece came twice.
  EXPECT_LT(viewer.torrent().stats().bytes_wasted, kib(16));
}

}  // namespace
}  // namespace freshet::test
