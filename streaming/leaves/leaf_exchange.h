// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Leaf hashes from peers and for them, beside libtorrent's own messages (leaf_messages.h): what the window
// needs next is asked of peers that speak the extension, and their questions are answered from what we know.
//
// Threads: the network thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <libtorrent/extensions.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "streaming/leaves/leaf_messages.h"
#include "streaming/piece_store.h"
#include "streaming/reader_demands.h"

namespace freshet::streaming {

class LeafExchange final : public lt::torrent_plugin, public std::enable_shared_from_this<LeafExchange> {
 public:
  using Clock = std::chrono::steady_clock;

  explicit LeafExchange(boost::asio::io_context& network) : network_(network) {}
  LeafExchange(const LeafExchange&) = delete;
  LeafExchange& operator=(const LeafExchange&) = delete;

  // Before it nothing is asked or answered. `is_here`: the piece is verified. `came`: there are leaves that
  // were not known before. `store` lives until stop().
  void start(TorrentStore& store, std::function<bool(int piece)> is_here, std::function<void()> came);
  void stop();
  // Pieces that come next, the most urgent first.
  void set_needs(const std::vector<PieceSpan>& spans);
  // Now and then: who did not answer is not waited for.
  void on_tick(Clock::time_point now);
  // Those of set_needs() that are not known; for who has another way to get them.
  [[nodiscard]] std::vector<int> missing() const;

  std::shared_ptr<lt::peer_plugin> new_connection(const lt::peer_connection_handle& peer) override;

 private:
  class Connection;
  using Id = std::uint64_t;
  struct Peer {
    lt::peer_connection_handle handle;
    int message = 0;  // the number that it gave the extension
    std::set<int> asked;
    std::set<int> without;  // it said so
    int answering = 0;
  };
  struct Asked {
    Id peer = 0;
    Clock::time_point since;
  };

  void came(Id id, const lt::peer_connection_handle& handle, int message);
  void went(Id id);
  void received(Id id, const LeafMessage& message);
  void answer(Id id, const AskLeaves& question);
  void take(Id id, int piece, const Leaves& leaves);
  void ask();
  [[nodiscard]] std::map<Id, Peer>::iterator whom_to_ask(int piece);
  void send(const Peer& peer, const LeafMessage& message);
  void hang_up(Id id);

  [[nodiscard]] bool is_missing(int piece) const;

  boost::asio::io_context& network_;
  TorrentStore* store_ = nullptr;
  std::function<bool(int)> is_here_;
  std::function<void()> on_leaves_;
  bool stopped_ = false;
  std::map<Id, Peer> peers_;
  Id next_id_ = 1;
  std::vector<int> needs_;
  std::map<int, Asked> asked_;
  std::map<int, Leaves> too_early_;  // the metadata does not say yet what they must be
  int hashing_left_ = 0;             // pieces that may be hashed for peers before the next tick
};

}  // namespace freshet::streaming
