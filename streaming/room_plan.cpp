// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/room_plan.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace freshet::streaming {
namespace {

// In eighths of the room: behind a place, and ahead of it. The last two are for headers and for what is being
// fetched while room is made.
constexpr std::int64_t eighths_behind = 2;
constexpr std::int64_t eighths_ahead = 4;

}  // namespace

std::vector<PieceSpan> pieces_to_keep(Bytes room, std::span<const std::int64_t> places,
                                      std::span<const PieceSpan> files, std::int64_t piece_length) {
  std::vector<std::int64_t> from(places.begin(), places.end());
  if (from.empty()) {
    for (const auto& file : files) from.push_back(file.first * piece_length);
  }
  std::vector<PieceSpan> keep;
  const auto share = room.value / std::max<std::int64_t>(std::ssize(from), 1) / 8;
  for (const auto& file : files) {
    keep.push_back({file.first, file.first});
    keep.push_back({file.last, file.last});
    for (const auto place : from) {
      const auto first = std::max<std::int64_t>(place - eighths_behind * share, 0) / piece_length;
      const auto last = (place + eighths_ahead * share) / piece_length;
      const PieceSpan span{static_cast<int>(std::clamp<std::int64_t>(first, file.first, file.last)),
                           static_cast<int>(std::clamp<std::int64_t>(last, file.first, file.last))};
      if (first <= file.last && last >= file.first) keep.push_back(span);
    }
  }
  return keep;
}

std::vector<int> pieces_to_evict(const std::vector<bool>& have, std::span<const PieceSpan> keep,
                                 std::span<const std::int64_t> places, Bytes excess,
                                 std::int64_t piece_length) {
  std::vector<bool> kept(have.size());
  for (const auto& span : keep) {
    for (int piece = span.first; piece <= span.last; ++piece) kept[static_cast<std::size_t>(piece)] = true;
  }
  std::vector<int> candidates;
  for (std::size_t piece = 0; piece < have.size(); ++piece) {
    if (have[piece] && !kept[piece]) candidates.push_back(static_cast<int>(piece));
  }
  const auto distance = [&](int piece) {
    auto nearest = std::numeric_limits<std::int64_t>::max();
    for (const auto place : places) nearest = std::min(nearest, std::abs(place / piece_length - piece));
    return nearest;
  };
  std::ranges::sort(candidates, [&](int a, int b) { return distance(a) > distance(b); });
  const auto enough = (excess.value + piece_length - 1) / piece_length;
  if (std::ssize(candidates) > enough)
    candidates.resize(static_cast<std::size_t>(std::max<std::int64_t>(enough, 0)));
  return candidates;
}

}  // namespace freshet::streaming
