// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The time line that pictures and subtitles follow: a line through one anchor (real time, position) with a
// slope. Written by one thread at a time (the sound device's callback, or the controller when there is no
// sound), read by any thread without a lock.
#pragma once

#include <atomic>
#include <cstdint>

#include "streaming/base/units.h"

namespace freshet::media {

struct ClockAnchor {
  MonotonicTime at{};                  // when…
  MediaTime position{0};               // …this position is seen and heard
  double rate = 1.0;                   // media seconds a real second; 0 stands still
  MediaTime floor = MediaTime::min();  // never earlier than this: holds the line still until sound is heard
  Generation generation{};
  bool valid = false;  // false: no position known yet in this generation
};

// A sequence lock whose fields are atomics, so that a reader never takes a lock and the thread sanitizer sees
// no race. Invariant: a reader gets one whole anchor, never parts of two.
class MediaClock {
 public:
  // Writers must not overlap: who may write is agreed by the owner (docs/architecture.md, "Who owns the
  // clock").
  void set(const ClockAnchor& anchor) noexcept;
  [[nodiscard]] ClockAnchor anchor() const noexcept;
  // Position at `now`, extrapolated. Meaningless while !anchor().valid.
  [[nodiscard]] MediaTime position(MonotonicTime now) const noexcept;

 private:
  std::atomic<std::uint32_t> sequence_{0};
  std::atomic<std::int64_t> at_{0};
  std::atomic<std::int64_t> position_{0};
  std::atomic<double> rate_{0.0};
  std::atomic<std::int64_t> floor_{0};
  std::atomic<std::uint32_t> generation_{0};
  std::atomic<bool> valid_{false};
};

// The line at `now`, not below the floor; saturates. A reader that wants to know when a position is due asks
// the line itself: at + (position - anchor.position) / rate.
[[nodiscard]] MediaTime position_at(const ClockAnchor& anchor, MonotonicTime now) noexcept;

}  // namespace freshet::media
