// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/playback/read_ahead.h"

#include <gtest/gtest.h>

namespace freshet::playback {
namespace {

using namespace std::chrono_literals;

// A megabyte a second, two minutes.
ReadAheadInput film() {
  return {.running = true, .read_at = {5'000'000}, .ahead = 5s, .size = {120'000'000}, .duration = 120s};
}
const MonotonicTime now{1000s};

// The one window of a film whose index is not known.
Window only_window(const ReadAheadInput& input) {
  const auto windows = read_ahead(input, now);
  EXPECT_EQ(windows.size(), 1u);
  return windows.empty() ? Window{} : windows.front();
}

TEST(ReadAhead, IsDueWhenThePictureComesNear) {
  const auto window = only_window(film());
  EXPECT_EQ(window.range.begin.value, 5'000'000);
  EXPECT_EQ(window.range.end.value, 65'000'000);
  EXPECT_EQ(window.deadline, now + 4s) << "a second in hand";
  EXPECT_DOUBLE_EQ(window.bytes_per_second, 1e6);
  EXPECT_EQ(window.urgency, Urgency::Deadline);
}

TEST(ReadAhead, IsDueSoonerWhenPlayedFaster) {
  auto input = film();
  input.speed = 2;
  EXPECT_EQ(only_window(input).deadline, now + 2s);
  EXPECT_DOUBLE_EQ(only_window(input).bytes_per_second, 2e6);
}

TEST(ReadAhead, HasTimeWhilePaused) {
  auto input = film();
  input.running = false;
  EXPECT_EQ(only_window(input).deadline, now + 14s);
}

TEST(ReadAhead, UsesAPauseToFillTheCache) {
  auto input = film();
  input.filled_when_paused = Bytes{90'000'000};
  EXPECT_EQ(only_window(input).range.end.value, 65'000'000) << "a minute while it plays";
  input.running = false;
  EXPECT_EQ(only_window(input).range.end.value, 95'000'000);
  input.filled_when_paused = Bytes{10'000'000};
  EXPECT_EQ(only_window(input).range.end.value, 65'000'000) << "never less than while it plays";
}

TEST(ReadAhead, SaysNothingWhileTheViewerWaitsOrTheLengthIsUnknown) {
  auto waiting = film();
  waiting.waiting = true;
  EXPECT_TRUE(read_ahead(waiting, now).empty());
  auto endless = film();
  endless.duration = MediaTime{0};
  EXPECT_TRUE(read_ahead(endless, now).empty());
}

TEST(ReadAhead, EndsWithTheFile) {
  auto input = film();
  input.read_at = {110'000'000};
  EXPECT_EQ(only_window(input).range.end.value, 120'000'000);
  input.read_at = {120'000'000};
  EXPECT_TRUE(read_ahead(input, now).empty());
}

TEST(ReadAhead, IsNotRepeatedWhileItHolds) {
  const auto told = read_ahead(film(), now);
  auto input = film();
  input.read_at = {5'200'000};
  input.ahead = 5s;
  EXPECT_TRUE(still_true(told, read_ahead(input, now + 200ms))) << "read and played on at the film's rate";
  input.read_at = {6'000'000};
  EXPECT_FALSE(still_true(told, read_ahead(input, now + 1s))) << "moved on";
  input = film();
  input.ahead = 9s;
  EXPECT_FALSE(still_true(told, read_ahead(input, now))) << "much more in hand";
  input = film();
  input.read_at = {4'000'000};
  EXPECT_FALSE(still_true(told, read_ahead(input, now))) << "went back";
  input = film();
  input.running = false;
  EXPECT_FALSE(still_true(told, read_ahead(input, now))) << "paused";
  EXPECT_FALSE(still_true(told, {}));
  EXPECT_TRUE(still_true({}, {}));
}

// Ten seconds of still pictures, one second of noise that is as large as all of them, and again.
constexpr std::int64_t still_second = 100'000;
constexpr std::int64_t noise_second = 10'000'000;
std::shared_ptr<const media::TimeMap> noise_among_stills() {
  std::vector<media::IndexPoint> points;
  std::int64_t at = 0;
  for (int second = 0; second < 33; ++second) {
    points.push_back({std::chrono::seconds(second), ByteOffset{at}, true});
    at += second % 11 == 10 ? noise_second : still_second;
  }
  return media::TimeMap::make(points, ByteOffset{at}, 33s);
}
constexpr std::int64_t noisy_size = 3 * (10 * still_second + noise_second);

// When the windows want a byte, by the rule of Window.
MonotonicTime due(const std::vector<Window>& windows, std::int64_t byte) {
  for (const auto& window : windows) {
    if (!window.range.contains(ByteOffset{byte})) continue;
    const double into = static_cast<double>(byte - window.range.begin.value);
    const MediaTime further = from_seconds(window.bytes_per_second > 0 ? into / window.bytes_per_second : 0);
    return window.deadline + std::chrono::duration_cast<MonotonicTime::duration>(further);
  }
  ADD_FAILURE() << "byte " << byte << " is in no window";
  return {};
}

TEST(ReadAhead, GivesAFilmOfVaryingRateDeadlinesThatFit) {
  const auto map = noise_among_stills();
  const ReadAheadInput input{.running = true,
                             .read_at = {2 * still_second},
                             .ahead = 1s,
                             .size = {noisy_size},
                             .duration = 33s,
                             .map = map.get()};
  const auto windows = read_ahead(input, now);
  // Byte by byte: when it is played, less a second in hand, which the first one has used up.
  for (int second = 2; second < 33; ++second) {
    const auto byte = map->at(std::chrono::seconds(second)).value;
    EXPECT_LE(std::chrono::abs(due(windows, byte) - (now + std::chrono::seconds(second - 2))), 200ms)
        << "second " << second;
  }
  // By the mean rate the last byte of the noise would be wanted far too late, the end of the stills too soon.
  const double mean = static_cast<double>(noisy_size) / 33;
  const auto last_of_noise = 10 * still_second + noise_second - 1;
  const double by_mean = static_cast<double>(last_of_noise - 2 * still_second) / mean;
  EXPECT_GT(by_mean, 10.0);
  EXPECT_NEAR(to_seconds(due(windows, last_of_noise) - now), 9.0, 0.2);
  EXPECT_NEAR(to_seconds(due(windows, 10 * still_second - 1) - now), 8.0, 0.2)
      << "not after " << 0.8e6 / mean;
}

TEST(ReadAhead, IsNotRepeatedWhileAVaryingFilmPlaysOn) {
  const auto map = noise_among_stills();
  ReadAheadInput input{.running = true,
                       .read_at = {2 * still_second},
                       .ahead = 5s,
                       .size = {noisy_size},
                       .duration = 33s,
                       .map = map.get()};
  const auto told = read_ahead(input, now);
  input.read_at = {3 * still_second};
  EXPECT_TRUE(still_true(told, read_ahead(input, now + 1s)));
  input.ahead = 6s;
  EXPECT_FALSE(still_true(told, read_ahead(input, now + 1s)));
}

TEST(ReadAhead, AsksForTheGroupOfPicturesThatASeekNeedsAtOnce) {
  const auto map = noise_among_stills();
  const media::FileLayout layout{.at_seek = {{ByteOffset{noisy_size - 100}, ByteOffset{noisy_size}}}};
  const ReadAheadInput input{.waiting = true,
                             .read_at = {0},
                             .size = {noisy_size},
                             .duration = 33s,
                             .target = 10500ms,
                             .layout = &layout,
                             .map = map.get()};
  const auto windows = read_ahead(input, now);
  ASSERT_GE(windows.size(), 3u);
  EXPECT_EQ(windows[0].urgency, Urgency::Now);
  EXPECT_EQ(windows[0].range.begin.value, 10 * still_second) << "the key frame before the target";
  EXPECT_GE(windows[0].range.end, map->at(10500ms));
  EXPECT_EQ(windows[1].urgency, Urgency::Deadline);
  EXPECT_EQ(windows[1].range.begin, windows[0].range.end) << "no gap";
  EXPECT_EQ(windows.back().range, layout.at_seek[0]);
  EXPECT_TRUE(still_true(windows, read_ahead(input, now + 2s))) << "one seek, one message";
}

TEST(ReadAhead, AsksForTheIndexFirstWhereASeekNeedsIt) {
  const media::FileLayout layout{.at_seek = {{ByteOffset{900}, ByteOffset{1000}}}};
  ReadAheadInput input{.waiting = true, .size = {1000}, .duration = 10s, .target = 5s, .layout = &layout};
  const auto windows = read_ahead(input, now);
  ASSERT_EQ(windows.size(), 1u);
  EXPECT_EQ(windows[0].range, layout.at_seek[0]);
  EXPECT_EQ(windows[0].urgency, Urgency::Now);
  input.target = 0s;
  EXPECT_TRUE(read_ahead(input, now).empty()) << "the beginning needs no index";
}

TEST(ReadAhead, AsksForHeaderIndexAndFirstPicturesTogether) {
  const media::FileLayout layout{.at_open = {{{0}, {40}}, {{9'000'000}, {9'500'000}}},
                                 .media = ByteOffset{40}};
  const auto windows = read_ahead({.opened = false, .size = {9'500'000}, .layout = &layout}, now);
  ASSERT_EQ(windows.size(), 3u);
  for (const auto& window : windows) EXPECT_EQ(window.urgency, Urgency::Now);
  EXPECT_EQ(windows[1].range.begin.value, 9'000'000);
  EXPECT_EQ(windows[2].range, (ByteRange{{40}, {40 + (1 << 20)}}));
}

}  // namespace
}  // namespace freshet::playback
