// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/playback/start_phases.h"

#include <algorithm>
#include <utility>

namespace freshet::playback {

StartTimes StartMoments::times() const {
  StartTimes times;
  for (std::size_t i = 0; i < start_moments; ++i) {
    if (const auto count = times_[i].load(); count != 0)
      times[i] = MonotonicTime(MonotonicTime::duration(count));
  }
  return times;
}

StartPhases::Length StartPhases::total() const {
  return peers.value_or(Length{0}) + metadata.value_or(Length{0}) + header + first_gop + decode;
}

StartPhases start_phases(MonotonicTime begin, const StartTimes& times) {
  const auto at = [&](StartMoment moment) { return times[static_cast<std::size_t>(moment)]; };
  const auto end = at(StartMoment::Frame).value_or(begin);
  auto reached = begin;
  // From the last moment to this one; nothing that comes after the picture was waited for.
  const auto wait_for = [&](std::optional<MonotonicTime> moment) {
    const auto until = std::clamp(moment.value_or(reached), reached, std::max(reached, end));
    return until - std::exchange(reached, until);
  };
  StartPhases phases;
  const auto header = at(StartMoment::Header);
  if (at(StartMoment::Metadata)) {
    auto peer = at(StartMoment::Peer);
    if (peer && header && *peer > *header) peer.reset();
    phases.peers = wait_for(peer);
    phases.metadata = wait_for(at(StartMoment::Metadata));
  }
  phases.header = wait_for(header);
  phases.first_gop = wait_for(at(StartMoment::Gop));
  phases.decode = wait_for(end);
  return phases;
}

}  // namespace freshet::playback
