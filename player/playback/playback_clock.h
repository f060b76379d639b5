// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The position that pictures follow. Sound is the master while it is heard: its device writes a MediaClock.
// Without sound, or after its end, the controller's own line through (real time, position) leads. Main thread
// only.
#pragma once

#include "player/media/media_clock.h"
#include "streaming/base/units.h"

namespace freshet::playback {

class PlaybackClock {
 public:
  explicit PlaybackClock(const media::MediaClock& sound) : sound_(sound) {}

  // A new generation begins at `position`; the clock stands until start().
  void restart(Generation generation, MediaTime position);
  // Runs at `rate` from the present position. `sound_leads`: follow the sound device as soon as it has an
  // anchor.
  void start(MonotonicTime now, double rate, bool sound_leads);
  void hold(MonotonicTime now);  // stands (pause, stall)
  void set_rate(MonotonicTime now, double rate);
  void sound_ended(MonotonicTime now);  // goes on by itself from where the sound was
  [[nodiscard]] MediaTime position(MonotonicTime now) const;
  // Media seconds a real second now; 0 while it stands.
  [[nodiscard]] double rate() const;
  [[nodiscard]] bool follows_sound() const { return follows_sound_; }

 private:
  [[nodiscard]] bool sound_valid(const media::ClockAnchor& anchor) const;

  const media::MediaClock& sound_;
  Generation generation_{};
  MonotonicTime at_{};
  MediaTime position_{0};
  double rate_ = 0;
  bool running_ = false;
  bool follows_sound_ = false;
};

}  // namespace freshet::playback
