// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/audio/sound_queue.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

namespace freshet::audio {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr media::AudioFormat stereo{.sample_rate = 48000, .channels = 2};

std::vector<float> ramp(std::size_t count, float from = 0) {
  std::vector<float> samples(count);
  std::iota(samples.begin(), samples.end(), from);
  return samples;
}

TEST(SoundQueue, TakesNoMoreThanItsLimitAndOnlyWholeFrames) {
  SoundQueue queue;
  queue.reset(stereo, 100);
  EXPECT_EQ(queue.push(ramp(151), seconds(1), 1, Generation{1}), 75U) << "the odd sample is no frame";
  EXPECT_EQ(queue.push(ramp(100), seconds(9), 1, Generation{1}), 25U);
  EXPECT_EQ(queue.push(ramp(2), seconds(9), 1, Generation{1}), 0U);
  EXPECT_EQ(queue.size(), 100U);
}

TEST(SoundQueue, TellsTheTimeOfItsOldestFrame) {
  SoundQueue queue;
  queue.reset(stereo, 9600);
  ASSERT_EQ(queue.push(ramp(9600), seconds(10), 1.5, Generation{4}), 4800U);
  auto run = queue.front();
  ASSERT_TRUE(run);
  EXPECT_EQ(run->frames, 4800U);
  EXPECT_EQ(run->pts, seconds(10));
  EXPECT_EQ(run->speed, 1.5);
  EXPECT_EQ(run->generation, Generation{4});
  queue.discard(2400);  // 50 ms of the device, 75 ms of the film
  run = queue.front();
  ASSERT_TRUE(run);
  EXPECT_EQ(run->pts, seconds(10) + milliseconds(75));
}

TEST(SoundQueue, MakesOneRunOfWritesThatFollowEachOther) {
  SoundQueue queue;
  queue.reset(stereo, 9600);
  ASSERT_EQ(queue.push(ramp(960), milliseconds(0), 1, Generation{1}), 480U);
  ASSERT_EQ(queue.push(ramp(960), milliseconds(10) + std::chrono::microseconds(600), 1, Generation{1}), 480U);
  EXPECT_EQ(queue.front()->frames, 960U) << "a container's rounding is no jump";
}

TEST(SoundQueue, CutsRunsAtJumpsSpeedsAndGenerations) {
  SoundQueue queue;
  queue.reset(stereo, 9600);
  ASSERT_EQ(queue.push(ramp(960), milliseconds(0), 1, Generation{1}), 480U);
  ASSERT_EQ(queue.push(ramp(960), milliseconds(500), 1, Generation{1}), 480U);
  ASSERT_EQ(queue.push(ramp(960), milliseconds(510), 2, Generation{1}), 480U);
  ASSERT_EQ(queue.push(ramp(960), milliseconds(530), 2, Generation{2}), 480U);
  for (const auto expected : {milliseconds(0), milliseconds(500), milliseconds(510), milliseconds(530)}) {
    const auto run = queue.front();
    ASSERT_TRUE(run);
    EXPECT_EQ(run->frames, 480U);
    EXPECT_EQ(run->pts, expected);
    queue.discard(480);
  }
  EXPECT_FALSE(queue.front());
}

TEST(SoundQueue, CountsAsFullWhenWildTimestampsUseUpItsMarksAndRecovers) {
  SoundQueue queue;
  queue.reset(stereo, 9600);
  std::size_t accepted = 0;
  while (queue.push(ramp(2), seconds(accepted * 7), 1, Generation{1}) == 1) ++accepted;
  EXPECT_LT(accepted, 9600U);
  EXPECT_GT(accepted, 50U);
  for (std::size_t n = 0; n < accepted; ++n) {
    const auto run = queue.front();
    ASSERT_TRUE(run);
    EXPECT_EQ(run->pts, seconds(n * 7));
    queue.discard(run->frames);
  }
  EXPECT_EQ(queue.push(ramp(2), seconds(1), 1, Generation{1}), 1U);
}

TEST(SoundQueue, TurnsWhatIsNoNumberIntoSilence) {
  SoundQueue queue;
  queue.reset(stereo, 10);
  const std::vector<float> broken{std::numeric_limits<float>::quiet_NaN(),
                                  std::numeric_limits<float>::infinity(), 0.5F, 2.0F};
  ASSERT_EQ(queue.push(broken, seconds(0), 1, Generation{1}), 2U);
  std::vector<float> out(4);
  queue.pop(out);
  EXPECT_EQ(out, (std::vector<float>{0, 0, 0.5F, 2.0F}));
}

TEST(SoundQueue, CarriesEverySampleWithItsTimeBetweenTwoThreads) {
  // Three channels, so that a frame straddles the ring's end. Each write is a run of its own; its number is
  // in the samples, the pts and the speed, which must come out together.
  constexpr media::AudioFormat format{.sample_rate = 1000, .channels = 3};
  constexpr int writes = 20'000;
  SoundQueue queue;
  queue.reset(format, 64);
  std::jthread producer([&] {
    std::minstd_rand random(1);
    for (int n = 1; n <= writes; ++n) {
      const std::vector<float> samples(3 * (1 + random() % 40), static_cast<float>(n));
      std::size_t done = 0;
      while (done * 3 < samples.size()) {
        const std::size_t taken = queue.push(std::span(samples).subspan(done * 3),
                                             seconds(n) + milliseconds(done), 1, Generation{7});
        done += taken;
        if (taken == 0) std::this_thread::yield();
      }
    }
  });
  std::minstd_rand random(2);
  std::vector<float> out;
  int last = 0;
  std::uint64_t wrong = 0;
  while (last < writes) {
    const auto run = queue.front();
    if (!run) {
      std::this_thread::yield();
      continue;
    }
    const std::size_t take = std::min<std::size_t>(run->frames, 1 + random() % 30);
    out.resize(take * 3);
    queue.pop(out);
    const auto number = static_cast<int>(out.front());
    wrong += static_cast<std::uint64_t>(
        std::ranges::count_if(out, [&](float sample) { return sample != out.front(); }));
    if (std::chrono::floor<seconds>(run->pts) != seconds(number)) ++wrong;
    if (number != last && number != last + 1) ++wrong;
    last = number;
  }
  EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace freshet::audio
