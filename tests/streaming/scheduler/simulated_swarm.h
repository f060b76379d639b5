// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A swarm on a simulated clock: peers with a rate, a delay and habits send blocks to a BlockScheduler, and
// the scheduler's invariants are checked at each step. Seconds of a swarm take milliseconds. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "streaming/scheduler/block_scheduler.h"

namespace freshet::test {

// Seconds since the simulation began.
using SimTime = double;

enum class Habit : std::uint8_t {
  Honest,
  BlackHole,        // takes requests and never answers
  Liar,             // what it sends is garbage
  ChokesInTurns,    // ten seconds unchoked, ten seconds choked
  Refuses,          // rejects every second request
  StopsInTheMiddle  // is honest until `stops`, then silent
};

struct SimPeer {
  double bytes_per_second = 625'000;
  SimTime delay = 0.030;  // round trip
  Habit habit = Habit::Honest;
  SimTime joins = 0;
  std::optional<SimTime> leaves = {};
  SimTime stops = 0;
  bool fast_extension = true;  // rejects what it will not send
  double jitter = 0;           // of each block's time, as a share
  std::set<int> pieces = {};   // empty: all
};

class SimulatedSwarm {
 public:
  SimulatedSwarm(streaming::BlockGeometry geometry, std::vector<SimPeer> peers, std::uint32_t seed = 1);

  // Runs until `done` or the time is over; returns the time.
  SimTime run_until(const std::function<bool()>& done, SimTime limit);
  [[nodiscard]] SimTime now() const { return now_; }

  [[nodiscard]] bool has(int first_piece, int last_piece) const;

  // Pieces from `first` on are read at `bytes_per_second` from `start` on; `waiting`: somebody waits for the
  // first.
  void play(int first, SimTime start, double bytes_per_second, bool waiting);
  void fetch_rest(int playhead);

  struct Totals {
    std::int64_t requested = 0;
    std::int64_t received = 0;
    std::int64_t redundant = 0;
    std::int64_t decisions = 0;
    std::int64_t spoiled = 0;  // pieces
    std::set<int> banished;    // peers
  };
  [[nodiscard]] const Totals& totals() const { return totals_; }
  // For messages: what is missing, and what the peers do.
  [[nodiscard]] std::string describe() const;
  // What broke an invariant, one sentence each; at most a few are kept.
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

 private:
  struct Remote {
    SimPeer peer;
    bool here = false;
    bool choking = true;
    SimTime pipe_free = 0;
    bool sending = false;
    std::vector<streaming::Block> queue;     // asked for and not yet sent
    std::set<streaming::Block> outstanding;  // as the scheduler should see it
  };
  struct Event {
    SimTime at;
    std::uint64_t order;
    std::function<void()> what;
    bool operator<(const Event& other) const { return at != other.at ? at < other.at : order < other.order; }
  };

  static MonotonicTime to_clock(SimTime time);
  [[nodiscard]] MonotonicTime clock() const { return to_clock(now_); }
  Remote& remote(streaming::PeerId id) { return peers_.at(static_cast<std::size_t>(id)); }
  Remote& remote(int index) { return peers_.at(static_cast<std::size_t>(index)); }
  void at(SimTime time, std::function<void()> what);
  void decide();
  void kick();
  void join(int index);
  void leave(int index);
  void choke(int index);
  void unchoke(int index);
  void cancel(const streaming::BlockRequest& request);
  void request_reaches(int index, streaming::Block block);
  void send_next(int index);
  void deliver(int index, streaming::Block block);
  void fault(const std::string& what);
  void check(const streaming::BlockDecision& decision);
  void check_counts();

  streaming::BlockGeometry geometry_;
  std::vector<Remote> peers_;
  streaming::BlockScheduler scheduler_;
  std::mt19937 random_;
  SimTime now_ = 0;
  std::uint64_t order_ = 0;
  std::multiset<Event> events_;
  std::optional<SimTime> wake_;
  bool kicked_ = false;
  std::map<streaming::Block, bool> here_;  // blocks that arrived, and whether they are good
  std::vector<bool> verified_;
  Totals totals_;
  std::vector<std::string> faults_;
};

}  // namespace freshet::test
