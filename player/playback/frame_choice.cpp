// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/frame_choice.h"

#include <cstdint>

namespace freshet::playback {

FrameAnswer choose_frame(const FrameQuestion& question) {
  using Action = FrameAnswer::Action;
  if (!question.first) return {Action::Wait, {}};
  if (*question.first <= question.position) {
    const bool next_is_due = question.second && *question.second <= question.position;
    if (next_is_due && question.may_drop && question.since_shown < longest_without_picture) {
      return {Action::Drop, {}};
    }
    return {Action::Show, {}};
  }
  if (question.rate <= 0) return {Action::Wait, {}};
  const double wait = static_cast<double>((*question.first - question.position).count()) / question.rate;
  // A day is past every sensible gap and far from overflow.
  constexpr double longest = 86'400e9;
  return {Action::Wait, std::chrono::nanoseconds{static_cast<std::int64_t>(wait < longest ? wait : longest)}};
}

}  // namespace freshet::playback
