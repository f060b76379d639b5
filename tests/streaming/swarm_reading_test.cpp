// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Real swarms on the loopback: what is read is what was seeded.
#include <gtest/gtest.h>

#include "tests/support/swarm/swarm.h"

namespace freshet::test {
namespace {

using streaming::PublishOptions;
using streaming::TorrentFormat;
using streaming::TorrentState;

struct Case {
  const char* name;
  TorrentFormat format;
  bool by_magnet;
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
  Viewer viewer(options, GetParam().by_magnet ? magnet(torrent) : torrent_file(torrent));

  const auto source = viewer.open();
  ASSERT_EQ(source->size(), Bytes{static_cast<std::int64_t>(content.size())});
  EXPECT_EQ(read_all(*source), content);
  EXPECT_TRUE(viewer.observer().wait_for_state(TorrentState::Complete));
  const auto available = source->available();
  ASSERT_EQ(available.size(), 1u);
  EXPECT_EQ(available[0].length(), *source->size());
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryKindOfTorrent,
                         testing::Values(Case{"V1ByMagnet", TorrentFormat::V1, true},
                                         Case{"V1ByFile", TorrentFormat::V1, false},
                                         Case{"V2ByMagnet", TorrentFormat::V2, true},
                                         Case{"V2ByFile", TorrentFormat::V2, false},
                                         Case{"HybridByMagnet", TorrentFormat::Hybrid, true},
                                         Case{"HybridByFile", TorrentFormat::Hybrid, false}),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace freshet::test
