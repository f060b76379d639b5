// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Samples on their way from the decoder's thread to the device's callback, with marks that say which media
// time a sample belongs to. One producer and one consumer, no lock: two rings whose indices only grow.
//
// Threads: push() by one thread, front()/pop() by another, size() by any. reset() when neither runs.
//
// Invariants
// 1. A sample is never visible to the consumer before the mark that covers it.
// 2. Only whole frames (one sample of each channel) are pushed and popped.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "player/media/sinks.h"
#include "streaming/base/units.h"

namespace freshet::audio {

// How long a number of frames sounds, on the device's own time.
[[nodiscard]] std::chrono::nanoseconds duration_of(std::uint64_t frames, int sample_rate);

class SoundQueue {
 public:
  // Samples that follow each other without a jump: the oldest ones queued.
  struct Run {
    std::size_t frames = 0;
    MediaTime pts{0};  // of its first frame
    double speed = 1;  // media seconds a device second
    Generation generation{};
    std::uint32_t take = 0;  // grows when another track takes over in the same generation
  };

  // Forgets all and holds at most `frames` from now on.
  void reset(const media::AudioFormat& format, std::size_t frames);

  // Producer. Takes as many frames as there is room for and returns their number; 0 is "full".
  [[nodiscard]] std::size_t push(std::span<const float> samples, MediaTime pts, double speed,
                                 Generation generation, std::uint32_t take = 0);

  // Consumer. Nothing when empty.
  [[nodiscard]] std::optional<Run> front();
  // Consumer. Copies the oldest frames into `out` (whole frames, at most front()->frames).
  void pop(std::span<float> out);
  // Consumer. Drops `frames` of the oldest, at most front()->frames.
  void discard(std::size_t frames);

  // Frames queued, as some moment of this call saw it.
  [[nodiscard]] std::size_t size() const;

 private:
  struct Mark {
    std::size_t index = 0;  // of the first sample it covers
    MediaTime pts{0};
    double speed = 1;
    Generation generation{};
    std::uint32_t take = 0;
  };
  // A write that goes on where the last one ended needs no mark, so a few dozen cover 200 ms even of packets
  // with wild timestamps; when they run out, the queue counts as full.
  static constexpr std::size_t mark_count = 128;
  // Containers round timestamps to a millisecond: less than that is no jump.
  static constexpr MediaTime jitter = std::chrono::milliseconds(1);

  [[nodiscard]] MediaTime pts_at(const Mark& mark, std::size_t index) const;

  std::vector<float> samples_;  // a power of two of them
  std::size_t mask_ = 0;
  std::size_t limit_ = 0;                 // samples
  std::atomic<std::size_t> channels_{2};  // size() may run beside reset()
  int sample_rate_ = 48000;
  std::array<Mark, mark_count> marks_;
  std::optional<Mark> last_mark_;  // producer's
  std::atomic<std::size_t> read_{0};
  std::atomic<std::size_t> marks_read_{0};  // the mark that covers read_; its slot is kept
  // Apart from the consumer's, so that the two threads do not fight for one cache line.
  alignas(64) std::atomic<std::size_t> write_{0};
  std::atomic<std::size_t> marks_write_{0};
};

}  // namespace freshet::audio
