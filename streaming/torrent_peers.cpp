// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The part of TorrentCore that tells of single peers: what libtorrent knows of a connection, and what the
// block scheduler has measured of it.
#include <algorithm>
#include <libtorrent/peer_info.hpp>
#include <map>
#include <utility>

#include "streaming/session_core.h"
#include "streaming/torrent_core.h"

namespace freshet::streaming {
namespace {

std::string text_of(const lt::tcp::endpoint& peer) {
  const auto address = peer.address().to_string();
  return (peer.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(peer.port());
}

PeerOrigin origin_of(const lt::peer_info& info) {
  using Info = lt::peer_info;
  constexpr std::pair<lt::peer_source_flags_t, PeerOrigin> known[] = {
      {Info::incoming, PeerOrigin::Incoming}, {Info::tracker, PeerOrigin::Tracker},
      {Info::lsd, PeerOrigin::Local},         {Info::dht, PeerOrigin::Dht},
      {Info::pex, PeerOrigin::Exchange},      {Info::resume_data, PeerOrigin::Resumed}};
  for (const auto& [flag, origin] : known) {
    if (info.source & flag) return origin;
  }
  return PeerOrigin::Unknown;
}

using Figures = std::map<lt::peer_connection_handle, PeerFigures>;

// The middle one of the rates that are known.
Bytes usual_rate(const Figures& figures) {
  std::vector<Bytes> rates;
  for (const auto& [handle, each] : figures) {
    if (each.rate > Bytes{}) rates.push_back(each.rate);
  }
  if (rates.empty()) return {};
  const auto middle = rates.begin() + std::ssize(rates) / 2;
  std::ranges::nth_element(rates, middle);
  return *middle;
}

}  // namespace

void TorrentCore::refresh_peers() {
  if (left_) return;
  const auto figures = exchange_ ? exchange_->figures() : Figures{};
  const auto usual = usual_rate(figures);
  std::vector<PeerStats> all;
  all.reserve(static_cast<std::size_t>(peers_->peers()));
  peers_->for_each([&](const lt::peer_connection_handle& handle) {
    lt::peer_info info;
    handle.get_peer_info(info);
    PeerStats peer;
    peer.address = text_of(info.ip);
    peer.client = info.client;
    const bool is_named = std::ranges::find(named_peers_, info.ip) != named_peers_.end();
    const bool is_web = info.connection_type != lt::peer_info::standard_bittorrent;
    peer.origin = is_web ? PeerOrigin::Web : is_named ? PeerOrigin::Named : origin_of(info);
    peer.seed = static_cast<bool>(info.flags & lt::peer_info::seed);
    peer.down_rate = Bytes{info.payload_down_speed};
    peer.up_rate = Bytes{info.payload_up_speed};
    PeerFacts facts;
    if (const auto found = figures.find(handle); found != figures.end()) {
      const auto& own = found->second;
      if (session_.options().trace) exchange_->name_in_trace(own.peer, peer.address + " " + peer.client);
      peer.rate = own.rate;
      peer.round_trip = own.latency;
      peer.queue = own.outstanding;
      peer.queue_depth = own.depth;
      peer.blocks = own.blocks;
      facts = {own.choked, own.suspect, own.outstanding, own.rate, usual};
    } else {
      // libtorrent asks it: a web seed, or every peer without the block scheduler.
      peer.queue = info.download_queue_length;
      peer.queue_depth = info.target_dl_queue_length;
      facts.choked = static_cast<bool>(info.flags & lt::peer_info::remote_choked) && !is_web;
      facts.queue = peer.queue;
    }
    peer.state = peer_state(facts);
    all.push_back(std::move(peer));
  });
  sort_best_first(all);
  const std::lock_guard lock(shared_);
  peer_stats_ = std::move(all);
}

std::vector<PeerStats> TorrentCore::peers() const {
  const std::lock_guard lock(shared_);
  return peer_stats_;
}

}  // namespace freshet::streaming
