// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Where the time of a start goes: what was waited for first, and for how long. Each moment is noted on the
// thread where it happens. StartMoments: any thread. The rest: value types.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "streaming/base/units.h"

namespace freshet::playback {

// In the order in which they are waited for.
enum class StartMoment : std::uint8_t {
  Peer,      // the first peer is connected; with a swarm only
  Metadata,  // the file list is known; with a swarm only
  Header,    // the demuxer is open: container header and codec parameters
  Gop,       // the data of the first picture is with its decoder
  Frame,     // the first picture is shown
};
inline constexpr std::size_t start_moments = 5;

// When each moment was; nullopt: it was not.
using StartTimes = std::array<std::optional<MonotonicTime>, start_moments>;

// Notes the first time of each.
class StartMoments {
 public:
  void note(StartMoment moment, MonotonicTime at = std::chrono::steady_clock::now()) {
    auto& place = times_[static_cast<std::size_t>(moment)];
    std::int64_t never = 0;
    place.compare_exchange_strong(never, at.time_since_epoch().count());
  }
  [[nodiscard]] StartTimes times() const;

 private:
  std::array<std::atomic<std::int64_t>, start_moments> times_{};
};

// How long each was waited for. `peers` and `metadata` are absent without a swarm. The sum is the time from
// the beginning to the first picture, to the nanosecond.
struct StartPhases {
  using Length = std::chrono::nanoseconds;
  std::optional<Length> peers, metadata;
  Length header{0};
  Length first_gop{0};
  Length decode{0};  // and show

  [[nodiscard]] Length total() const;
  bool operator==(const StartPhases&) const = default;
};

// A moment that came before the one it is waited for after took no time: the file list of a .torrent is known
// before the first peer. A peer that came after the header was not waited for: the data was on disk. Needs
// Frame.
[[nodiscard]] StartPhases start_phases(MonotonicTime begin, const StartTimes& times);

}  // namespace freshet::playback
