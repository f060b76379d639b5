// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What is heard now: takes queued sound, gives a device its buffers, and writes the media clock accordingly.
// It knows no device and no real clock (times are parameters), so that tests run it on times of their own.
//
// Threads: write(), finish() by the decoder's; fill() by the device's; all else by any. fill() takes no lock,
// allocates nothing and calls nobody.
//
// Invariants
// 1. The clock never steps back within a generation.
// 2. After cancel_before(g) no buffer starts with sound older than g, except for a fade of a few
// milliseconds.
// 3. Where another track takes over within a generation, each sample is heard at its own time: the clock
// neither jumps
//    nor stands.
// 4. drained(g) is true only after the last sample of g was heard; from then on the clock is left alone until
//    newer sound comes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "player/audio/device_time.h"
#include "player/audio/doorbell.h"
#include "player/audio/gain.h"
#include "player/audio/sound_queue.h"
#include "player/media/media_clock.h"
#include "player/media/sinks.h"

namespace freshet::audio {

class Playout {
 public:
  struct Setup {
    media::AudioFormat format;
    std::chrono::nanoseconds latency{0};  // from fill() until its first frame is heard
    std::chrono::nanoseconds fade{0};     // at pause, resume, seek and change of volume
    bool smooth = false;                  // fill()'s times jitter: follow them gently
    bool instant = false;                 // no device: what is taken has been heard
  };
  // How much sound waits in the queue when write() blocks: rides out a decoder that is late for a moment, yet
  // a new speed or filter is heard soon.
  static constexpr auto queue_length = std::chrono::milliseconds(200);

  explicit Playout(media::MediaClock& clock) : clock_(clock) {}

  void reset(const Setup& setup);  // while neither fill() nor write() runs; empties the queue
  void move_to(
      const Setup& setup);  // while fill() does not run; another device, same format: keeps the queue

  // --- decoder's thread
  // As AudioSink::write().
  bool write(std::span<const float> samples, MediaTime pts, double speed, Generation generation);
  void finish(Generation generation);
  // Blocks until all that is queued was taken, or cancelled, or retired.
  void wait_until_taken();
  // Ends a retirement: the next write() is another track's. False: there was none.
  [[nodiscard]] bool begin_take();
  // What is queued of the track before is not heard any more, whatever comes next.
  void drop_replaced();

  // --- any thread
  void cancel_before(Generation generation) noexcept;
  void retire(media::AudioSink::Queued queued) noexcept;
  void set_paused(bool paused);
  void set_gain(float gain) { gain_.store(gain, std::memory_order_relaxed); }
  void set_delay(MediaTime delay) { delay_.store(delay.count(), std::memory_order_relaxed); }
  [[nodiscard]] bool drained(Generation generation) const;
  [[nodiscard]] bool underrun() const;
  [[nodiscard]] MediaTime queued(MonotonicTime now) const;

  // --- the device's thread
  // Fills `out` (whole frames) with what is heard `latency` after `now`.
  void fill(std::span<float> out, MonotonicTime now);
  // Nothing will change until the consumer's bell rings: paused, drained, or nothing queued.
  [[nodiscard]] bool resting() const { return resting_; }

  // Rung when drained(), underrun() or the clock's running may have changed.
  Bell& changes() { return changes_; }
  // Rung when resting() may have ended.
  TimedBell& consumer() { return consumer_; }

 private:
  [[nodiscard]] Generation oldest() const;
  [[nodiscard]] bool finished() const;  // the newest generation
  [[nodiscard]] MediaTime delay() const;
  [[nodiscard]] std::size_t fade_out(const SoundQueue::Run& run, std::span<float> out);
  void begin(const SoundQueue::Run& run, MonotonicTime heard);
  [[nodiscard]] std::size_t frames_to_skip(const SoundQueue::Run& run);
  void emit(std::span<float> out, std::size_t frames, float envelope);
  void emit_silence(std::span<float> out);
  void run_clock(MonotonicTime now);
  void stop_clock(MonotonicTime now, const std::optional<SoundQueue::Run>& next);
  void publish(const media::ClockAnchor& anchor);

  media::MediaClock& clock_;
  SoundQueue queue_;
  Bell changes_;
  Bell progress_;  // room in the queue, or a cancellation
  TimedBell consumer_;

  // Shared. Numbers order generations and, within one, takes. "Plus one" numbers: 0 is none.
  std::atomic<std::uint64_t> oldest_{0};    // generations below are cancelled
  std::atomic<std::uint64_t> newest_{0};    // written or finished
  std::atomic<std::uint64_t> finished_{0};  // plus one
  std::atomic<std::uint64_t> drained_{0};   // plus one
  std::atomic<std::uint32_t> take_{0};
  std::atomic<bool> retired_{false};
  std::atomic<bool> replaces_{false};    // the next write() puts an end to what is queued
  std::atomic<bool> line_ended_{false};  // the clock is to be given up
  std::atomic<bool> paused_{true};
  std::atomic<bool> starved_{false};
  std::atomic<float> gain_{1};
  std::atomic<std::int64_t> delay_{0};
  std::atomic<std::int64_t> heard_until_{0};  // when the last frame given away has been heard
  std::atomic<int> sample_rate_{48000};

  media::AudioFormat format_;  // the producer's copy

  // The consumer's own.
  Setup setup_;
  DeviceTime device_time_;
  GainRamp envelope_, volume_;
  std::vector<float> tail_;  // the last frame given, while the envelope was open
  struct Segment {           // the line of the sound that is being given, the delay included
    MonotonicTime at{};
    MediaTime position{0};
    double speed = 1;
    Generation generation{};
    std::uint32_t take = 0;
  };
  std::optional<Segment> segment_;
  std::optional<std::uint32_t> last_take_;
  std::optional<MediaTime> skip_until_;  // sound before this was heard of the track before
  MediaTime generation_start_{0};        // the first pts of segment_'s generation
  std::size_t lead_ = 0;  // frames of silence still to give before the generation's first sound
  media::ClockAnchor published_;
  bool resting_ = false;
};

}  // namespace freshet::audio
