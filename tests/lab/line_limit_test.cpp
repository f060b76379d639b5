// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/line_limit.h"

#include <gtest/gtest.h>

#include "tests/lab/film.h"
#include "tests/support/process/process.h"

namespace freshet::lab {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view scene_text = R"(title Two seeds, one later, one silent
film    seconds=4 rate=1M layout=moov-first
viewer  down=100M up=20M
peers   2 seed up=4M rtt=40ms
peers   1 seed up=80M rtt=10ms join=1s
peers   1 black-hole up=80M rtt=10ms
play    1s
seek    2s
)";

Scene scene_of(std::string text) {
  return parse_scene("limit", text).value();
}
std::string with(std::string text, std::string_view old, std::string_view fresh) {
  return text.replace(text.find(old), old.size(), fresh);
}

// At 8 Mbit/s and with the headers on the line, 1448 bytes take 1.5 ms.
const FilmNeeds needs{
    .index = Bytes{10 * 1448}, .first_picture = Bytes{90 * 1448}, .seek_picture = Bytes{20 * 1448}};

TEST(LineLimit, IsRoundTripsAndBytesOfTheHonestSeedsThatAreThere) {
  const auto limit = line_limit(scene_of(std::string(scene_text)), needs, false);
  ASSERT_TRUE(limit);
  EXPECT_NEAR(limit->first_frame, 4 * 0.040 + 0.150, 1e-9);
  EXPECT_NEAR(limit->seek, 0.040 + 0.030, 1e-9);
}

TEST(LineLimit, CountsTheTrackerAndTheMetadata) {
  const auto plain = line_limit(scene_of(std::string(scene_text)), needs, false);
  const auto tracked = line_limit(scene_of(std::string(scene_text)), needs, true);
  EXPECT_NEAR(tracked->first_frame - plain->first_frame, 0.060, 1e-9);
  EXPECT_EQ(tracked->seek, plain->seek);
  const auto magnet = line_limit(
      scene_of(with(std::string(scene_text), "viewer", "torrent open=magnet\nviewer")), needs, false);
  EXPECT_NEAR(magnet->first_frame - plain->first_frame, 0.040, 1e-9);
}

TEST(LineLimit, IsNoFasterThanTheViewersLine) {
  const auto limit =
      line_limit(scene_of(with(std::string(scene_text), "down=100M", "down=4M")), needs, false);
  EXPECT_NEAR(limit->first_frame, 4 * 0.040 + 0.300, 1e-9);
}

TEST(LineLimit, IsNotThereWithoutAnHonestSeed) {
  EXPECT_FALSE(
      line_limit(scene_of("title None\nfilm seconds=4\npeers 1 black-hole\nplay 1s\n"), needs, false));
}

TEST(LineLimit, OfASceneIsThatOfItsFirstSeek) {
  EXPECT_EQ(seek_target(scene_of(std::string(scene_text))), 2s);
  EXPECT_EQ(seek_target(scene_of("title None\nfilm seconds=4\npeers 1 seed\nplay 1s\n")), 2s);
}

TEST(FilmNeeds, AreTheIndexAndThePacketsUpToAPicture) {
  const test::TemporaryFolder folder;
  FilmOptions options{.length = 4s, .rate = {1'000'000}};
  const auto first = make_film(folder.path(), options);
  options.layout = FilmLayout::MoovLast;
  const auto last = make_film(folder.path(), options);
  const auto needs_first = needs_of(first, 2s), needs_last = needs_of(last, 2s);
  for (const auto& needed : {needs_first, needs_last}) {
    EXPECT_GT(needed.index, Bytes{1000});
    EXPECT_LT(needed.index, Bytes{20'000});
    EXPECT_GT(needed.first_picture, Bytes{2000});
    EXPECT_LT(needed.first_picture, Bytes{120'000}) << "less than a second";
    EXPECT_GT(needed.seek_picture, Bytes{2000});
    EXPECT_LT(needed.seek_picture, Bytes{120'000});
  }
  EXPECT_EQ(needs_first.first_picture, needs_last.first_picture) << "the same data, elsewhere";
  EXPECT_THROW(static_cast<void>(needs_of(folder / "no.mp4", 0s)), std::runtime_error);
}

}  // namespace
}  // namespace freshet::lab
