// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Which picture to show when. A pure decision over what the pipeline offers and what the clock says.
#pragma once

#include <chrono>
#include <optional>

#include "streaming/base/units.h"

namespace freshet::playback {

struct FrameQuestion {
  std::optional<MediaTime> first;           // pts of the oldest frame not yet shown
  std::optional<MediaTime> second;          // and of the one after it
  MediaTime position{0};                    // the clock, now
  double rate = 1;                          // media seconds a real second; 0 stands
  bool may_drop = true;                     // false: every frame is shown (--framemd5, paused stepping)
  std::chrono::nanoseconds since_shown{0};  // real time since the last frame was shown
};

struct FrameAnswer {
  enum class Action {
    Show,  // the first frame, now
    Drop,  // the first frame is late and the second one is due: skip the first
    Wait,  // nothing before `delay` has passed (no delay: until another frame comes or the clock moves)
  } action = Action::Wait;
  std::optional<std::chrono::nanoseconds> delay;  // real time
};

// A late picture is skipped only while at least ten a second are shown: a slow machine gets a slow film, not
// a frozen one.
inline constexpr std::chrono::milliseconds longest_without_picture{100};

[[nodiscard]] FrameAnswer choose_frame(const FrameQuestion& question);

}  // namespace freshet::playback
