// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Names what a torrent is doing, from facts. Pure. Any thread.
#pragma once

#include <chrono>

#include "streaming/session.h"

namespace freshet::streaming {

struct SwarmFacts {
  bool failed = false;
  bool has_metadata = false;
  bool checking = false;
  bool wants_more = false;  // bytes of open files (or, with none open, of the torrent) are missing
  int peers = 0;            // handshaken
  bool ever_had_peers = false;
  std::chrono::milliseconds without_payload{0};  // since the last payload byte, or since more was wanted
};

// Peers that have sent nothing for so long have nothing for us: a seed answers within a second or two, and
// choking rounds of other clients last ten.
inline constexpr std::chrono::milliseconds silence_is_stall{12'000};

[[nodiscard]] constexpr TorrentState swarm_state(const SwarmFacts& facts) {
  if (facts.failed) return TorrentState::Failed;
  if (!facts.has_metadata)
    return facts.peers == 0 ? TorrentState::FindingPeers : TorrentState::FetchingMetadata;
  if (facts.checking) return TorrentState::Checking;
  if (!facts.wants_more) return TorrentState::Complete;
  if (facts.peers == 0) return facts.ever_had_peers ? TorrentState::Stalled : TorrentState::FindingPeers;
  return facts.without_payload > silence_is_stall ? TorrentState::Stalled : TorrentState::Downloading;
}

}  // namespace freshet::streaming
