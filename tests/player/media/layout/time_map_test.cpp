// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/layout/time_map.h"

#include <gtest/gtest.h>

namespace freshet::media {
namespace {

using namespace std::chrono_literals;

// Ten seconds at 100 kB/s, one at 5 MB/s, ten at 100 kB/s; a key frame each two seconds and at the noise.
std::shared_ptr<const TimeMap> noise_among_stills() {
  std::vector<IndexPoint> points;
  std::int64_t at = 1000;
  for (int second = 0; second < 21; ++second) {
    points.push_back({std::chrono::seconds(second), ByteOffset{at}, second % 2 == 0});
    at += second == 10 ? 5'000'000 : 100'000;
  }
  return TimeMap::make(points, ByteOffset{at}, 21s);
}

TEST(TimeMap, LeadsFromTimesToBytesAndBack) {
  const auto map = noise_among_stills();
  ASSERT_TRUE(map);
  EXPECT_EQ(map->at(5s).value, 501'000);
  EXPECT_EQ(map->at(5500ms).value, 551'000);
  EXPECT_EQ(map->at(10500ms).value, 1000 + 1'000'000 + 2'500'000);
  EXPECT_EQ(map->time_of(ByteOffset{1000 + 1'000'000 + 2'500'000}), 10500ms);
  EXPECT_EQ(map->at(-1s).value, 1000);
  EXPECT_EQ(map->at(1h).value, 1000 + 20 * 100'000 + 5'000'000);
}

TEST(TimeMap, TellsTheRateOfTheNextSeconds) {
  const auto map = noise_among_stills();
  EXPECT_DOUBLE_EQ(map->rate(0s, 5s), 100'000);
  EXPECT_DOUBLE_EQ(map->rate(9s, 2s), 2'550'000);
  EXPECT_DOUBLE_EQ(map->rate(9s, 0s), 0);
}

TEST(TimeMap, FindsTheGroupOfPictures) {
  const auto map = noise_among_stills();
  EXPECT_EQ(map->group_at(5s).begin, 4s);
  EXPECT_EQ(map->group_at(5s).bytes, (ByteRange{{401'000}, {601'000}}));
  EXPECT_EQ(map->group_at(4s).begin, 4s);
  EXPECT_EQ(map->group_at(100s).begin, 20s) << "past the end: the last one";
  EXPECT_EQ(map->group_from(4500ms).begin, 6s);
  EXPECT_EQ(map->group_from(20500ms).begin, 20s);
}

TEST(TimeMap, CutsTheFilmIntoStretchesOfOneRate) {
  const auto map = noise_among_stills();
  const auto stretches = map->stretches(ByteOffset{501'000}, ByteOffset{100'000'000}, 16);
  ASSERT_EQ(stretches.size(), 3u);
  EXPECT_EQ(stretches[0].begin, 5s);
  EXPECT_EQ(stretches[0].bytes, (ByteRange{{501'000}, {1'001'000}}));
  EXPECT_NEAR(stretches[0].bytes_per_second, 100'000, 1);
  EXPECT_EQ(stretches[1].begin, 10s);
  EXPECT_NEAR(stretches[1].bytes_per_second, 5'000'000, 1);
  EXPECT_EQ(stretches[2].begin, 11s);
  EXPECT_EQ(map->stretches(ByteOffset{501'000}, ByteOffset{100'000'000}, 1).size(), 1u);
}

TEST(TimeMap, LeavesOutPointsThatGoBack) {
  const auto map =
      TimeMap::make({{0s, {0}}, {2s, {900}}, {3s, {500}}, {4s, {-5}}, {5s, {70'000}}, {6s, {2000}}},
                    ByteOffset{10'000}, 10s);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->size(), 4u) << "0, 900, 2000 and the end";
  EXPECT_FALSE(TimeMap::make({}, ByteOffset{10'000}, 10s));
  EXPECT_FALSE(TimeMap::make({{20s, {5}}}, ByteOffset{10'000}, 10s));
}

}  // namespace
}  // namespace freshet::media
