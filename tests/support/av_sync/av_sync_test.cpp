// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/av_sync/av_sync.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>
#include <random>

namespace freshet::test {
namespace {

constexpr int rate = 48000;

// Stereo with a beep of 83 ms at each of `times`, over noise and a voice-like tone.
std::vector<float> sound(double seconds, const std::vector<double>& times, double frequency, double noise) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate) * 2);
  std::minstd_rand random(3);
  std::uniform_real_distribution<double> any(-noise, noise);
  for (std::size_t frame = 0; frame < samples.size() / 2; ++frame) {
    const double t = static_cast<double>(frame) / rate;
    double value = any(random) + 0.05 * std::sin(2 * std::numbers::pi * 220 * t);
    for (const double start : times) {
      if (t >= start && t < start + 0.083)
        value += 0.3 * std::sin(2 * std::numbers::pi * frequency * (t - start));
    }
    samples[frame * 2] = samples[frame * 2 + 1] = static_cast<float>(value);
  }
  return samples;
}

TEST(FindBeeps, FindsEachBeginningToAMillisecond) {
  const std::vector<double> times{0.5, 1.51234, 2.498, 3.5};
  const auto samples = sound(4.5, times, 1000, 0.02);
  const auto found = find_beeps({.samples = samples}, 1000);
  ASSERT_EQ(found.size(), times.size());
  for (std::size_t n = 0; n < times.size(); ++n) EXPECT_NEAR(found[n], times[n], 0.001) << n;
}

TEST(FindBeeps, IgnoresOtherTonesAndSilence) {
  EXPECT_TRUE(find_beeps({.samples = sound(2, {0.5, 1.5}, 1600, 0)}, 1000).empty());
  EXPECT_TRUE(find_beeps({.samples = std::vector<float>(96000)}, 1000).empty());
  EXPECT_TRUE(find_beeps({.samples = {}}, 1000).empty());
}

TEST(FindBeeps, TakesABrokenOneForNone) {
  auto samples = sound(3, {0.5, 1.5, 2.5}, 1000, 0.01);
  // An underrun of 50 ms in the middle of the second.
  for (std::size_t frame = 73000; frame < 75400; ++frame) samples[frame * 2] = samples[frame * 2 + 1] = 0;
  const auto found = find_beeps({.samples = samples}, 1000);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(found[1], 2.5, 0.001);
}

std::vector<Light> lights(double seconds, const std::vector<double>& flashes, double period) {
  std::vector<Light> made;
  for (double t = 0; t < seconds; t += period) {
    double value = 90 + 5 * std::sin(t);
    for (const double flash : flashes) {
      if (t >= flash && t < flash + 0.083) value = 220;
    }
    made.push_back({t, value});
  }
  return made;
}

TEST(FindFlashes, FindsEachRiseBetweenTwoLooks) {
  const std::vector<double> times{1.003, 2.0, 3.017};
  const auto found = find_flashes(lights(4, times, 0.01));
  ASSERT_EQ(found.size(), 3U);
  for (std::size_t n = 0; n < times.size(); ++n) EXPECT_NEAR(found[n], times[n], 0.0051);
}

TEST(FindFlashes, DoesNotGuessWhereNobodyLooked) {
  auto looked = lights(4, {1, 2, 3}, 0.01);
  std::erase_if(looked, [](const Light& light) { return light.time > 1.9 && light.time < 2.02; });
  EXPECT_EQ(find_flashes(looked).size(), 2U);
  EXPECT_TRUE(find_flashes(lights(4, {}, 0.01)).empty());
  EXPECT_TRUE(find_flashes({}).empty());
}

TEST(WriteTimes, AveragesAReadersJitter) {
  std::minstd_rand random(5);
  std::vector<Arrival> arrivals;
  // Chunks of 8192 bytes each 21 ms, seen up to 4 ms late.
  for (std::uint64_t n = 1; n < 500; ++n) {
    arrivals.push_back(
        {10 + 0.021 * static_cast<double>(n) + static_cast<double>(random() % 400) * 1e-5, n * 8192});
  }
  const WriteTimes times(arrivals);
  for (const int n : {1, 100, 250, 499}) {
    EXPECT_NEAR(times.at(n * 8192.0), 10 + 0.021 * n + 0.002, 0.0015) << n;
  }
  EXPECT_EQ(WriteTimes({}).at(5), 0);
}

TEST(Compare, TellsMedianWorstAndWhatIsAlone) {
  std::vector<double> flashes, beeps;
  for (int second = 1; second <= 20; ++second) {
    flashes.push_back(second);
    beeps.push_back(second + (second == 7 ? -0.08 : 0.010));
  }
  flashes.push_back(30);
  const Sync sync = compare(flashes, beeps);
  EXPECT_EQ(sync.pairs, 20U);
  EXPECT_EQ(sync.alone, 1U);
  EXPECT_NEAR(sync.median, 0.010, 1e-9);
  EXPECT_NEAR(sync.worst, -0.08, 1e-9);
  EXPECT_EQ(to_text(sync), "20 pairs, median +10.0 ms, p99 -80.0 ms, 1 alone");
  EXPECT_EQ(compare({}, {1}).alone, 1U);
  EXPECT_EQ(compare({}, {}).pairs, 0U);
}

}  // namespace
}  // namespace freshet::test
