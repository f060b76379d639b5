// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// From what readers of files do and announce to the pieces that should come next. Pure. One thread at a time.
#pragma once

#include <vector>

#include "streaming/base/byte_source.h"
#include "streaming/deadline_window.h"

namespace freshet::streaming {

// Follows the places in one file where it is being read: usually one, several for containers that keep sound
// and picture apart or when two threads read. A place that is not read any more is forgotten by itself.
class ReadPositions {
 public:
  // A read of [offset, end) in `generation`. True when the place that will be read next lies in another piece
  // of `piece_length` than before, or is new.
  bool note(ByteOffset offset, ByteOffset end, Generation generation, std::int64_t file_begin,
            std::int64_t piece_length);
  void forget_before(Generation generation);
  [[nodiscard]] std::vector<ByteOffset> next() const;

 private:
  struct Position {
    ByteOffset next;
    Generation generation{};
    std::uint64_t last_used = 0;
  };
  std::vector<Position> positions_;
  std::uint64_t reads_ = 0;
};

// One open file, at one moment.
struct ReaderDemand {
  FileIndex file{};
  std::int64_t begin = 0;  // of the file in the torrent
  Bytes size;
  std::vector<ByteOffset> waiting;  // reads that are blocked
  std::vector<ByteOffset> next;     // where reading goes on, ReadPositions::next()
  std::vector<Window> windows;      // ByteSource::set_windows
  bool was_read = false;
  Urgency urgency = Urgency::Now;  // Background: what it reads comes after what anybody plays soon
};

// What is fetched ahead of a place that is read when nobody named windows: half a minute of 6 Mbit/s.
inline constexpr Bytes read_ahead = mib(24);
// A blocked read wants this much at once: a demuxer's probe and a few seconds of most films.
inline constexpr Bytes waiting_span = mib(1);

// And in the background: a key frame.
inline constexpr Bytes background_span = kib(256);

// The end of a file, where MP4, Matroska and AVI often keep their index.
[[nodiscard]] Bytes tail_of(Bytes size);

// Pieces that the open files want, most urgent first; `now` turns the windows' deadlines into distances.
[[nodiscard]] std::vector<PieceDemand> piece_demands(const std::vector<ReaderDemand>& readers,
                                                     std::int64_t piece_length, MonotonicTime now);

// The pieces of a file.
[[nodiscard]] PieceSpan pieces_of(std::int64_t file_begin, ByteRange range, std::int64_t piece_length);

}  // namespace freshet::streaming
