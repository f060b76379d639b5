// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Demuxed packets on their way to one decoder, in order. The demuxer pushes (never blocks: it asks how full
// the queues are before it reads on), the decoder's thread pops (blocks), the controller's thread flushes.
// All functions: any thread.
//
// Invariants
// 1. After flush(g) nothing older than g comes out.
// 2. The first item of a generation is its Start.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "player/media/ffmpeg_handles.h"
#include "streaming/base/units.h"

namespace freshet::media {

// What a decoder must know about the beginning of a generation.
struct StartPoint {
  // The packets go on where they were (a source that cannot be sought): the decoder keeps its state.
  bool continues = false;
  // Pictures: the first one to show is the last whose pts is not after this (or the first there is). nullopt:
  // every picture counts.
  std::optional<MediaTime> limit{};
  // Sound before this is cut off; subtitle events that end before it are not needed.
  std::optional<MediaTime> sound_from{};
};

struct QueueItem {
  enum class Kind : std::uint8_t { Start, Packet, End } kind = Kind::Packet;
  Generation generation{};
  StartPoint start{};      // Start
  PacketPointer packet{};  // Packet
};

class PacketQueue {
 public:
  // `on_popped` tells the demuxer that there is room; called without the queue's lock.
  explicit PacketQueue(std::function<void()> on_popped) : on_popped_(std::move(on_popped)) {}

  // Returns false, and drops the item, when its generation is stale. `end` is the rebased time where the
  // packet's data ends, if known.
  bool push(QueueItem item, std::optional<MediaTime> begin = {}, std::optional<MediaTime> end = {});
  // Waits for an item. nullopt: stop() was called.
  [[nodiscard]] std::optional<QueueItem> pop();
  // When a pop() last had to wait for its item, and got it. The popping thread.
  [[nodiscard]] MonotonicTime fed_at() const { return fed_at_; }
  // Drops all items and accepts only `generation` or newer.
  void flush(Generation generation);
  // All queued items belong to `generation` from now on, behind a Start that continues.
  void carry_over(Generation generation, StartPoint start);
  void stop();

  struct Level {
    std::int64_t bytes = 0;
    std::size_t packets = 0;
    std::optional<MediaTime> begin{};  // of the oldest packet still queued
    std::optional<MediaTime> end{};    // up to here packets were pushed in this generation, popped or not
    bool finished = false;             // an End was pushed in this generation
    // Media time between oldest and newest.
    [[nodiscard]] MediaTime span() const {
      return packets > 0 && begin && end && *end > *begin ? *end - *begin : MediaTime{0};
    }
  };
  [[nodiscard]] Level level() const;

 private:
  struct Entry {
    QueueItem item;
    std::optional<MediaTime> begin;
    std::int64_t bytes = 0;
  };

  std::function<void()> on_popped_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> entries_;
  Generation generation_{};
  std::int64_t bytes_ = 0;
  std::size_t packets_ = 0;
  std::optional<MediaTime> end_;
  bool finished_ = false;
  bool stopped_ = false;
  MonotonicTime fed_at_{};  // the popping thread's
};

}  // namespace freshet::media
