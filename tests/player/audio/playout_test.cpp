// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Playout on a time of its own: each fill() is one period of a device, and time passes only between them.
#include "player/audio/playout.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace freshet::audio {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int rate = 48000;
constexpr media::AudioFormat stereo{.sample_rate = rate, .channels = 2};
constexpr std::size_t period = 960;  // 20 ms
constexpr Generation first{1};
constexpr Generation second{2};

class PlayoutTest : public testing::Test {
 protected:
  explicit PlayoutTest(std::chrono::nanoseconds latency = milliseconds(40),
                       std::chrono::nanoseconds fade = milliseconds(5)) {
    playout_.reset({.format = stereo, .latency = latency, .fade = fade});
    playout_.set_paused(false);
  }

  // `length` of a constant.
  bool write(milliseconds pts, milliseconds length, Generation generation = first, double speed = 1,
             float value = 0.5F) {
    const std::vector<float> samples(static_cast<std::size_t>(length.count()) * rate / 1000 * 2, value);
    return playout_.write(samples, pts, speed, generation);
  }

  // The device asks for a buffer; then a period passes.
  std::vector<float> tick() {
    std::vector<float> buffer(period * 2);
    playout_.fill(buffer, now_);
    now_ += milliseconds(20);
    return buffer;
  }

  // Position at the time of the last fill.
  [[nodiscard]] MediaTime position() const { return clock_.position(now_ - milliseconds(20)); }
  [[nodiscard]] media::ClockAnchor anchor() const { return clock_.anchor(); }

  media::MediaClock clock_;
  Playout playout_{clock_};
  MonotonicTime now_{seconds(100)};
};

class ImmediatePlayoutTest : public PlayoutTest {
 protected:
  ImmediatePlayoutTest() : PlayoutTest(seconds(0), seconds(0)) {}
};

float largest_step(const std::vector<float>& samples) {
  float largest = 0;
  for (std::size_t n = 2; n < samples.size(); ++n) {
    largest = std::max(largest, std::abs(samples[n] - samples[n - 2]));
  }
  return largest;
}

void append(std::vector<float>& all, const std::vector<float>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

TEST_F(PlayoutTest, HoldsTheClockUntilTheFirstSampleIsHeard) {
  write(milliseconds(1000), milliseconds(200));
  tick();
  EXPECT_TRUE(anchor().valid);
  EXPECT_EQ(anchor().generation, first);
  EXPECT_EQ(anchor().rate, 1.0);
  const MonotonicTime filled = now_ - milliseconds(20);
  EXPECT_EQ(clock_.position(filled), milliseconds(1000));
  EXPECT_EQ(clock_.position(filled + milliseconds(40)), milliseconds(1000));
  EXPECT_EQ(clock_.position(filled + milliseconds(50)), milliseconds(1010));
}

TEST_F(PlayoutTest, RunsTheClockWithTheSamplesItGivesAway) {
  write(milliseconds(0), milliseconds(200));
  for (int n = 0; n < 10; ++n) {
    tick();
    EXPECT_EQ(position(), milliseconds(std::max(0, (n - 2) * 20)));
  }
}

TEST_F(PlayoutTest, PlaysSamplesUnchangedAfterTheFadeIn) {
  std::vector<float> sent(rate / 10 * 2);
  for (std::size_t n = 0; n < sent.size(); ++n) {
    sent[n] = std::sin(static_cast<float>(n) * 0.01F) * 0.9F;
  }
  ASSERT_TRUE(playout_.write(sent, seconds(0), 1, first));
  std::vector<float> heard;
  for (int n = 0; n < 5; ++n) append(heard, tick());
  const std::size_t faded = rate / 1000 * 5 * 2;
  EXPECT_EQ(heard[0], 0.0F);
  EXPECT_TRUE(std::equal(sent.begin() + faded, sent.end(), heard.begin() + faded));
}

TEST_F(PlayoutTest, FollowsSpeedMarksWhenTheyAreHeard) {
  write(milliseconds(0), milliseconds(100));
  write(milliseconds(100), milliseconds(100), first, 2.0);
  for (int n = 0; n < 5; ++n) {
    tick();
    EXPECT_EQ(anchor().rate, 1.0);
  }
  tick();
  EXPECT_EQ(anchor().rate, 2.0);
  tick();
  EXPECT_EQ(clock_.position(now_ + milliseconds(20)), milliseconds(100 + 40));
}

TEST_F(PlayoutTest, StandsWhilePausedAndGoesOnFromThere) {
  write(milliseconds(0), milliseconds(200));
  for (int n = 0; n < 4; ++n) tick();
  playout_.set_paused(true);
  tick();
  EXPECT_EQ(anchor().rate, 0.0);
  const MediaTime stood = position();
  EXPECT_EQ(stood, milliseconds(40)) << "80 ms given away, 40 of them heard";
  const auto queued = playout_.queued(now_ + seconds(1));
  for (int n = 0; n < 10; ++n) {
    const auto buffer = tick();
    EXPECT_EQ(*std::ranges::max_element(buffer), 0.0F);
  }
  EXPECT_EQ(position(), stood);
  EXPECT_EQ(playout_.queued(now_ + seconds(1)), queued) << "nothing is taken while paused";
  EXPECT_TRUE(playout_.resting());
  playout_.set_paused(false);
  tick();
  // The pause's fade took 5 ms of sound along.
  EXPECT_EQ(position(), stood + milliseconds(5));
  EXPECT_EQ(anchor().rate, 1.0);
}

TEST_F(PlayoutTest, NeverJumpsInVolumeAtPauseResumeAndSeek) {
  std::vector<float> heard;
  write(milliseconds(0), milliseconds(200));
  append(heard, tick());
  append(heard, tick());
  playout_.set_paused(true);
  append(heard, tick());
  append(heard, tick());
  playout_.set_paused(false);
  append(heard, tick());
  playout_.cancel_before(second);
  append(heard, tick());
  write(milliseconds(5000), milliseconds(30), second);
  append(heard, tick());
  append(heard, tick());  // runs dry in the middle
  append(heard, tick());
  playout_.set_gain(2);
  write(milliseconds(5030), milliseconds(100), second);
  append(heard, tick());
  append(heard, tick());
  EXPECT_LT(largest_step(heard), 0.02F);
  EXPECT_GT(*std::ranges::max_element(heard), 0.8F);
}

TEST_F(PlayoutTest, DropsAnOldGenerationAtOnce) {
  write(milliseconds(0), milliseconds(90), first, 1, 0.5F);
  tick();
  tick();
  playout_.cancel_before(second);
  EXPECT_FALSE(write(milliseconds(200), milliseconds(10), first)) << "stale sound is refused";
  EXPECT_TRUE(write(milliseconds(9000), milliseconds(100), second, 1, -0.5F));
  const auto buffer = tick();
  const auto first_new = std::ranges::find_if(buffer, [](float sample) { return sample < 0; });
  EXPECT_LE(first_new - buffer.begin(), rate / 1000 * 6 * 2) << "after a fade of 5 ms";
  EXPECT_TRUE(std::all_of(first_new, buffer.end(), [](float sample) { return sample <= 0; }));
  EXPECT_EQ(anchor().generation, second);
  EXPECT_EQ(position(), milliseconds(9000));
}

TEST_F(PlayoutTest, TellsThatNoPositionIsKnownBetweenASeekAndItsFirstSound) {
  write(milliseconds(0), milliseconds(100));
  tick();
  playout_.cancel_before(second);
  tick();
  EXPECT_FALSE(anchor().valid);
  EXPECT_EQ(anchor().generation, second);
}

TEST_F(PlayoutTest, ShowsWherePausedSoundWillBegin) {
  playout_.set_paused(true);
  tick();
  write(milliseconds(7000), milliseconds(50));
  tick();
  EXPECT_TRUE(anchor().valid);
  EXPECT_EQ(anchor().rate, 0.0);
  EXPECT_EQ(position(), milliseconds(7000));
  playout_.set_paused(false);
  tick();
  EXPECT_EQ(position(), milliseconds(7000));
}

TEST_F(PlayoutTest, IsDrainedOnlyWhenTheLastSampleWasHeard) {
  write(milliseconds(0), milliseconds(30));
  tick();
  EXPECT_FALSE(playout_.drained(first)) << "not finished";
  playout_.finish(first);
  tick();  // given away up to here at 20 + 10 ms, heard 40 ms later: at 70 ms
  EXPECT_FALSE(playout_.drained(first));
  tick();
  EXPECT_FALSE(playout_.drained(first)) << "40 ms";
  tick();
  EXPECT_FALSE(playout_.drained(first)) << "60 ms";
  tick();
  EXPECT_TRUE(playout_.drained(first)) << "80 ms";
  EXPECT_FALSE(playout_.drained(second));
  EXPECT_FALSE(playout_.underrun()) << "an end is no underrun";
  EXPECT_TRUE(playout_.resting());
  const auto last = anchor();
  EXPECT_EQ(last.rate, 1.0) << "whoever goes on reads the line";
  playout_.set_paused(true);
  tick();
  EXPECT_EQ(anchor().at, last.at) << "and the clock is no longer ours";
}

TEST_F(PlayoutTest, IsDrainedWhenAGenerationEndsWithoutSound) {
  playout_.cancel_before(second);
  tick();
  EXPECT_FALSE(playout_.drained(second));
  playout_.finish(second);
  tick();
  EXPECT_TRUE(playout_.drained(second));
  EXPECT_TRUE(playout_.drained(first)) << "nothing of an older one will ever be heard";
}

TEST_F(PlayoutTest, StopsTheClockInAnUnderrunAndGoesOnWithTheSound) {
  write(milliseconds(0), milliseconds(50));
  for (int n = 0; n < 3; ++n) tick();  // 40 … 60 ms: half a buffer
  EXPECT_TRUE(playout_.underrun());
  tick();
  EXPECT_EQ(anchor().rate, 0.0);
  const MediaTime stood = position();
  for (int n = 0; n < 20; ++n) tick();
  EXPECT_EQ(position(), stood);
  EXPECT_LE(stood, milliseconds(50)) << "never later than the last sound";
  EXPECT_TRUE(playout_.underrun());
  write(milliseconds(50), milliseconds(100));
  EXPECT_FALSE(playout_.underrun()) << "something is queued";
  tick();
  EXPECT_EQ(anchor().rate, 1.0);
  const MonotonicTime filled = now_ - milliseconds(20);
  EXPECT_EQ(clock_.position(filled + milliseconds(40)), milliseconds(50));
  EXPECT_GE(clock_.position(filled), stood);
}

TEST_F(PlayoutTest, IsNoUnderrunWhilePaused) {
  tick();
  EXPECT_TRUE(playout_.underrun()) << "should play, has nothing";
  playout_.set_paused(true);
  EXPECT_FALSE(playout_.underrun());
  tick();
  EXPECT_FALSE(playout_.underrun());
}

TEST_F(PlayoutTest, MovesTheClockAlongWithAJumpOfTheTimestamps) {
  write(milliseconds(0), milliseconds(20));
  write(milliseconds(500), milliseconds(60));
  tick();
  EXPECT_GT(tick().back(), 0.4F);
  EXPECT_EQ(clock_.position(now_ - milliseconds(20) + milliseconds(40)), milliseconds(500));
}

TEST_F(PlayoutTest, NeverStepsBackWithinAGeneration) {
  write(milliseconds(1000), milliseconds(60));
  write(milliseconds(400), milliseconds(60));  // a broken file
  playout_.set_delay(milliseconds(50));
  MediaTime last{0};
  for (int n = 0; n < 8; ++n) {
    if (n == 2) playout_.set_delay(milliseconds(-300));
    if (n == 4) playout_.set_paused(true);
    if (n == 5) playout_.set_paused(false);
    tick();
    for (int step = 0; step < 20; ++step) {
      const MediaTime seen = clock_.position(now_ - milliseconds(20 - step));
      EXPECT_GE(seen, last) << n << "." << step;
      last = seen;
    }
  }
}

TEST_F(PlayoutTest, PlaysDelayedSoundLaterOnTheClock) {
  playout_.set_delay(milliseconds(100));
  write(milliseconds(1000), milliseconds(200));
  std::vector<float> heard;
  for (int n = 0; n < 6; ++n) append(heard, tick());
  const auto sound = std::ranges::find_if(heard, [](float sample) { return sample > 0; }) - heard.begin();
  EXPECT_NEAR(static_cast<double>(sound), 0.1 * rate * 2, 10) << "the picture begins first";
  // The sixth buffer begins with the sample of 1000 ms, which now belongs at 1100.
  EXPECT_EQ(clock_.position(now_ - milliseconds(20) + milliseconds(40)), milliseconds(1100));
}

TEST_F(PlayoutTest, PlaysEarlierSoundBeforeTheClockMoves) {
  playout_.set_delay(milliseconds(-60));
  write(milliseconds(1000), milliseconds(200));
  EXPECT_GT(tick().back(), 0.4F);
  const MonotonicTime heard = now_ - milliseconds(20) + milliseconds(40);
  EXPECT_EQ(clock_.position(heard + milliseconds(60)), milliseconds(1000));
  EXPECT_EQ(clock_.position(heard + milliseconds(80)), milliseconds(1020));
}

TEST_F(PlayoutTest, WakesAWriterWhenItsGenerationIsCancelled) {
  playout_.set_paused(true);
  std::jthread canceller;
  ASSERT_TRUE(write(milliseconds(0), milliseconds(200)));
  canceller = std::jthread([this] { playout_.cancel_before(second); });
  EXPECT_FALSE(write(milliseconds(200), milliseconds(200))) << "the queue is full, and then it is cancelled";
}

TEST_F(PlayoutTest, WakesAWriterWhenThereIsRoom) {
  std::jthread device([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      tick();
      std::this_thread::yield();
    }
  });
  // Four times what the queue holds.
  for (int n = 0; n < 20; ++n) EXPECT_TRUE(write(milliseconds(n * 40), milliseconds(40)));
  playout_.wait_until_taken();
  device.request_stop();
  device.join();
  EXPECT_EQ(playout_.queued(MonotonicTime::max()), seconds(0));
}

TEST_F(ImmediatePlayoutTest, ConsumesNothingWhilePausedAndHasNoLatency) {
  write(milliseconds(0), milliseconds(100));
  tick();
  EXPECT_EQ(position(), milliseconds(0));
  tick();
  EXPECT_EQ(position(), milliseconds(20));
  playout_.set_paused(true);
  tick();
  EXPECT_EQ(playout_.queued(now_ + seconds(1)), milliseconds(60));
  playout_.set_paused(false);
  tick();
  EXPECT_EQ(position(), milliseconds(40));
}

TEST_F(PlayoutTest, RepeatsNothingAcrossADeviceChange) {
  write(milliseconds(0), milliseconds(100));
  tick();
  tick();
  playout_.move_to({.format = stereo});
  tick();
  EXPECT_EQ(position(), milliseconds(40));
  EXPECT_EQ(playout_.queued(now_ + seconds(1)), milliseconds(40));
}

TEST(DeviceTime, SmoothsJitterWithoutDrifting) {
  DeviceTime time;
  const MonotonicTime start{seconds(50)};
  constexpr auto length = milliseconds(20);
  MonotonicTime last{};
  for (int n = 0; n < 500; ++n) {
    const auto jitter = milliseconds(n % 2 == 0 ? 4 : -4);
    last = time.tick(start + n * length + jitter, length);
  }
  const auto error = last - (start + 499 * length);
  EXPECT_LT(std::chrono::abs(error), milliseconds(1));
  // A device whose crystal is 0.1 % off is followed.
  DeviceTime slow;
  for (int n = 0; n < 500; ++n) last = slow.tick(start + n * std::chrono::microseconds(20020), length);
  EXPECT_LT(std::chrono::abs(last - (start + 499 * std::chrono::microseconds(20020))), milliseconds(1));
}

TEST(DeviceTime, StartsAnewAfterAStandstill) {
  DeviceTime time;
  const MonotonicTime start{seconds(50)};
  (void)time.tick(start, milliseconds(20));
  EXPECT_EQ(time.tick(start + seconds(3), milliseconds(20)), start + seconds(3));
}

// --- another track in the same generation

TEST_F(ImmediatePlayoutTest, AnotherTrackTakesOverWithoutASeam) {
  ASSERT_TRUE(write(seconds(0), milliseconds(200)));
  for (int n = 0; n < 3; ++n) tick();  // 60 ms heard
  playout_.retire(media::AudioSink::Queued::SoundsOn);
  EXPECT_FALSE(write(milliseconds(200), milliseconds(20))) << "the old track's decoder is sent home";
  EXPECT_EQ(tick()[0], 0.5F) << "what is queued sounds on";
  ASSERT_TRUE(playout_.begin_take());
  // The new track begins where the switch was asked for; 20 ms of it were heard of the old one meanwhile.
  std::vector<float> ramp(static_cast<std::size_t>(rate) * 8 / 100 * 2);
  for (std::size_t n = 0; n < ramp.size(); ++n) ramp[n] = -static_cast<float>(n / 2) / rate;
  ASSERT_TRUE(playout_.write(ramp, milliseconds(60), 1, first));
  const std::vector<float> heard = tick();
  EXPECT_NEAR(heard[0], -0.020F, 1e-4F);
  EXPECT_NEAR(heard[heard.size() - 1], -0.040F, 1e-4F);
  EXPECT_EQ(anchor().rate, 1);
  EXPECT_EQ(position(), milliseconds(80));
}

TEST_F(PlayoutTest, TheClockNeitherJumpsNorStandsWhenAnotherTrackTakesOver) {
  ASSERT_TRUE(write(seconds(0), milliseconds(200)));
  for (int n = 0; n < 5; ++n) tick();
  const MediaTime before = position();
  playout_.retire(media::AudioSink::Queued::SoundsOn);
  ASSERT_TRUE(playout_.begin_take());
  ASSERT_TRUE(write(std::chrono::duration_cast<milliseconds>(before), milliseconds(100)));
  for (int n = 1; n <= 2; ++n) {
    tick();
    EXPECT_NEAR(to_seconds(position() - before), n * 0.020, 0.0001) << n;
  }
}

TEST_F(PlayoutTest, TheEndOfTheTrackBeforeIsNotTheEndOfTheNewOne) {
  ASSERT_TRUE(write(seconds(0), milliseconds(20)));
  playout_.finish(first);
  for (int n = 0; n < 5; ++n) tick();
  ASSERT_TRUE(playout_.drained(first));
  playout_.retire(media::AudioSink::Queued::SoundsOn);
  ASSERT_TRUE(playout_.begin_take());
  EXPECT_FALSE(playout_.drained(first));
  ASSERT_TRUE(write(milliseconds(20), milliseconds(20)));
  playout_.finish(first);
  for (int n = 0; n < 5; ++n) tick();
  EXPECT_TRUE(playout_.drained(first));
}

TEST_F(PlayoutTest, NoTrackAtAllIsSilenceAndNoClock) {
  ASSERT_TRUE(write(seconds(0), milliseconds(200)));
  for (int n = 0; n < 3; ++n) tick();
  playout_.retire(media::AudioSink::Queued::Dropped);
  tick();
  EXPECT_FALSE(anchor().valid);
  EXPECT_EQ(largest_step(tick()), 0.0F);
  EXPECT_EQ(playout_.queued(now_ + seconds(1)), MediaTime(0));
  ASSERT_TRUE(playout_.begin_take());
  ASSERT_TRUE(write(seconds(3), milliseconds(100)));
  tick();
  EXPECT_TRUE(anchor().valid);
  EXPECT_EQ(position(), seconds(3)) << "its line begins where it begins";
}

}  // namespace
}  // namespace freshet::audio
