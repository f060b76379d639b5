// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/peer_watch.h"

#include <algorithm>

namespace freshet::streaming {

class PeerWatch::Peer final : public lt::peer_plugin {
 public:
  Peer(std::weak_ptr<PeerWatch> watch, const lt::peer_connection_handle& handle)
      : watch_(std::move(watch)), handle_(handle) {}

  ~Peer() override { leave(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  bool on_handshake(lt::span<const char>) override {
    enter();
    return true;
  }
  void on_connected() override {
    // A web seed has no handshake of its own.
    if (handle_.type() != lt::connection_type::bittorrent) enter();
  }
  void on_disconnect(const lt::error_code&) override { leave(); }

 private:
  void enter() {
    if (const auto watch = watch_.lock()) watch->came(this, handle_);
  }
  void leave() {
    if (const auto watch = watch_.lock()) watch->went(this);
  }

  std::weak_ptr<PeerWatch> watch_;
  lt::peer_connection_handle handle_;
};

std::shared_ptr<lt::peer_plugin> PeerWatch::new_connection(const lt::peer_connection_handle& peer) {
  return std::make_shared<Peer>(weak_from_this(), peer);
}

int PeerWatch::seeds() const {
  return static_cast<int>(
      std::ranges::count_if(peers_, [](const auto& entry) { return entry.second.is_seed(); }));
}

void PeerWatch::came(const Peer* peer, const lt::peer_connection_handle& handle) {
  if (peers_.emplace(peer, handle).second && changed_) changed_();
}

void PeerWatch::went(const Peer* peer) {
  if (peers_.erase(peer) > 0 && changed_) changed_();
}

}  // namespace freshet::streaming
