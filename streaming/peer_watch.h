// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A libtorrent plugin that knows which peers are there: connected, and through the handshake. It is also the
// place for whatever acts on single peers' messages. Network thread only.
#pragma once

#include <functional>
#include <libtorrent/extensions.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <map>
#include <memory>

namespace freshet::streaming {

class PeerWatch final : public lt::torrent_plugin, public std::enable_shared_from_this<PeerWatch> {
 public:
  // `changed` is called at each peer that comes or goes.
  explicit PeerWatch(std::function<void()> changed) : changed_(std::move(changed)) {}

  [[nodiscard]] int peers() const { return static_cast<int>(peers_.size()); }
  [[nodiscard]] int seeds() const;
  // In no order. `call` must not let one go.
  template <class Call>
  void for_each(Call call) const {
    for (const auto& [peer, handle] : peers_) call(handle);
  }
  // No more calls: the torrent is being left.
  void stop() { changed_ = nullptr; }

  std::shared_ptr<lt::peer_plugin> new_connection(const lt::peer_connection_handle& peer) override;

 private:
  class Peer;
  void came(const Peer* peer, const lt::peer_connection_handle& handle);
  void went(const Peer* peer);

  std::function<void()> changed_;
  std::map<const Peer*, lt::peer_connection_handle> peers_;
};

}  // namespace freshet::streaming
