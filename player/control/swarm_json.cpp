// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/control/swarm_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "player/control/text.h"

namespace freshet::control {
namespace {

class Object {
 public:
  explicit Object(Words words) : words_(words) {}
  // `name` in kebab case.
  template <class Value>
  Object& add(std::string name, Value value) {
    if (words_ == Words::Snake) std::ranges::replace(name, '-', '_');
    json_[name] = std::move(value);
    return *this;
  }
  // Once, at the end.
  [[nodiscard]] Json json() { return std::move(json_); }

 private:
  Words words_;
  Json json_ = Json::object();
};

}  // namespace

std::string_view swarm_state_name(streaming::TorrentState state) {
  using State = streaming::TorrentState;
  switch (state) {
    case State::FindingPeers: return "finding-peers";
    case State::FetchingMetadata: return "fetching-metadata";
    case State::Checking: return "checking";
    case State::Downloading: return "downloading";
    case State::Complete: return "complete";
    case State::Stalled: return "stalled";
    case State::Failed: return "failed";
  }
  std::unreachable();
}

Json blocks_json(const streaming::BlockCounts& blocks) {
  return {{"requested", blocks.requested.blocks},
          {"answered", blocks.answered.blocks},
          {"outstanding", blocks.outstanding.blocks},
          {"cancelled", blocks.cancelled.blocks},
          {"rejected", blocks.rejected.blocks},
          {"received", blocks.received.blocks},
          {"unasked", blocks.unasked.blocks},
          {"pending", blocks.pending.blocks},
          {"verified", blocks.verified.blocks},
          {"duplicate", blocks.duplicate.blocks},
          {"failed", blocks.failed.blocks},
          {"stray", blocks.stray.blocks},
          {"late", blocks.late.blocks}};
}

Json pieces_json(const streaming::PieceCounts& pieces, Words words) {
  return Object(words)
      .add("total", pieces.total)
      .add("verified", pieces.verified)
      .add("in-flight", pieces.in_flight)
      .add("failed", pieces.failed)
      .add("repaired", pieces.repaired)
      .json();
}

Json peers_json(std::span<const streaming::PeerStats> peers, Words words) {
  Json list = Json::array();
  for (const auto& peer : peers) {
    list.push_back(Object(words)
                       .add("address", peer.address)
                       .add("client", valid_utf8(peer.client))
                       .add("origin", name_of(peer.origin))
                       .add("state", name_of(peer.state))
                       .add("seed", peer.seed)
                       .add("down-rate", peer.down_rate.value)
                       .add("up-rate", peer.up_rate.value)
                       .add("rate", peer.rate.value)
                       .add("round-trip", peer.round_trip.count())
                       .add("queue", peer.queue)
                       .add("queue-depth", peer.queue_depth)
                       .add("blocks", blocks_json(peer.blocks))
                       .json());
  }
  return list;
}

Json stats_json(const streaming::SwarmStats& stats, Words words) {
  return Object(words)
      .add("state", swarm_state_name(stats.state))
      .add("peers", stats.peers)
      .add("seeds", stats.seeds)
      .add("down-rate", stats.down_rate.value)
      .add("up-rate", stats.up_rate.value)
      .add("capacity", stats.capacity.value)
      .add("bytes-down", stats.bytes_down.value)
      .add("bytes-up", stats.bytes_up.value)
      .add("bytes-useful", stats.bytes_useful.value)
      .add("bytes-redundant", stats.bytes_redundant.value)
      .add("bytes-failed", stats.bytes_failed.value)
      .add("bytes-verified", stats.bytes_verified.value)
      .add("blocks", blocks_json(stats.blocks))
      .add("pieces", pieces_json(stats.pieces, words))
      .json();
}

}  // namespace freshet::control
