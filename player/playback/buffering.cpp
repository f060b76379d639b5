// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/buffering.h"

#include <algorithm>

namespace freshet::playback {

using std::chrono::seconds;

bool must_pause(const BufferingInput& input) {
  return input.starved && input.reading && !input.read_finished && input.ahead < starving_below;
}

MediaTime resume_threshold(const BufferingInput& input) {
  MediaTime wanted = seconds(1);
  if (input.fill_rate > 0 && input.fill_rate < 1.1 && input.remaining > MediaTime{0}) {
    // Rate r below the film's: what is ahead must cover the shortfall of all that remains, D·(1 − r).
    const double shortfall = std::max(0.0, 1.0 - input.fill_rate);
    wanted = std::max(wanted, from_seconds(to_seconds(input.remaining) * shortfall));
  }
  const int doublings = std::clamp(input.recent_stalls, 0, 5);
  wanted = std::min<MediaTime>(wanted * (1 << doublings), longest_resume);
  return input.remaining > MediaTime{0} ? std::min(wanted, input.remaining) : wanted;
}

bool may_resume(const BufferingInput& input) {
  return input.read_finished || input.full || input.ahead >= resume_threshold(input);
}

std::optional<std::chrono::nanoseconds> time_to_resume(const BufferingInput& input) {
  if (may_resume(input)) return std::chrono::nanoseconds{0};
  if (input.fill_rate <= 0) return std::nullopt;
  return from_seconds(to_seconds(resume_threshold(input) - input.ahead) / input.fill_rate);
}

int percent(const BufferingInput& input) {
  if (may_resume(input)) return 100;
  const double part = to_seconds(input.ahead) / to_seconds(resume_threshold(input));
  return std::clamp(static_cast<int>(part * 100), 0, 99);
}

}  // namespace freshet::playback
