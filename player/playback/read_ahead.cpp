// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/playback/read_ahead.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace freshet::playback {
namespace {

using namespace std::chrono_literals;

// So much of the film is under a deadline; what comes after it is fetched as the swarm likes.
constexpr MediaTime under_deadline = 60s;
// Bytes are due so long before their pictures: a piece of them, the decoder, a hiccup of the machine.
constexpr MediaTime in_hand = 1s;
// A paused film may go on at any time, but has not yet.
constexpr MediaTime when_paused = 10s;
// An index that only a seek needs: not before what is played in the next seconds, but well before a viewer
// has found what to look for.
constexpr MediaTime index_in = 5s;
// A first picture needs more than its own bytes: those that are decoded with it, and the sound beside it.
constexpr MediaTime with_the_first_picture = 1s;
constexpr Bytes least_at_once = kib(256);
// Nobody waits for more than this at once: a group of pictures of 40 s at 6 Mbit/s.
constexpr Bytes most_at_once = mib(32);
// What a demuxer reads of sound and picture while it opens a file.
constexpr Bytes first_media = mib(1);
// A minute of a film whose rate changes every two seconds.
constexpr std::size_t most_stretches = 32;

// What is not worth a message.
constexpr MediaTime small_time = 300ms;
constexpr Bytes small_step = kib(512);

MonotonicTime later(MonotonicTime from, MediaTime by) {
  return from + std::chrono::duration_cast<MonotonicTime::duration>(by);
}

ByteOffset inside(ByteOffset at, Bytes size) {
  return {std::clamp<std::int64_t>(at.value, 0, size.value)};
}

void add_index(std::vector<Window>& windows, const ReadAheadInput& input, MonotonicTime deadline,
               Urgency urgency) {
  if (input.layout == nullptr) return;
  for (const ByteRange& range : input.layout->at_seek) windows.push_back({range, deadline, urgency});
}

// Where a start or a seek leads: the group of pictures that is needed to show it, and what comes after it.
std::vector<Window> towards_target(const ReadAheadInput& input, MonotonicTime now) {
  std::vector<Window> windows;
  if (input.map == nullptr) {
    // A first seek goes through the index.
    if (input.target > MediaTime{0}) add_index(windows, input, now, Urgency::Now);
    return windows;
  }
  const media::TimeMap& map = *input.map;
  const auto group = map.group_at(*input.target);
  const MediaTime shown = input.key_frame_is_enough ? group.begin : std::max(*input.target, group.begin);
  const ByteOffset begin = group.bytes.begin;
  const ByteOffset end =
      inside(std::clamp(map.at(shown + with_the_first_picture), begin + least_at_once, begin + most_at_once),
             input.size);
  windows.push_back({{begin, end}, now, Urgency::Now});
  for (const auto& stretch : map.stretches(end, map.at(shown + under_deadline), most_stretches)) {
    const MediaTime left = std::max(stretch.begin - shown, MediaTime{0});
    windows.push_back({stretch.bytes, later(now, from_seconds(to_seconds(left) / input.speed)),
                       Urgency::Deadline, stretch.bytes_per_second * input.speed});
  }
  add_index(windows, input, later(now, index_in), Urgency::Deadline);
  return windows;
}

// What is played next, by the index where there is one.
std::vector<Window> what_is_played(const ReadAheadInput& input, MonotonicTime now) {
  std::vector<Window> windows;
  const double mean = static_cast<double>(input.size.value) / to_seconds(input.duration);
  const ByteOffset begin = inside(input.read_at, input.size);
  const MediaTime playing = input.map != nullptr ? input.map->time_of(begin) : MediaTime{0};
  ByteOffset end = input.map != nullptr
                       ? input.map->at(playing + under_deadline)
                       : begin + Bytes{static_cast<std::int64_t>(mean * to_seconds(under_deadline))};
  if (!input.running) end = std::max(end, begin + input.filled_when_paused);
  end = inside(end, input.size);
  const MediaTime ahead = std::max(input.ahead - in_hand, MediaTime{0});
  const auto due = [&](MediaTime further) {
    const MediaTime left = from_seconds(to_seconds(ahead + further) / input.speed);
    return later(now, input.running ? left : left + when_paused);
  };
  if (input.map == nullptr) {
    if (begin < end)
      windows.push_back({{begin, end}, due(MediaTime{0}), Urgency::Deadline, mean * input.speed});
  } else {
    for (const auto& stretch : input.map->stretches(begin, end, most_stretches)) {
      windows.push_back({stretch.bytes, due(stretch.begin - playing), Urgency::Deadline,
                         stretch.bytes_per_second * input.speed});
    }
  }
  if (!windows.empty()) add_index(windows, input, later(now, index_in), Urgency::Deadline);
  return windows;
}

// When these windows say that a byte is due; nullopt: they do not name it.
std::optional<MonotonicTime> due_at(const std::vector<Window>& windows, ByteOffset byte) {
  for (const Window& window : windows) {
    if (!window.range.contains(byte)) continue;
    if (window.bytes_per_second <= 0) return window.deadline;
    const auto into = static_cast<double>((byte - window.range.begin).value);
    return later(window.deadline, from_seconds(into / window.bytes_per_second));
  }
  return std::nullopt;
}

}  // namespace

std::vector<Window> opening_windows(const media::FileLayout& layout, Bytes size, MonotonicTime now) {
  std::vector<Window> windows;
  for (const ByteRange& range : layout.at_open) windows.push_back({range, now, Urgency::Now});
  if (layout.media) {
    const ByteRange first{inside(*layout.media, size), inside(*layout.media + first_media, size)};
    if (!first.empty()) windows.push_back({first, now, Urgency::Now});
  }
  return windows;
}

std::vector<Window> read_ahead(const ReadAheadInput& input, MonotonicTime now) {
  if (input.size.value <= 0 || input.speed <= 0) return {};
  if (!input.opened)
    return input.layout != nullptr ? opening_windows(*input.layout, input.size, now) : std::vector<Window>{};
  if (input.target) return towards_target(input, now);
  if (input.waiting || input.duration <= MediaTime{0}) return {};
  return what_is_played(input, now);
}

bool still_true(const std::vector<Window>& told, const std::vector<Window>& now_true) {
  if (told.empty() || now_true.empty()) return told.empty() == now_true.empty();
  const Window& first = now_true.front();
  if (first.urgency != told.front().urgency) return false;
  if (first.urgency == Urgency::Now)
    return first.range == told.front().range && told.size() == now_true.size();
  const auto moved = first.range.begin - told.front().range.begin;
  if (moved < Bytes{0} || moved > small_step) return false;
  // At this place, and where the rate is another one soon after it.
  for (std::size_t i = 0; i < std::min<std::size_t>(now_true.size(), 2); ++i) {
    const auto due = due_at(told, now_true[i].range.begin);
    if (!due || std::chrono::abs(*due - now_true[i].deadline) > small_time) return false;
  }
  return std::abs(told.front().bytes_per_second - first.bytes_per_second) <= 1 || told.size() > 1;
}

}  // namespace freshet::playback
