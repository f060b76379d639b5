// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A peer that claims to have everything and sends garbage. Plain BitTorrent without encryption. It serves one
// connection at a time on a thread of its own; its functions may be called from one other.
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
  // What it does when it is asked for the file list (BEP 9).
  enum class Answer : std::uint8_t { Silence, Garbage };
  struct Metadata {
    Answer answer = Answer::Silence;
    int size = 0;  // that it claims, of one piece; 0: it has none
  };
  LyingPeer(const streaming::PublishedTorrent& torrent, const std::string& address, Metadata metadata);
  LyingPeer(const streaming::PublishedTorrent& torrent, const std::string& address)
      : LyingPeer(torrent, address, Metadata{}) {}
  ~LyingPeer();
  LyingPeer(const LyingPeer&) = delete;
  LyingPeer& operator=(const LyingPeer&) = delete;

  [[nodiscard]] std::string address() const { return address_; }
  // Until it has sent that many bytes of garbage.
  void wait_until_lied(std::int64_t bytes);
  // Until it is asked for metadata.
  void wait_until_asked_for_metadata();

 private:
  void serve();
  void serve_connection(int connection);

  std::string infohash_;  // 20 bytes
  std::string peer_id_;   // 20 bytes; of two that have the same libtorrent keeps one
  std::string address_;
  Metadata metadata_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t lied_ = 0;
  bool was_asked_for_metadata_ = false;
  std::jthread thread_;
};

}  // namespace freshet::test
