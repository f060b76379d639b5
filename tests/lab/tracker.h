// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The swarm's tracker (BEP 3 over HTTP, BEP 23 answers): all players find their peers here, so that none is
// favoured for an option that others lack. Tells everybody of all who are there. One thread of its own; its
// functions may be called from any other.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "tests/lab/host.h"

namespace freshet::lab {

enum class Protocol : std::uint8_t { V1, Both };

class Tracker {
 public:
  // Always the second host of a swarm, so that torrents can be made before their swarm.
  static constexpr std::string_view url = "http://198.18.0.2:6969/announce";

  // To its host and back.
  static constexpr std::chrono::milliseconds round_trip{30};

  // `second_hash`: the 20 bytes under which a hybrid torrent's v2 swarm is known, or empty.
  Tracker(const Host& host, std::string second_hash);
  ~Tracker();
  Tracker(const Tracker&) = delete;
  Tracker& operator=(const Tracker&) = delete;

  // "IP:PORT". Who asks by the second hash hears only of those who speak v2: others would refuse it.
  void add(const std::string& peer, Protocol protocol);

 private:
  void work(const std::stop_token& stop);
  void answer(int connection);

  std::mutex mutex_;
  std::string second_hash_;
  std::string all_, both_;  // six bytes a peer
  FileDescriptor listener_, stop_event_;
  std::jthread thread_;
};

}  // namespace freshet::lab
