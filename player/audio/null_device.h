// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A device without sound: takes buffers at the pace of real time, or at once. It sleeps while there is
// nothing to take (paused, stalled, at the end).
#pragma once

#include <stop_token>
#include <thread>

#include "player/audio/playout.h"

namespace freshet::audio {

enum class Pace : std::uint8_t { RealTime, AtOnce };

class NullDevice {
 public:
  // What a Playout must be set up with. Nothing lies between a null device and its listener.
  [[nodiscard]] static Playout::Setup setup(const media::AudioFormat& format, Pace pace);

  // `playout` has been set up and outlives the device.
  NullDevice(Playout& playout, const media::AudioFormat& format, Pace pace);

 private:
  void run(std::stop_token stop, const media::AudioFormat& format, Pace pace);

  Playout& playout_;
  std::jthread thread_;
};

}  // namespace freshet::audio
