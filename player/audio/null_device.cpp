// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/audio/null_device.h"

#include <chrono>
#include <utility>
#include <vector>

namespace freshet::audio {
namespace {

using Clock = std::chrono::steady_clock;

// As short as a real device's: how exact the clock's stops are, and how soon a seek is noticed.
constexpr std::chrono::milliseconds period{20};

}  // namespace

Playout::Setup NullDevice::setup(const media::AudioFormat& format, Pace pace) {
  return {.format = format, .instant = pace == Pace::AtOnce};
}

NullDevice::NullDevice(Playout& playout, const media::AudioFormat& format, Pace pace)
    : playout_(playout),
      thread_([this, format, pace](std::stop_token stop) { run(std::move(stop), format, pace); }) {}

void NullDevice::run(std::stop_token stop, const media::AudioFormat& format, Pace pace) {
  const auto frames = static_cast<std::size_t>(format.sample_rate * period.count() / 1000);
  std::vector<float> unheard(frames * static_cast<std::size_t>(format.channels));
  const auto length = duration_of(frames, format.sample_rate);
  Clock::time_point due = Clock::now();
  while (!stop.stop_requested()) {
    playout_.fill(unheard, due);
    if (playout_.resting()) {
      playout_.consumer().wait(stop);
      due = Clock::now();
      continue;
    }
    if (pace == Pace::AtOnce) {
      due = Clock::now();
      continue;
    }
    // Absolute times, so that waking late does not add up; but what a suspended machine missed is not made up
    // for.
    constexpr auto missed = std::chrono::milliseconds(200);
    due += length;
    if (Clock::now() - due > missed) due = Clock::now();
    playout_.consumer().sleep_until(stop, due);
  }
}

}  // namespace freshet::audio
