// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Units as types, so that mixing them does not compile. Value types without state; any thread.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace freshet {

// A number of bytes: a size or a distance. May be negative only as the difference of two offsets.
struct Bytes {
  std::int64_t value = 0;
  constexpr auto operator<=>(const Bytes&) const = default;
  constexpr Bytes& operator+=(Bytes other) {
    value += other.value;
    return *this;
  }
  constexpr Bytes& operator-=(Bytes other) {
    value -= other.value;
    return *this;
  }
};
constexpr Bytes operator+(Bytes a, Bytes b) {
  return {a.value + b.value};
}
constexpr Bytes operator-(Bytes a, Bytes b) {
  return {a.value - b.value};
}
constexpr Bytes kib(std::int64_t count) {
  return {count << 10};
}
constexpr Bytes mib(std::int64_t count) {
  return {count << 20};
}
constexpr Bytes gib(std::int64_t count) {
  return {count << 30};
}

// A position in one file, from its first byte.
struct ByteOffset {
  std::int64_t value = 0;
  constexpr auto operator<=>(const ByteOffset&) const = default;
};
constexpr ByteOffset operator+(ByteOffset a, Bytes b) {
  return {a.value + b.value};
}
constexpr ByteOffset operator-(ByteOffset a, Bytes b) {
  return {a.value - b.value};
}
constexpr Bytes operator-(ByteOffset a, ByteOffset b) {
  return {a.value - b.value};
}

// Half-open: [begin, end).
struct ByteRange {
  ByteOffset begin;
  ByteOffset end;
  constexpr auto operator<=>(const ByteRange&) const = default;
  [[nodiscard]] constexpr Bytes length() const { return end - begin; }
  [[nodiscard]] constexpr bool empty() const { return end <= begin; }
  [[nodiscard]] constexpr bool contains(ByteOffset at) const { return begin <= at && at < end; }
};

// Index of a file in a torrent: 0-based, metadata order, pad files not counted (BEP 47, BEP 53).
enum class FileIndex : std::int32_t {};
// Index of a piece in a torrent, 0-based.
enum class PieceIndex : std::int32_t {};

// One number rules every seek: it is on reads, packets, frames, audio, subtitle events, clock anchors
// and end of stream. A greater generation makes everything older stale.
enum class Generation : std::uint32_t {};
[[nodiscard]] constexpr Generation next(Generation generation) {
  return static_cast<Generation>(static_cast<std::uint32_t>(generation) + 1);
}

// A position in, or a stretch of, a medium's time line. Positions are rebased: 0 is the file's start.
using MediaTime = std::chrono::nanoseconds;
// Real time that never steps back.
using MonotonicTime = std::chrono::steady_clock::time_point;

[[nodiscard]] constexpr double to_seconds(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e9;
}
// Seconds from outside (a command line, an IPC client, a container) may be anything: what does not fit
// saturates, NaN becomes 0.
[[nodiscard]] constexpr MediaTime from_seconds(double seconds) {
  constexpr double limit = 9.0e9;  // 285 years, well inside 64-bit nanoseconds
  if (!(seconds == seconds)) return MediaTime{0};
  if (seconds > limit) seconds = limit;
  if (seconds < -limit) seconds = -limit;
  return MediaTime{static_cast<std::int64_t>(seconds * 1e9 + (seconds < 0 ? -0.5 : 0.5))};
}

}  // namespace freshet
