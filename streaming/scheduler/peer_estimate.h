// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What one peer will do: when the next block will come from it, and how many to ask it for ahead. Learned
// from what was asked and what came, on a clock that the caller passes in. Pure; one thread at a time.
//
// The model is a pipe that delivers in the order of the requests: a first block takes `latency`, each further
// one `gap` more. A pipe that says nothing for longer than it should is taken to go on saying nothing for as
// long again, so trust shrinks as silence grows; one that stays silent is suspect until its next block comes.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "streaming/base/units.h"
#include "streaming/scheduler/block.h"

namespace freshet::streaming {

using Seconds = std::chrono::duration<double>;

// What is assumed of a peer that has not answered yet.
struct PeerPrior {
  Seconds latency{0.150};
  Seconds gap{0.250};  // of one block: 64 KiB/s
};

class PeerEstimate {
 public:
  // How much is asked for ahead of what the latency needs; an urgent block waits behind it.
  static constexpr Seconds queue_time{0.100};

  // --- what happened
  // `deadline`: when the block is due; max: whenever.
  void requested(Block block, MonotonicTime now, MonotonicTime deadline = MonotonicTime::max());
  // The deadline that the block was asked for with; nullopt when it had not been asked for.
  std::optional<MonotonicTime> arrived(Block block, MonotonicTime now);
  // Cancelled, rejected, or lost. True when it had been asked for.
  bool dropped(Block block);
  // Those that the peer has passed over: it answered many later requests meanwhile. They are returned.
  std::vector<Block> drop_overtaken();
  // All of them: choked, or given up. They are returned.
  std::deque<Block> drop_all();

  // --- what is known
  [[nodiscard]] bool is_proven() const { return proven_; }
  [[nodiscard]] Seconds latency(const PeerPrior& prior) const;
  [[nodiscard]] Seconds gap(const PeerPrior& prior) const;
  [[nodiscard]] std::size_t outstanding() const { return requests_.size(); }
  [[nodiscard]] std::vector<Block> requests() const;

  // --- what will happen
  // Silent for longer than chance explains. Stays so until a block comes, also while nothing is asked for.
  bool is_suspect(const PeerPrior& prior, MonotonicTime now);
  // As last answered.
  [[nodiscard]] bool was_suspect() const { return suspect_; }
  // How many may be outstanding at once.
  [[nodiscard]] int depth(const PeerPrior& prior) const;
  // When the `ahead`-th block that would be asked for next arrives (0: the next).
  [[nodiscard]] MonotonicTime arrival_of_new(int ahead, const PeerPrior& prior, MonotonicTime now) const;
  // All that is outstanding, and when it arrives.
  [[nodiscard]] std::vector<std::pair<Block, MonotonicTime>> arrivals(const PeerPrior& prior,
                                                                      MonotonicTime now) const;
  // Each further block after the next.
  [[nodiscard]] Seconds step(const PeerPrior& prior, MonotonicTime now) const;
  // When silence alone changes the answers above; nullopt while nothing is outstanding.
  [[nodiscard]] std::optional<MonotonicTime> next_change(const PeerPrior& prior, MonotonicTime now) const;

 private:
  struct Request {
    Block block;
    MonotonicTime sent;
    MonotonicTime deadline;
    int overtaken = 0;  // later requests that were answered before it
  };
  struct Sample {
    double bytes;
    Seconds time;
  };
  struct Pipe {
    MonotonicTime next;  // when the oldest request is answered
    Seconds step;
  };
  [[nodiscard]] Pipe pipe(const PeerPrior& prior, MonotonicTime now) const;
  // The last sign of life that the oldest request's answer is measured from, and how long it should take.
  [[nodiscard]] MonotonicTime reference() const;
  [[nodiscard]] Seconds due_after(const PeerPrior& prior) const;
  void learn(Seconds took);

  std::deque<Request> requests_;  // oldest first
  std::optional<MonotonicTime> last_arrival_;
  std::deque<Sample> samples_;
  Seconds sampled_{0};
  double sampled_bytes_ = 0;
  Seconds latency_{0};
  bool proven_ = false;
  bool suspect_ = false;
};

}  // namespace freshet::streaming
