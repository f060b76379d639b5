// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/reader_demands.h"

#include <algorithm>
#include <cstdlib>

namespace freshet::streaming {
namespace {

using std::chrono::milliseconds;

// Sound, picture, subtitles and an index reader.
constexpr std::size_t max_positions = 4;
// A read this near to a place continues it: a demuxer skips what it does not play.
constexpr std::int64_t same_place = 1 << 20;
// A place that the last reads did not touch is history.
constexpr std::uint64_t reads_until_forgotten = 64;

// The index is wanted right after the header.
constexpr milliseconds tail_deadline{300};
// What is read next is not waited for yet.
constexpr milliseconds ahead_deadline{400};

ByteRange clip(ByteRange range, Bytes size) {
  range.begin = std::clamp(range.begin, ByteOffset{0}, ByteOffset{size.value});
  range.end = std::clamp(range.end, range.begin, ByteOffset{size.value});
  return range;
}

}  // namespace

// A five-hundredth of it: the index of most films.
Bytes tail_of(Bytes size) {
  return {std::clamp<std::int64_t>(size.value / 500, kib(256).value, mib(4).value)};
}

bool ReadPositions::note(ByteOffset offset, ByteOffset end, Generation generation, std::int64_t file_begin,
                         std::int64_t piece_length) {
  ++reads_;
  std::erase_if(positions_, [&](const Position& p) { return reads_ - p.last_used > reads_until_forgotten; });
  auto best = positions_.end();
  std::int64_t best_distance = same_place;
  for (auto position = positions_.begin(); position != positions_.end(); ++position) {
    const auto distance = std::abs((offset - position->next).value);
    if (distance <= best_distance) {
      best_distance = distance;
      best = position;
    }
  }
  const auto piece = [&](ByteOffset at) { return (file_begin + at.value) / piece_length; };
  if (best != positions_.end()) {
    const bool moved = piece(best->next) != piece(end);
    *best = {end, generation, reads_};
    return moved;
  }
  if (positions_.size() == max_positions) {
    positions_.erase(std::ranges::min_element(positions_, {}, &Position::last_used));
  }
  positions_.push_back({end, generation, reads_});
  return true;
}

void ReadPositions::forget_before(Generation generation) {
  std::erase_if(positions_, [&](const Position& position) { return position.generation < generation; });
}

std::vector<ByteOffset> ReadPositions::next() const {
  auto sorted = positions_;
  std::ranges::sort(sorted, std::greater{}, &Position::last_used);
  std::vector<ByteOffset> result;
  for (const auto& position : sorted) result.push_back(position.next);
  return result;
}

PieceSpan pieces_of(std::int64_t file_begin, ByteRange range, std::int64_t piece_length) {
  if (range.empty()) return {};
  return {static_cast<int>((file_begin + range.begin.value) / piece_length),
          static_cast<int>((file_begin + range.end.value - 1) / piece_length)};
}

std::vector<PieceDemand> piece_demands(const std::vector<ReaderDemand>& readers, std::int64_t piece_length,
                                       MonotonicTime now) {
  std::vector<PieceDemand> demands;
  for (const auto& reader : readers) {
    const auto add = [&](ByteRange range, milliseconds deadline, Urgency urgency) {
      range = clip(range, reader.size);
      if (!range.empty())
        demands.push_back({pieces_of(reader.begin, range, piece_length), deadline, urgency});
    };
    if (reader.urgency == Urgency::Background) {
      for (const auto at : reader.waiting)
        add({at, at + background_span}, milliseconds{0}, Urgency::Background);
      continue;
    }
    for (const auto at : reader.waiting) add({at, at + waiting_span}, milliseconds{0}, Urgency::Now);
    if (reader.windows.empty()) {
      if (!reader.was_read) add({{0}, ByteOffset{waiting_span.value}}, milliseconds{0}, Urgency::Now);
      for (const auto at : reader.next) add({at, at + read_ahead}, ahead_deadline, Urgency::Deadline);
    }
    for (const auto& window : reader.windows) {
      const auto left = std::chrono::duration_cast<milliseconds>(window.deadline - now);
      add(window.range, std::max(left, milliseconds{0}), window.urgency);
    }
    const ByteOffset end{reader.size.value};
    add({{0}, ByteOffset{waiting_span.value}}, tail_deadline, Urgency::Deadline);
    add({end - tail_of(reader.size), end}, tail_deadline, Urgency::Deadline);
  }
  return demands;
}

}  // namespace freshet::streaming
