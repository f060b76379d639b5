// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A peer that claims to have everything and sends garbage. Plain BitTorrent without encryption. It has a
// thread of its own; its functions may be called from one other.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "streaming/publish.h"

namespace freshet::test {

class LyingPeer {
 public:
  // Listens on `address`, best one that no honest peer has: liars are banned by address.
  LyingPeer(const streaming::PublishedTorrent& torrent, const std::string& address);
  ~LyingPeer();
  LyingPeer(const LyingPeer&) = delete;
  LyingPeer& operator=(const LyingPeer&) = delete;

  [[nodiscard]] std::string address() const { return address_; }
  // Until it has sent that many bytes of garbage.
  void wait_until_lied(std::int64_t bytes);

 private:
  void serve();
  void serve_connection(int connection);

  std::string infohash_;  // 20 bytes
  std::string address_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t lied_ = 0;
  std::jthread thread_;
};

}  // namespace freshet::test
