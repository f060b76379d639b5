// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A file whose bytes arrive over time. The demuxer reads it; a torrent, an HTTP server, a local file or
// a pipe stands behind it. Every byte it returns has been verified where the source can verify.
//
// Threads: read() may be called from several threads at once, each with its own buffer (the demuxer and
// a subtitle or index reader). All other functions may be called from any thread and never block.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet {

// The read was overtaken: cancel_before() named a newer generation, or the source is shut down.
struct ReadCancelled {};
using ReadError = std::variant<ReadCancelled, Error>;

enum class Urgency : std::uint8_t {
  Now,         // somebody waits for it: the start, a seek, a stall
  Deadline,    // will be played at its deadline
  Background,  // nice to have: an index that the first seek will want, the rest of the file
};

// A range that somebody will read, and how soon. Deadlines are real time.
struct Window {
  ByteRange range;
  MonotonicTime deadline;
  Urgency urgency = Urgency::Deadline;
  // The first byte is due at the deadline, the others after it at this rate; 0: all of them at the deadline.
  double bytes_per_second = 0;
};

enum class Seekable : std::uint8_t { No, Yes };

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads at least 1 and at most buffer.size() bytes at `offset`. Blocks until they are there. Returns 0
  // at or past the end. After an error the buffer holds nothing of use. Returns ReadCancelled within
  // milliseconds once cancel_before(g) was called with g > generation. This is the only call in the player
  // that waits for data.
  [[nodiscard]] virtual std::expected<std::size_t, ReadError> read(ByteOffset offset,
                                                                   std::span<std::byte> buffer,
                                                                   Generation generation) = 0;

  // Every read with a generation below `generation`, running or to come, is cancelled.
  virtual void cancel_before(Generation generation) noexcept = 0;

  // nullopt while unknown (a pipe, a server that does not say).
  [[nodiscard]] virtual std::optional<Bytes> size() const = 0;
  [[nodiscard]] virtual Seekable seekable() const = 0;

  // Ranges that a read would return at once, ascending and merged; for the seek bar and estimates.
  [[nodiscard]] virtual std::vector<ByteRange> available() const = 0;

  // What will be read next, most urgent first. Replaces all earlier windows: what is no longer named is
  // no longer wanted. A source without choice (a local file) ignores it.
  virtual void set_windows(std::span<const Window> windows) = 0;
};

}  // namespace freshet
