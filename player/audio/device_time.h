// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// When a device's buffers begin. A sound server calls early or late by some milliseconds, but it takes
// samples evenly: the time is therefore predicted from the samples and only nudged by what is measured.
#pragma once

#include <chrono>
#include <cstdlib>

#include "streaming/base/units.h"

namespace freshet::audio {

class DeviceTime {
 public:
  // The device asked at `now` for a buffer that lasts `length`; returns when it would have asked without
  // jitter.
  MonotonicTime tick(MonotonicTime now, std::chrono::nanoseconds length) {
    const auto error = now - expected_;
    // The device stood still (suspended, a debugger), or this is the first call.
    constexpr auto lost = std::chrono::milliseconds(100);
    expected_ = error > lost || error < -lost ? now : expected_ + error / nudge;
    const MonotonicTime result = expected_;
    expected_ += length;
    return result;
  }

 private:
  // A sixteenth: jitter of 5 ms moves the picture by 0.3 ms, yet after a third of a second a wrong start is
  // gone.
  static constexpr int nudge = 16;
  MonotonicTime expected_{};
};

}  // namespace freshet::audio
