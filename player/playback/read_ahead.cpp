// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/playback/read_ahead.h"

#include <algorithm>
#include <cmath>

namespace freshet::playback {
namespace {

using namespace std::chrono_literals;

// So much of the film is under a deadline; what comes after it is fetched as the swarm likes.
constexpr MediaTime under_deadline = 60s;
// Bytes are due so long before their pictures: a piece of them, the decoder, a hiccup of the machine.
constexpr MediaTime in_hand = 1s;
// A paused film may go on at any time, but has not yet.
constexpr MediaTime when_paused = 10s;

// What is not worth a message.
constexpr MediaTime small_time = 300ms;
constexpr Bytes small_step = kib(512);

MonotonicTime later(MonotonicTime from, MediaTime by) {
  return from + std::chrono::duration_cast<MonotonicTime::duration>(by);
}

}  // namespace

std::optional<Window> read_ahead(const ReadAheadInput& input, MonotonicTime now) {
  if (input.waiting || input.duration <= MediaTime{0} || input.size.value <= 0 || input.speed <= 0)
    return std::nullopt;
  const double rate = static_cast<double>(input.size.value) / to_seconds(input.duration);
  const auto length = static_cast<std::int64_t>(rate * to_seconds(under_deadline));
  Window window;
  window.range.begin = std::min(input.read_at, ByteOffset{input.size.value});
  window.range.end = std::min(window.range.begin + Bytes{length}, ByteOffset{input.size.value});
  if (window.range.empty()) return std::nullopt;
  const auto left = from_seconds(to_seconds(std::max(input.ahead - in_hand, MediaTime{0})) / input.speed);
  window.deadline = later(now, input.running ? left : left + when_paused);
  window.bytes_per_second = rate * input.speed;
  return window;
}

bool still_true(const std::optional<Window>& told, const std::optional<Window>& now_true) {
  if (!told || !now_true) return told.has_value() == now_true.has_value();
  if (std::abs(told->bytes_per_second - now_true->bytes_per_second) > 1) return false;
  const auto moved = now_true->range.begin - told->range.begin;
  if (moved < Bytes{0} || moved > small_step) return false;
  // When the told window says that the byte at which reading goes on now is due.
  const auto due =
      later(told->deadline, from_seconds(static_cast<double>(moved.value) / told->bytes_per_second));
  return std::chrono::abs(due - now_true->deadline) <= small_time;
}

}  // namespace freshet::playback
