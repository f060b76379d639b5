// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One direction of one access line: a rate, a bounded queue in front of it, a propagation delay and random
// loss. Pure: time comes in by argument, so tests use a clock of their own. A packet that is let in has its
// whole future fixed at that moment (first in, first out), so nothing is stored here. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

#include "streaming/base/units.h"

namespace freshet::lab {

struct BitRate {
  std::int64_t bits_per_second = 0;  // 0: without limit
  constexpr auto operator<=>(const BitRate&) const = default;
};

struct LinkOptions {
  BitRate rate = {};
  std::chrono::nanoseconds delay = {};                              // one way
  std::chrono::nanoseconds queue = std::chrono::milliseconds(100);  // full when a packet would wait longer
  double loss = 0;         // 0 … 1, of the packets that reach the line
  std::uint64_t seed = 1;  // the same losses for the same seed
};

class Link {
 public:
  explicit Link(const LinkOptions& options);

  // When the last bit of a packet given in now is out at the far end; nullopt: it was dropped, by a full
  // queue or by the line. `now` never steps back.
  [[nodiscard]] std::optional<MonotonicTime> send(MonotonicTime now, Bytes size);
  // From now on nothing passes, as if the cable were pulled; what is under way arrives.
  void cut() { is_cut_ = true; }

  struct Counts {
    std::int64_t packets = 0;  // that passed
    Bytes bytes = {};
    std::int64_t queue_drops = 0;
    std::int64_t losses = 0;
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  LinkOptions options_;
  MonotonicTime free_at_ = {};  // the line is busy until then
  bool is_cut_ = false;
  std::mt19937_64 random_;
  std::bernoulli_distribution is_lost_;
  Counts counts_;
};

}  // namespace freshet::lab
