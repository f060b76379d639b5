// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The metadata of a torrent between peers (BEP 9): fetched for a magnet link, served once it is known. In
// place of libtorrent's plugin, which asks one peer at a time and waits three seconds for one that is silent.
//
// Threads: the network thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <libtorrent/extensions.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "streaming/metadata/metadata_fetch.h"

namespace freshet::streaming {

class MetadataExchange final : public lt::torrent_plugin,
                               public std::enable_shared_from_this<MetadataExchange> {
 public:
  explicit MetadataExchange(boost::asio::io_context& network) : timer_(network), network_(network) {}
  MetadataExchange(const MetadataExchange&) = delete;
  MetadataExchange& operator=(const MetadataExchange&) = delete;

  // Nothing is known yet. `found` is given the whole and says whether it is what was looked for.
  void fetch(std::function<bool(std::span<const char> metadata)> found);
  // It is known: peers may have it.
  void serve(std::span<const char> metadata);
  void stop();

  std::shared_ptr<lt::peer_plugin> new_connection(const lt::peer_connection_handle& peer) override;

 private:
  class Connection;
  using Id = MetadataFetch::PeerId;
  struct Peer {
    lt::peer_connection_handle handle;
    int message = 0;  // the number that it gave the extension
    int answered = 0;
  };

  void came(Id id, const lt::peer_connection_handle& handle, int message, std::int64_t size);
  void went(Id id);
  void received(Id id, const MetadataMessage& message);
  void answer(Peer& peer, int piece);
  void take(MetadataFetch::Whole whole);
  void decide();
  void send(const Peer& peer, const MetadataMessage& message);
  void hang_up(Id id);

  boost::asio::steady_timer timer_;
  boost::asio::io_context& network_;
  std::function<bool(std::span<const char>)> found_;
  MetadataFetch fetch_;
  std::vector<char> metadata_;  // empty: not known
  std::map<Id, Peer> peers_;
  std::uint32_t next_id_ = 1;
  bool stopped_ = false;
};

}  // namespace freshet::streaming
