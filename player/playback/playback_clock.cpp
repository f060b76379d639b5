// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/playback_clock.h"

#include <algorithm>
#include <cstdint>

namespace freshet::playback {

bool PlaybackClock::sound_valid(const media::ClockAnchor& anchor) const {
  return follows_sound_ && anchor.valid && anchor.generation == generation_;
}

void PlaybackClock::restart(Generation generation, MediaTime position) {
  generation_ = generation;
  position_ = position;
  running_ = false;
  follows_sound_ = false;
}

void PlaybackClock::start(MonotonicTime now, double rate, bool sound_leads) {
  position_ = position(now);
  at_ = now;
  rate_ = rate;
  running_ = true;
  follows_sound_ = sound_leads;
}

void PlaybackClock::hold(MonotonicTime now) {
  position_ = position(now);
  running_ = false;
}

void PlaybackClock::set_rate(MonotonicTime now, double rate) {
  position_ = position(now);
  at_ = now;
  rate_ = rate;
}

void PlaybackClock::sound_ended(MonotonicTime now) {
  if (!follows_sound_) return;
  position_ = position(now);
  at_ = now;
  follows_sound_ = false;
}

MediaTime PlaybackClock::position(MonotonicTime now) const {
  if (follows_sound_) {
    const media::ClockAnchor anchor = sound_.anchor();
    if (sound_valid(anchor)) {
      // Held: the device may still be playing its last buffer; the picture's line must not run on.
      return running_ ? media::position_at(anchor, now) : position_;
    }
    return position_;  // until the first sound is heard, the picture waits for it
  }
  if (!running_) return position_;
  const double passed = static_cast<double>((now - at_).count()) * rate_;
  return position_ + MediaTime{static_cast<std::int64_t>(std::max(0.0, passed))};
}

double PlaybackClock::rate() const {
  if (!running_) return 0;
  if (follows_sound_) {
    const media::ClockAnchor anchor = sound_.anchor();
    return sound_valid(anchor) ? anchor.rate : 0;
  }
  return rate_;
}

}  // namespace freshet::playback
