// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One connection of a peer written by hand: plain BitTorrent v1 (BEP 3) without encryption, with the fast
// extension (BEP 6) and `reqq` of the extension handshake (BEP 10) when it is to have them. Pure: bytes and
// time go in, bytes come out. One thread.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "streaming/base/units.h"
#include "tests/lab/rogue_behaviour.h"

namespace freshet::lab {

class RogueConnection {
 public:
  // `dialled`: we called, so we greet first.
  RogueConnection(const ServedTorrent& torrent, const RogueBehaviour& behaviour, bool dialled,
                  MonotonicTime now);

  // False: the other side spoke nonsense, close.
  [[nodiscard]] bool receive(std::string_view bytes, MonotonicTime now);
  // Fills what is to be sent: at most a block beyond what was left. Call when the socket can take more or at
  // wake().
  void advance(MonotonicTime now);
  // What is to be sent; erase what the socket took.
  std::string to_send;
  // When advance() has something to do though nothing is received; nullopt: never.
  [[nodiscard]] std::optional<MonotonicTime> wake() const;

 private:
  struct Request {
    std::uint32_t piece, offset, length;
    constexpr bool operator==(const Request&) const = default;
  };

  void greet();
  void introduce();
  [[nodiscard]] bool handle(std::uint8_t id, std::string_view payload);
  [[nodiscard]] bool take_request(const Request& request);
  void reject(const Request& request);
  void send(std::uint8_t id, std::string_view payload);
  void answer(const Request& request);
  void turn_choke(MonotonicTime now);
  [[nodiscard]] bool has(std::int64_t piece) const;
  [[nodiscard]] bool is_fast() const { return peer_is_fast_ && behaviour_.fast_extension; }

  const ServedTorrent& torrent_;
  const RogueBehaviour& behaviour_;
  std::string received_;
  std::deque<Request> requests_;
  bool has_greeted_ = false, is_greeted_ = false;
  bool peer_is_fast_ = false, peer_is_extended_ = false;
  bool is_choking_ = true, is_interested_ = false;
  MonotonicTime turn_at_;  // of the choke, when there are turns
  MonotonicTime next_at_;  // no block before, when there is a rate
};

}  // namespace freshet::lab
