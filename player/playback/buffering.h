// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// When to pause for data and when to go on: pause-to-buffer with hysteresis rather than stutter. Pure
// decisions.
#pragma once

#include <chrono>
#include <optional>

#include "streaming/base/units.h"

namespace freshet::playback {

struct BufferingInput {
  bool starved = false;        // an output has nothing to show or play though it is time
  bool reading = false;        // the demuxer waits for bytes
  bool read_finished = false;  // nothing more will come
  bool full = false;           // the read-ahead is full: waiting longer gains nothing
  MediaTime ahead{0};          // demuxed media before the position
  MediaTime remaining{0};      // of the file, 0 unknown
  double fill_rate = 0;        // media seconds that arrive a real second (down rate / bit rate), 0 unknown
  int recent_stalls = 0;       // stalls that ended less than a minute ago
};

// A sound or picture queue that runs dry while packets are waiting means a slow decoder, not a slow swarm.
inline constexpr std::chrono::milliseconds starving_below{100};
// Never ask a viewer for more than this at once.
inline constexpr std::chrono::seconds longest_resume{30};

[[nodiscard]] bool must_pause(const BufferingInput& input);

// How much must be ahead before the first picture of a start or a seek is shown: nothing when the swarm
// outruns the film by half, or its rate is unknown. A swarm that has little to spare is given a few seconds,
// else the film would start only to stand still; one that is too slow, what lets the rest play through.
[[nodiscard]] MediaTime start_threshold(const BufferingInput& input);
[[nodiscard]] bool may_start(const BufferingInput& input);
// How much must be ahead before playback goes on after a stall: at least a second, else as at a start;
// doubled for each recent stall.
[[nodiscard]] MediaTime resume_threshold(const BufferingInput& input);
[[nodiscard]] bool may_resume(const BufferingInput& input);
// Seconds until then at this rate, if it can be told.
[[nodiscard]] std::optional<std::chrono::nanoseconds> time_to_resume(const BufferingInput& input);
// 0…100 on the way to the threshold.
[[nodiscard]] int percent(const BufferingInput& input);

}  // namespace freshet::playback
