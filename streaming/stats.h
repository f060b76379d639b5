// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What the streaming engine did, as numbers that add up: for each peer and for a whole torrent. Everything
// that shows figures reads these: events, IPC, the statistics page, the trace's summary, the benchmarks.
// Value types; any thread. They are filled on the network thread, which keeps them up at the cost of a few
// additions a block (scheduler/block_scheduler.h), and copied out.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "streaming/base/units.h"

namespace freshet::streaming {

// Blocks, counted and weighed.
struct BlockSum {
  std::int64_t blocks = 0;
  Bytes bytes;

  constexpr void add(Bytes length) {
    ++blocks;
    bytes += length;
  }
  constexpr void take(Bytes length) {
    --blocks;
    bytes -= length;
  }
  constexpr BlockSum& operator+=(const BlockSum& other) {
    blocks += other.blocks;
    bytes += other.bytes;
    return *this;
  }
  friend constexpr BlockSum operator+(BlockSum a, const BlockSum& b) { return a += b; }
  constexpr bool operator==(const BlockSum&) const = default;
};

// What became of every request to a peer, and of every block from it.
//
// Invariants, also of sums of them (adds_up()):
//   1. requested = answered + outstanding + cancelled + rejected
//   2. received  = answered + unasked = verified + pending + duplicate + failed + stray
class BlockCounts {
 public:
  BlockSum requested;
  BlockSum answered;
  BlockSum outstanding;
  BlockSum cancelled;  // taken back by us, dropped by the peer's choking or leaving, or passed over by it;
                       // and never came
  BlockSum rejected;   // the peer said that it will not send it

  BlockSum received;
  BlockSum unasked;  // nobody had asked this peer for it
  BlockSum pending;  // here; its piece is not verified yet
  BlockSum verified;
  BlockSum duplicate;  // it was here already
  BlockSum failed;     // thrown away: its piece, or the block itself, failed its hash
  BlockSum stray;      // neither asked for nor here: not taken
  BlockSum late;       // of those that were new: came after the deadline that it had when it was asked for

  // --- what happens to a block of `length`
  void was_requested(Bytes length);
  // A request ends unanswered.
  void was_taken_back(Bytes length);
  void was_rejected(Bytes length);
  // A block is here that was asked for and waited for, or asked for and taken back, or neither.
  enum class Answer : std::uint8_t { Outstanding, TakenBack, Unasked };
  // And what is done with it.
  enum class Use : std::uint8_t { New, Duplicate, Stray };
  enum class Punctual : std::uint8_t { InTime, Late };
  void came(Bytes length, Answer answer, Use use, Punctual punctual);
  // A block that was new: its piece is judged.
  void was_verified(Bytes length);
  void was_thrown_away(Bytes length);

  // Received in vain.
  [[nodiscard]] BlockSum wasted() const { return duplicate + failed + stray; }
  [[nodiscard]] bool adds_up() const;
  BlockCounts& operator+=(const BlockCounts& other);
  bool operator==(const BlockCounts&) const = default;
};

struct PieceCounts {
  int total = 0;
  int verified = 0;
  int in_flight = 0;  // neither verified nor untouched: blocks of it are here or asked for
  int failed = 0;     // how often one did not match its hash
  int repaired = 0;   // failed, and verified since
  bool operator==(const PieceCounts&) const = default;
};

enum class PeerState : std::uint8_t {
  Choked,   // it sends us nothing now
  Silent,   // it owes us blocks for longer than chance explains
  Slow,     // sends, and clearly less than the others
  Sending,  // owes us blocks
  Idle,     // may be asked; nothing is wanted from it
};
// "choked", "silent", "slow", "sending", "idle".
[[nodiscard]] std::string_view name_of(PeerState state);

struct PeerFacts {
  bool choked = true;
  bool silent = false;
  int queue = 0;
  Bytes rate{};        // a second; 0 unknown
  Bytes usual_rate{};  // of the peers in the middle; 0 unknown
};
// Pure.
[[nodiscard]] PeerState peer_state(const PeerFacts& facts);

// How we came to know a peer; the first that holds.
enum class PeerOrigin : std::uint8_t {
  Named,
  Incoming,
  Tracker,
  Dht,
  Exchange,
  Local,
  Resumed,
  Web,
  Unknown
};
// "named", "incoming", "tracker", "dht", "pex", "lsd", "resumed", "web", "unknown".
[[nodiscard]] std::string_view name_of(PeerOrigin origin);

struct PeerStats {
  std::string address;  // "192.0.2.1:6881", "[2001:db8::1]:6881"
  std::string client;   // as it calls itself, any bytes; empty before it has said so
  PeerOrigin origin = PeerOrigin::Unknown;
  PeerState state = PeerState::Choked;
  bool seed = false;
  Bytes down_rate;  // payload a second, of late
  Bytes up_rate;
  Bytes rate;  // a second: measured while it had something to send; 0 unknown
  std::chrono::duration<double> round_trip{0};  // from a request to its block, the least of late; 0 unknown
  int queue = 0;                                // requests under way
  int queue_depth = 0;                          // as many as its rate and latency deserve
  BlockCounts blocks;
};

// The largest download first.
void sort_best_first(std::vector<PeerStats>& peers);

}  // namespace freshet::streaming
