// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/audio/gain.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

namespace freshet::audio {
namespace {

TEST(Volume, IsCubicAsMpvs) {
  EXPECT_EQ(volume_gain(100), 1.0F);
  EXPECT_EQ(volume_gain(50), 0.125F);
  EXPECT_EQ(volume_gain(0), 0.0F);
  EXPECT_FLOAT_EQ(volume_gain(130), 2.197F);
}

TEST(Volume, StaysInItsRangeWhateverIsAsked) {
  EXPECT_EQ(volume_gain(-5), 0.0F);
  EXPECT_EQ(volume_gain(1e9), volume_gain(130));
  EXPECT_EQ(volume_gain(std::numeric_limits<double>::quiet_NaN()), 0.0F);
}

TEST(SoftClip, LeavesWhatFitsAndNeverPassesFullScale) {
  EXPECT_EQ(soft_clip(0.75F), 0.75F);
  EXPECT_EQ(soft_clip(-0.75F), -0.75F);
  EXPECT_LE(soft_clip(50.0F), 1.0F);
  EXPECT_GE(soft_clip(-50.0F), -1.0F);
  for (float sample = -3; sample < 3; sample += 0.01F) {
    EXPECT_LE(soft_clip(sample), soft_clip(sample + 0.01F)) << sample << ": it never folds back";
    EXPECT_LE(soft_clip(sample + 0.01F) - soft_clip(sample), 0.0101F) << sample << ": it has no step";
  }
}

TEST(GainRamp, ReachesItsTargetInItsLength) {
  GainRamp ramp;
  ramp.set_length(240);
  ramp.aim(1);
  EXPECT_EQ(ramp.remaining(), 240U);
  for (int frame = 0; frame < 120; ++frame) (void)ramp.step();
  EXPECT_NEAR(ramp.value(), 0.5, 0.001);
  ramp.aim(0);
  EXPECT_NEAR(static_cast<double>(ramp.remaining()), 120, 1);
  for (int frame = 0; frame < 121; ++frame) (void)ramp.step();
  EXPECT_TRUE(ramp.steady());
  EXPECT_EQ(ramp.value(), 0.0F);
}

TEST(Apply, LeavesSamplesBitForBitAtFullVolume) {
  GainRamp envelope, volume;
  envelope.set(1);
  volume.set(1);
  std::vector<float> samples{0.1F, -0.97F, 1.3F, 1e-30F};
  const std::vector<float> before = samples;
  apply(samples, 2, envelope, volume);
  EXPECT_EQ(samples, before);
}

TEST(Apply, ChangesLoudnessWithoutAStep) {
  GainRamp envelope, volume;
  envelope.set(1);
  volume.set_length(100);
  volume.set(1);
  volume.aim(0);
  std::vector<float> samples(400, 0.5F);
  apply(samples, 2, envelope, volume);
  EXPECT_EQ(samples.back(), 0.0F);
  for (std::size_t n = 2; n < samples.size(); ++n) {
    EXPECT_LE(std::abs(samples[n] - samples[n - 2]), 0.00501F) << n;
  }
}

TEST(Apply, BendsAmplifiedSoundInsteadOfCuttingIt) {
  GainRamp envelope, volume;
  envelope.set(1);
  volume.set(volume_gain(130));
  std::vector<float> samples{0.9F, -0.9F, 0.1F, 0.1F};
  apply(samples, 2, envelope, volume);
  EXPECT_GT(samples[0], 0.9F);
  EXPECT_LT(samples[0], 1.0F);
  EXPECT_FLOAT_EQ(samples[1], -samples[0]);
  EXPECT_FLOAT_EQ(samples[2], 0.2197F);
}

}  // namespace
}  // namespace freshet::audio
