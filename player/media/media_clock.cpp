// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/media_clock.h"

#include <algorithm>
#include <cmath>

namespace freshet::media {

// Why this is right without a fence (which the thread sanitizer does not follow):
//  * The writer makes the sequence odd, then stores each field with release order, then makes it even with
//    release order.
//  * A reader that sees an even sequence acquires all that was written before it, so no field it loads is
//  older
//    than that.
//  * A reader that loads a field of a later write acquires that store, and with it the odd sequence stored
//    before it; its second look at the sequence therefore cannot find the old number again.
// So two equal even numbers around the loads mean that all fields are of the same write. On x86 these orders
// cost nothing; on ARM one instruction form each.
void MediaClock::set(const ClockAnchor& anchor) noexcept {
  const std::uint32_t sequence = sequence_.load(std::memory_order_relaxed);
  sequence_.store(sequence + 1, std::memory_order_relaxed);
  at_.store(anchor.at.time_since_epoch().count(), std::memory_order_release);
  position_.store(anchor.position.count(), std::memory_order_release);
  rate_.store(anchor.rate, std::memory_order_release);
  floor_.store(anchor.floor.count(), std::memory_order_release);
  generation_.store(static_cast<std::uint32_t>(anchor.generation), std::memory_order_release);
  valid_.store(anchor.valid, std::memory_order_release);
  sequence_.store(sequence + 2, std::memory_order_release);
}

ClockAnchor MediaClock::anchor() const noexcept {
  // A writer is between its two sequence stores for some nanoseconds, some fifty times a second: a second
  // round is rare.
  for (;;) {
    const std::uint32_t before = sequence_.load(std::memory_order_acquire);
    if ((before & 1) != 0) continue;
    ClockAnchor anchor;
    anchor.at = MonotonicTime(MonotonicTime::duration(at_.load(std::memory_order_acquire)));
    anchor.position = MediaTime(position_.load(std::memory_order_acquire));
    anchor.rate = rate_.load(std::memory_order_acquire);
    anchor.floor = MediaTime(floor_.load(std::memory_order_acquire));
    anchor.generation = static_cast<Generation>(generation_.load(std::memory_order_acquire));
    anchor.valid = valid_.load(std::memory_order_acquire);
    if (sequence_.load(std::memory_order_relaxed) == before) return anchor;
  }
}

MediaTime MediaClock::position(MonotonicTime now) const noexcept {
  return position_at(anchor(), now);
}

MediaTime position_at(const ClockAnchor& anchor, MonotonicTime now) noexcept {
  // 285 years: whatever a broken file says as pts, sums stay inside 64 bits.
  constexpr double limit = 9.0e18;
  const auto elapsed = static_cast<double>((now - anchor.at).count()) * anchor.rate;
  const double sum = static_cast<double>(anchor.position.count()) + elapsed;
  MediaTime position;
  if (std::isnan(sum)) {
    position = anchor.position;
  } else if (std::abs(sum) > limit || std::abs(elapsed) > limit) {
    position = MediaTime(static_cast<std::int64_t>(std::copysign(limit, sum)));
  } else {
    position = anchor.position + MediaTime(static_cast<std::int64_t>(elapsed));
  }
  return std::max(position, anchor.floor);
}

}  // namespace freshet::media
