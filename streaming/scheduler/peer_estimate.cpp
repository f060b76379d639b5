// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/scheduler/peer_estimate.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace freshet::streaming {
namespace {

// The rate is that of the last this much time in which the peer had something to send.
constexpr Seconds rate_memory{0.6};
// The least latency fades by this much a block, so that a path that became longer is noticed.
constexpr double latency_leak = 1.0003;
// Nothing is faster: a clock's grain, and a bound on how much is asked for.
constexpr Seconds least_gap{0.00002};
// From here on silence counts against a peer …
constexpr double silent_after = 1.5;
// … and from here on it is suspect; the rest is what a busy machine may add.
constexpr double suspect_after = 2.5;
constexpr Seconds suspect_slack{0.080};
// Between two looks at a peer that stays silent.
constexpr double look_again = 1.25;

// Some clients answer a little out of order, by what lies in their cache; nobody does so by this much.
constexpr int overtaken_for_good = 24;

constexpr int least_depth = 3;
constexpr int greatest_depth = 200;
constexpr int unproven_depth = 2;
constexpr int suspect_depth = 1;

Seconds between(MonotonicTime from, MonotonicTime to) {
  return std::chrono::duration_cast<Seconds>(to - from);
}
MonotonicTime after(MonotonicTime from, Seconds time) {
  return from + std::chrono::duration_cast<MonotonicTime::duration>(time);
}

}  // namespace

void PeerEstimate::requested(Block block, MonotonicTime now, MonotonicTime deadline) {
  requests_.push_back({block, now, deadline, 0});
}

MonotonicTime PeerEstimate::reference() const {
  const auto sent = requests_.front().sent;
  return last_arrival_ ? std::max(*last_arrival_, sent) : sent;
}

void PeerEstimate::learn(Seconds took) {
  took = std::max(took, least_gap);
  samples_.push_back({double{block_size}, took});
  sampled_ += took;
  sampled_bytes_ += block_size;
  while (samples_.size() > 1 && sampled_ - samples_.front().time >= rate_memory) {
    sampled_ -= samples_.front().time;
    sampled_bytes_ -= samples_.front().bytes;
    samples_.pop_front();
  }
}

std::optional<MonotonicTime> PeerEstimate::arrived(Block block, MonotonicTime now) {
  const auto found = std::ranges::find(requests_, block, &Request::block);
  const bool known = found != requests_.end();
  std::optional<MonotonicTime> deadline;
  if (known) {
    deadline = found->deadline;
    const bool was_idle = !last_arrival_ || found->sent >= *last_arrival_;
    const auto response = between(found->sent, now);
    if (was_idle) {
      // The first of a batch: its time is the path's, not the pipe's.
      latency_ = proven_ ? std::min(latency_ * latency_leak, response) : response;
      if (proven_) learn(response - latency_);
    } else {
      latency_ = std::min(latency_ * latency_leak, response);
      learn(between(*last_arrival_, now));
    }
    for (auto earlier = requests_.begin(); earlier != found; ++earlier) ++earlier->overtaken;
    requests_.erase(found);
  } else if (last_arrival_) {
    learn(between(*last_arrival_, now));  // late, but it filled the pipe
  }
  last_arrival_ = now;
  proven_ = proven_ || known;
  suspect_ = false;
  return deadline;
}

bool PeerEstimate::dropped(Block block) {
  const auto found = std::ranges::find(requests_, block, &Request::block);
  if (found == requests_.end()) return false;
  requests_.erase(found);
  return true;
}

std::vector<Block> PeerEstimate::drop_overtaken() {
  std::vector<Block> blocks;
  std::erase_if(requests_, [&](const Request& request) {
    if (request.overtaken < overtaken_for_good) return false;
    blocks.push_back(request.block);
    return true;
  });
  return blocks;
}

std::deque<Block> PeerEstimate::drop_all() {
  std::deque<Block> blocks;
  for (const auto& request : requests_) blocks.push_back(request.block);
  requests_.clear();
  return blocks;
}

std::vector<Block> PeerEstimate::requests() const {
  std::vector<Block> blocks;
  blocks.reserve(requests_.size());
  for (const auto& request : requests_) blocks.push_back(request.block);
  return blocks;
}

Seconds PeerEstimate::latency(const PeerPrior& prior) const {
  return proven_ ? latency_ : prior.latency;
}

Seconds PeerEstimate::gap(const PeerPrior& prior) const {
  if (samples_.empty()) return prior.gap;
  return std::max(least_gap, sampled_ * (block_size / sampled_bytes_));
}

Seconds PeerEstimate::due_after(const PeerPrior& prior) const {
  const bool was_idle = !last_arrival_ || requests_.front().sent >= *last_arrival_;
  return was_idle ? gap(prior) + latency(prior) : gap(prior);
}

PeerEstimate::Pipe PeerEstimate::pipe(const PeerPrior& prior, MonotonicTime now) const {
  Pipe result{now, gap(prior)};
  if (requests_.empty()) return result;
  const auto due = due_after(prior);
  const auto silence = between(reference(), now);
  if (silence > silent_after * due) {
    result.next = after(now, silence);
    result.step = std::max(result.step, silence / 2);
  } else {
    result.next = after(reference(), due);
  }
  return result;
}

bool PeerEstimate::is_suspect(const PeerPrior& prior, MonotonicTime now) {
  if (!suspect_ && !requests_.empty()) {
    suspect_ = between(reference(), now) > suspect_after * due_after(prior) + suspect_slack;
  }
  return suspect_;
}

int PeerEstimate::depth(const PeerPrior& prior) const {
  if (suspect_) return suspect_depth;
  if (!proven_) return unproven_depth;
  const double blocks = (latency(prior) + queue_time) / gap(prior);
  return std::clamp(static_cast<int>(std::min(std::ceil(blocks), double{greatest_depth})) + 1, least_depth,
                    greatest_depth);
}

MonotonicTime PeerEstimate::arrival_of_new(int ahead, const PeerPrior& prior, MonotonicTime now) const {
  const auto from_now = after(now, latency(prior));
  if (requests_.empty()) return after(from_now, (ahead + 1) * gap(prior));
  const auto state = pipe(prior, now);
  const auto queued = static_cast<double>(requests_.size()) + ahead;
  return std::max(from_now, after(state.next, queued * state.step));
}

std::vector<std::pair<Block, MonotonicTime>> PeerEstimate::arrivals(const PeerPrior& prior,
                                                                    MonotonicTime now) const {
  std::vector<std::pair<Block, MonotonicTime>> result;
  if (requests_.empty()) return result;
  const auto state = pipe(prior, now);
  result.reserve(requests_.size());
  auto arrival = state.next;
  for (const auto& request : requests_) {
    result.emplace_back(request.block, std::max(arrival, now));
    arrival = after(arrival, state.step);
  }
  return result;
}

Seconds PeerEstimate::step(const PeerPrior& prior, MonotonicTime now) const {
  return pipe(prior, now).step;
}

std::optional<MonotonicTime> PeerEstimate::next_change(const PeerPrior& prior, MonotonicTime now) const {
  if (requests_.empty()) return std::nullopt;
  const auto due = due_after(prior);
  const auto start = reference();
  for (const auto at :
       {after(start, silent_after * due), after(start, suspect_after * due + suspect_slack)}) {
    // A little later, so that the look finds the condition true.
    if (at >= now) return at + std::chrono::milliseconds(1);
  }
  return after(start, look_again * between(start, now)) + std::chrono::milliseconds(1);
}

}  // namespace freshet::streaming
