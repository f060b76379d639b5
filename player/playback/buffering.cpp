// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/buffering.h"

#include <algorithm>

namespace freshet::playback {

using std::chrono::seconds;

namespace {

// From here on a swarm outruns the film for good.
constexpr double comfortable_rate = 1.5;
// What a swarm that is a little slower than that must be ahead, and how much more one that has nothing to
// spare.
constexpr MediaTime least_reserve = seconds(2);
constexpr MediaTime more_when_tight = seconds(4);

}  // namespace

bool must_pause(const BufferingInput& input) {
  return input.starved && input.reading && !input.read_finished && input.ahead < starving_below;
}

MediaTime start_threshold(const BufferingInput& input) {
  if (input.fill_rate <= 0 || input.fill_rate >= comfortable_rate) return MediaTime{0};
  // A film's own rate goes up and down around its mean, and bytes come in whole pieces.
  const double tightness = (comfortable_rate - std::max(input.fill_rate, 1.0)) / (comfortable_rate - 1.0);
  MediaTime wanted = least_reserve + from_seconds(to_seconds(more_when_tight) * tightness);
  if (input.remaining > MediaTime{0}) {
    // Rate r below the film's: what is ahead must cover the shortfall of all that remains, D·(1 − r).
    const double shortfall = std::max(0.0, 1.0 - input.fill_rate);
    wanted = std::max(wanted, from_seconds(to_seconds(input.remaining) * shortfall));
    wanted = std::min(wanted, input.remaining);
  }
  return std::min<MediaTime>(wanted, longest_resume);
}

bool may_start(const BufferingInput& input) {
  return input.read_finished || input.full || input.ahead >= start_threshold(input);
}

MediaTime resume_threshold(const BufferingInput& input) {
  const int doublings = std::clamp(input.recent_stalls, 0, 5);
  const MediaTime once = std::max<MediaTime>(seconds(1), start_threshold(input));
  const MediaTime wanted = std::min<MediaTime>(once * (1 << doublings), longest_resume);
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
