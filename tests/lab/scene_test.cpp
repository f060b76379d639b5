// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/scene.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

namespace freshet::lab {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view small = "title A\npeers 1 seed\nplay 1s\n";

std::string error_of(std::string_view text) {
  const auto scene = parse_scene("x", text);
  return scene ? "" : scene.error();
}

TEST(SceneText, IsReadWhole) {
  const auto scene = parse_scene("storm", R"(
# what this scene is for
title   Two kinds of peers   # a remark
film    seconds=60 rate=2500k layout=moov-last
torrent piece=256KiB format=v1 open=magnet
viewer  down=50M up=10M queue=30ms
peers   4 seed up=5M down=20M rtt=30ms queue=200ms loss=2% leave=5s each-later=500ms
peers   2 choker on=1s off=3s reqq=8 fast=no join=2s cut=9s
play    10s
seek    45s
pause   70s
storm   count=5 every=500ms from=10s to=50s
)");
  ASSERT_TRUE(scene) << scene.error();
  EXPECT_EQ(scene->name, "storm");
  EXPECT_EQ(scene->title, "Two kinds of peers");
  EXPECT_FALSE(scene->slow);
  EXPECT_EQ(scene->film, (FilmOptions{60s, {2'500'000}, FilmLayout::MoovLast}));
  EXPECT_EQ(scene->torrent.piece, kib(256));
  EXPECT_EQ(scene->torrent.format, TorrentKind::V1);
  EXPECT_EQ(scene->torrent.open, OpenBy::Magnet);
  EXPECT_EQ(scene->viewer.down, BitRate{50'000'000});
  EXPECT_EQ(scene->viewer.queue, 30ms);
  ASSERT_EQ(scene->peers.size(), 2u);
  const auto& seeds = scene->peers[0];
  EXPECT_EQ(seeds.count, 4);
  EXPECT_EQ(seeds.behaviour, Behaviour::Seed);
  EXPECT_EQ(seeds.up, BitRate{5'000'000});
  EXPECT_EQ(seeds.round_trip, 30ms);
  EXPECT_DOUBLE_EQ(seeds.loss, 0.02);
  EXPECT_EQ(seeds.leave, 5s);
  EXPECT_EQ(seeds.cut, std::nullopt);
  EXPECT_EQ(seeds.each_later, 500ms);
  const auto& chokers = scene->peers[1];
  EXPECT_EQ(chokers.choke_on, 1s);
  EXPECT_EQ(chokers.choke_off, 3s);
  EXPECT_EQ(chokers.request_queue, 8);
  EXPECT_FALSE(chokers.fast_extension);
  EXPECT_EQ(chokers.join, 2s);
  ASSERT_EQ(scene->steps.size(), 4u);
  EXPECT_EQ(std::get<Play>(scene->steps[0]).length, 10s);
  EXPECT_EQ(std::get<Seek>(scene->steps[1]).target, 45s);
  EXPECT_EQ(std::get<Pause>(scene->steps[2]).length, 70s);
  EXPECT_EQ(std::get<Storm>(scene->steps[3]).count, 5);
}

TEST(SceneText, GivesPeersTheirUsualFaults) {
  const auto scene =
      parse_scene("x", std::string(small) + "peers 1 crawler\npeers 1 part\npeers 1 crawler rate=80k\n");
  ASSERT_TRUE(scene) << scene.error();
  EXPECT_EQ(scene->peers[1].rate, BitRate{160'000});
  EXPECT_DOUBLE_EQ(scene->peers[2].have, 0.5);
  EXPECT_EQ(scene->peers[3].rate, BitRate{80'000});
}

TEST(SceneText, NamesTheLineThatIsWrong) {
  EXPECT_EQ(error_of("title A\nfilm seconds=x\n"), "line 2: 'x' is no number from 0 to 100000");
  EXPECT_EQ(error_of("title A\n\ncurtain\n"), "line 3: 'curtain' starts no line of a scene");
  EXPECT_THAT(error_of("title A\npeers 3 elf\n"),
              HasSubstr("'elf' is none of seed, leech, part, black-hole"));
  EXPECT_THAT(error_of("title A\npeers 1 seed speed=3M\n"), HasSubstr("'speed=3M' is not understood"));
  EXPECT_THAT(error_of("title A\npeers 1 seed up=3MB\n"), HasSubstr("'3MB' is no such quantity"));
  EXPECT_THAT(error_of("title A\npeers 1 seed loss=101%\n"), HasSubstr("out of bounds"));
  EXPECT_THAT(error_of("title A\npeers 1 seed rtt=-5ms\n"), HasSubstr("out of bounds"));
  EXPECT_THAT(error_of("title A\npeers 1 seed rtt=nans\n"), HasSubstr("'nans'"));
  EXPECT_THAT(error_of("title A\npeers 501 seed\n"), HasSubstr("from 0 to 500"));
  EXPECT_THAT(error_of("title A\npeers\n"), HasSubstr("peers wants"));
  EXPECT_THAT(error_of("title A\nplay 1s 2s\n"), HasSubstr("one time"));
}

TEST(SceneText, MustBeACompleteScene) {
  EXPECT_EQ(error_of(small), "");
  EXPECT_THAT(error_of("peers 1 seed\nplay 1s\n"), HasSubstr("no title"));
  EXPECT_THAT(error_of("title A\nplay 1s\n"), HasSubstr("no peers"));
  EXPECT_THAT(error_of("title A\npeers 1 seed\n"), HasSubstr("nothing is done"));
  EXPECT_THAT(error_of(std::string(small) + "seek 180s\n"), HasSubstr("out of the film"));
  EXPECT_THAT(error_of(std::string(small) + "peers 300 seed\npeers 300 seed\n"), HasSubstr("500 peers"));
}

TEST(SceneFiles, AreAllWellFormed) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(FRESHET_LAB_SCENES)) {
    if (entry.path().extension() != ".scene") continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto scene = parse_scene(entry.path().stem().string(), text);
    EXPECT_TRUE(scene) << entry.path() << ": " << scene.error();
    ++count;
  }
  EXPECT_GE(count, 15);
}

}  // namespace
}  // namespace freshet::lab
