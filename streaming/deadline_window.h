// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Decides which pieces libtorrent should want, and how much: a window of deadlines ahead of each reader, the
// near future at high priority, the rest of the open files when the window is full. Pure: a snapshot goes in,
// the steps to take come out, in the order in which they must be taken. One thread at a time.
//
// Invariants
// 1. While an open file misses pieces, some missing piece is wanted after each step (libtorrent drops its
// seeds
//    when nothing is wanted).
// 2. New pieces are raised before old ones are lowered.
// 3. When most of the old deadlines are given up at once (a seek), the steps begin with ClearDeadlines,
// because
//    only a first deadline makes libtorrent cancel what it had asked for before.
// 4. Readers of the same urgency take turns, so that none of them starves.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "streaming/base/byte_source.h"

namespace freshet::streaming {

// Pieces [first, last].
struct PieceSpan {
  int first = 0;
  int last = -1;
  bool operator==(const PieceSpan&) const = default;
};

struct PieceDemand {
  PieceSpan pieces;
  std::chrono::milliseconds deadline{0};  // from now; of the first piece
  Urgency urgency = Urgency::Deadline;
};

struct WindowSnapshot {
  std::chrono::milliseconds now{0};  // any clock that never steps back
  const std::vector<bool>* have = nullptr;
  std::int64_t piece_length = 0;
  std::vector<PieceSpan> files;      // the open files
  std::vector<PieceDemand> demands;  // most urgent first within an urgency
  bool starved = false;              // nothing arrived lately: take whatever the peers have
};

struct ClearDeadlines {
  bool operator==(const ClearDeadlines&) const = default;
};
struct SetDeadline {
  int piece = 0;
  std::chrono::milliseconds deadline{0};  // from now
  bool operator==(const SetDeadline&) const = default;
};
struct DropDeadline {
  int piece = 0;
  bool operator==(const DropDeadline&) const = default;
};
struct SetPriorities {
  std::vector<std::pair<int, std::uint8_t>> pieces;  // 0 … 7, ascending pieces
  bool operator==(const SetPriorities&) const = default;
};
using WindowStep = std::variant<ClearDeadlines, SetDeadline, DropDeadline, SetPriorities>;

// libtorrent's default for every piece of a new torrent.
inline constexpr std::uint8_t default_priority = 4;

class DeadlineWindow {
 public:
  // Every priority is set anew by the first update().
  static constexpr std::uint8_t unknown_priority = 255;

  // `initial` is the priority that libtorrent gave all pieces when the torrent was added.
  explicit DeadlineWindow(int piece_count, std::uint8_t initial);

  [[nodiscard]] std::vector<WindowStep> update(const WindowSnapshot& snapshot);

  // How many deadlines there are at most: libtorrent sorts them and all peers in each pass.
  [[nodiscard]] static int max_deadlines(std::int64_t piece_length);

 private:
  struct Plan;
  [[nodiscard]] Plan plan(const WindowSnapshot& snapshot);

  std::vector<std::uint8_t> applied_;                   // what libtorrent has now
  std::map<int, std::chrono::milliseconds> deadlines_;  // of missing pieces, on the snapshot's clock
  bool rest_wanted_ = false;
};

}  // namespace freshet::streaming
