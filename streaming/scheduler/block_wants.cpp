// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/scheduler/block_wants.h"

#include <algorithm>

namespace freshet::streaming {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Until the player says how fast it reads: a film of 8 Mbit/s. Only the order follows from it.
constexpr double assumed_rate = 1e6;
// What is read next is not waited for yet.
constexpr milliseconds ahead_deadline{400};
// The end of a file often holds an index that the first seek needs; what plays now comes first.
constexpr seconds tail_deadline{5};

// What is read in the background is due after what is played until then.
constexpr seconds background_deadline{10};

ByteRange clip(ByteRange range, Bytes size) {
  range.begin = std::clamp(range.begin, ByteOffset{0}, ByteOffset{size.value});
  range.end = std::clamp(range.end, range.begin, ByteOffset{size.value});
  return range;
}

Seconds block_time(double bytes_per_second) {
  return Seconds{bytes_per_second > 0 ? block_size / bytes_per_second : 0};
}

}  // namespace

std::vector<BlockWant> block_wants(const std::vector<ReaderDemand>& readers, const BlockGeometry& geometry,
                                   MonotonicTime now, const std::function<bool(int)>& by_block) {
  std::vector<BlockWant> wants;
  for (const auto& reader : readers) {
    const auto add = [&](ByteRange range, MonotonicTime deadline, Seconds per_block, bool waiting) {
      range = clip(range, reader.size);
      if (range.empty()) return;
      auto first = geometry.at(reader.begin + range.begin.value);
      auto last = geometry.at(reader.begin + range.end.value - 1);
      // Without leaf hashes a byte is readable when its whole piece is verified: so much is wanted together.
      if (!by_block || !by_block(first.piece)) first.index = 0;
      if (!by_block || !by_block(last.piece)) last.index = geometry.blocks_in(last.piece) - 1;
      wants.push_back({first, last, deadline, per_block, waiting});
    };
    const auto announced = [&](ByteOffset at) {
      return std::ranges::any_of(reader.windows, [&](const Window& window) {
        return window.urgency != Urgency::Background && window.range.contains(at);
      });
    };
    if (reader.urgency == Urgency::Background) {
      for (const auto at : reader.waiting)
        add({at, at + background_span}, now + background_deadline, Seconds{0}, false);
      continue;
    }
    for (const auto at : reader.waiting) {
      if (!announced(at)) add({at, at + waiting_span}, now, Seconds{0}, true);
    }
    if (reader.windows.empty()) {
      if (!reader.was_read) add({{0}, ByteOffset{waiting_span.value}}, now, Seconds{0}, true);
      for (const auto at : reader.next)
        add({at, at + read_ahead}, now + ahead_deadline, block_time(assumed_rate), false);
    }
    for (const auto& window : reader.windows) {
      if (window.urgency == Urgency::Background) continue;
      const bool waiting = window.urgency == Urgency::Now;
      // Never after what is merely due: that may be overdue by now.
      add(window.range, waiting ? std::min(now, window.deadline) : window.deadline,
          block_time(window.bytes_per_second), waiting);
    }
    // Who names windows names the index too.
    if (!reader.windows.empty()) continue;
    const ByteOffset end{reader.size.value};
    add({end - tail_of(reader.size), end}, now + tail_deadline, Seconds{0}, false);
  }
  return wants;
}

int playhead_of(const std::vector<ReaderDemand>& readers, const BlockGeometry& geometry) {
  for (const auto& reader : readers) {
    if (reader.urgency == Urgency::Background) continue;
    const auto at = !reader.waiting.empty() ? reader.waiting.front()
                    : !reader.next.empty()  ? reader.next.front()
                                            : ByteOffset{0};
    return static_cast<int>((reader.begin + at.value) / geometry.piece_length());
  }
  return 0;
}

}  // namespace freshet::streaming
