// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/deadline_window.h"

#include <algorithm>
#include <array>

namespace freshet::streaming {
namespace {

using std::chrono::milliseconds;

// libtorrent's scale is 0 (never) … 7 (first).
constexpr std::uint8_t unwanted = 0;
constexpr std::uint8_t rest = 1;
constexpr std::uint8_t hint = 4;
constexpr std::uint8_t soon = 6;
constexpr std::uint8_t urgent = 7;

// What libtorrent leaves a piece at when its deadline is dropped or cleared.
constexpr std::uint8_t after_deadline = 1;

// Deadlines of one demand are this far apart: only their order counts, and all of them must lie within the
// second that libtorrent looks ahead.
constexpr milliseconds between_pieces{20};
// A deadline is set anew when it comes nearer by more than this; setting it costs a sort.
constexpr milliseconds worth_moving{200};

// Gives the missing pieces of demands in turns: first of each, second of each, …
class TakingTurns {
 public:
  TakingTurns(const WindowSnapshot& snapshot, Urgency urgency) : have_(*snapshot.have) {
    for (const auto& demand : snapshot.demands) {
      if (demand.urgency == urgency) queues_.push_back({demand, demand.pieces.first});
    }
  }

  struct Item {
    int piece;
    milliseconds deadline;
  };

  // False when there are no more.
  bool next(Item& item) {
    for (std::size_t tried = 0; tried < queues_.size(); ++tried) {
      auto& queue = queues_[turn_];
      turn_ = (turn_ + 1) % queues_.size();
      while (queue.next <= queue.demand.pieces.last && have_[static_cast<std::size_t>(queue.next)])
        ++queue.next;
      if (queue.next > queue.demand.pieces.last) continue;
      item = {queue.next, std::max(queue.demand.deadline, milliseconds{0}) + between_pieces * queue.given};
      ++queue.next;
      ++queue.given;
      return true;
    }
    return false;
  }

 private:
  struct Queue {
    PieceDemand demand;
    int next;
    int given = 0;
  };
  const std::vector<bool>& have_;
  std::vector<Queue> queues_;
  std::size_t turn_ = 0;
};

}  // namespace

struct DeadlineWindow::Plan {
  std::vector<std::uint8_t> priorities;
  std::vector<std::pair<int, milliseconds>> deadlines;  // from now, most urgent first
};

DeadlineWindow::DeadlineWindow(int piece_count, std::uint8_t initial)
    : applied_(static_cast<std::size_t>(piece_count), initial) {}

int DeadlineWindow::max_deadlines(std::int64_t piece_length) {
  // 4 MiB ahead for small pieces, but never fewer than 8 pieces: one a peer in a small swarm.
  constexpr std::int64_t ahead = 4 << 20;
  return static_cast<int>(std::clamp<std::int64_t>(ahead / std::max<std::int64_t>(piece_length, 1), 8, 64));
}

DeadlineWindow::Plan DeadlineWindow::plan(const WindowSnapshot& snapshot) {
  const auto& have = *snapshot.have;
  Plan result;
  result.priorities.assign(applied_.size(), unwanted);
  const auto raise = [&](int piece, std::uint8_t priority) {
    auto& value = result.priorities[static_cast<std::size_t>(piece)];
    value = std::max(value, priority);
  };

  // The rest of the files is wanted once the windows are full, and until the first quarter of one of them
  // gets a hole: pieces far away must not take the peers' time from those that are played next.
  bool window_full = true;
  bool hole_near = false;
  for (const auto& demand : snapshot.demands) {
    if (demand.urgency == Urgency::Background) continue;
    const int near = demand.pieces.first + (demand.pieces.last - demand.pieces.first) / 4;
    for (int piece = demand.pieces.first; piece <= demand.pieces.last; ++piece) {
      if (have[static_cast<std::size_t>(piece)]) continue;
      window_full = false;
      hole_near = hole_near || piece <= near;
    }
  }
  if (window_full)
    rest_wanted_ = true;
  else if (hole_near)
    rest_wanted_ = false;
  if (rest_wanted_ || snapshot.starved) {
    for (const auto& file : snapshot.files) {
      for (int piece = file.first; piece <= file.last; ++piece) raise(piece, rest);
    }
  }

  const auto limit = static_cast<std::size_t>(max_deadlines(snapshot.piece_length));
  TakingTurns::Item item{};
  for (const auto urgency : {Urgency::Now, Urgency::Deadline}) {
    TakingTurns turns(snapshot, urgency);
    while (turns.next(item)) {
      if (result.priorities[static_cast<std::size_t>(item.piece)] == urgent) continue;
      if (result.deadlines.size() < limit) {
        result.deadlines.emplace_back(item.piece, item.deadline);
        raise(item.piece, urgent);
      } else {
        raise(item.piece, soon);
      }
    }
  }
  TakingTurns hints(snapshot, Urgency::Background);
  while (hints.next(item)) raise(item.piece, hint);
  return result;
}

std::vector<WindowStep> DeadlineWindow::update(const WindowSnapshot& snapshot) {
  const auto& have = *snapshot.have;
  // libtorrent forgets the deadline of a finished piece by itself.
  std::erase_if(deadlines_, [&](const auto& entry) { return have[static_cast<std::size_t>(entry.first)]; });

  auto target = plan(snapshot);
  std::vector<WindowStep> steps;
  std::map<int, milliseconds> fresh;
  for (const auto& [piece, deadline] : target.deadlines) fresh.emplace(piece, snapshot.now + deadline);

  const auto given_up = static_cast<std::size_t>(
      std::ranges::count_if(deadlines_, [&](const auto& entry) { return !fresh.contains(entry.first); }));
  if (given_up > 0 && !fresh.empty() && given_up * 2 > deadlines_.size()) {
    steps.emplace_back(ClearDeadlines{});
    for (const auto& [piece, deadline] : deadlines_)
      applied_[static_cast<std::size_t>(piece)] = after_deadline;
    deadlines_.clear();
  }
  for (const auto& [piece, deadline] : target.deadlines) {
    const auto known = deadlines_.find(piece);
    if (known != deadlines_.end() && known->second <= fresh[piece] + worth_moving) {
      fresh[piece] = known->second;
      continue;
    }
    steps.emplace_back(SetDeadline{piece, deadline});
    applied_[static_cast<std::size_t>(piece)] = urgent;
  }

  SetPriorities change;
  std::vector<int> dropped;
  for (const auto& [piece, deadline] : deadlines_) {
    if (fresh.contains(piece)) continue;
    dropped.push_back(piece);
  }
  // Raise before lowering: what is dropped goes to after_deadline by itself, and is put in its place below.
  for (std::size_t piece = 0; piece < applied_.size(); ++piece) {
    if (have[piece] || target.priorities[piece] <= applied_[piece]) continue;
    change.pieces.emplace_back(static_cast<int>(piece), target.priorities[piece]);
    applied_[piece] = target.priorities[piece];
  }
  if (!change.pieces.empty()) steps.emplace_back(std::exchange(change, {}));
  for (const int piece : dropped) {
    steps.emplace_back(DropDeadline{piece});
    applied_[static_cast<std::size_t>(piece)] = after_deadline;
  }
  for (std::size_t piece = 0; piece < applied_.size(); ++piece) {
    if (have[piece] || target.priorities[piece] == applied_[piece]) continue;
    change.pieces.emplace_back(static_cast<int>(piece), target.priorities[piece]);
    applied_[piece] = target.priorities[piece];
  }
  if (!change.pieces.empty()) steps.emplace_back(std::move(change));
  deadlines_ = std::move(fresh);
  return steps;
}

}  // namespace freshet::streaming
