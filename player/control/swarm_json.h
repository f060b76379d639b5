// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The engine's figures (streaming/stats.h) as JSON, for events and properties alike. Pure; any thread.
#pragma once

#include <span>
#include <string_view>

#include "player/control/json.h"
#include "streaming/session.h"

namespace freshet::control {

// Names of more than one word: down_rate in events, down-rate in properties.
enum class Words : std::uint8_t { Snake, Kebab };

// "finding-peers", "downloading", …
[[nodiscard]] std::string_view swarm_state_name(streaming::TorrentState state);

// Numbers of blocks: requested, answered, outstanding, …
[[nodiscard]] Json blocks_json(const streaming::BlockCounts& blocks);
[[nodiscard]] Json pieces_json(const streaming::PieceCounts& pieces, Words words);
[[nodiscard]] Json peers_json(std::span<const streaming::PeerStats> peers, Words words);
// The swarm as a whole: state, rates, bytes, blocks, pieces.
[[nodiscard]] Json stats_json(const streaming::SwarmStats& stats, Words words);

}  // namespace freshet::control
