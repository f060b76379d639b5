// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The AudioSink that the pipeline sees: it hands everything to the sound device and tells the controller when
// the first sound of a generation is there, and at which position, so that picture and sound can start
// together.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "player/media/sinks.h"

namespace freshet::playback {

class AudioGate final : public media::AudioSink {
 public:
  // `device` outlives the gate. `on_first_sound` is called on the audio decoder's thread and must return at
  // once.
  AudioGate(media::AudioSink& device, std::function<void()> on_first_sound)
      : device_(device), on_first_sound_(std::move(on_first_sound)) {}

  // Position of the first sample queued in `generation`; nullopt while there is none. Any thread.
  [[nodiscard]] std::optional<MediaTime> first_sound(Generation generation) const {
    const std::scoped_lock lock(mutex_);
    if (!first_ || generation_ != generation) return std::nullopt;
    return first_;
  }

  Result<media::AudioFormat> configure(const media::AudioFormat& wanted) override {
    return device_.configure(wanted);
  }
  bool write(std::span<const float> samples, MediaTime pts, double speed, Generation generation) override {
    {
      std::unique_lock lock(mutex_);
      if (!first_ || generation_ < generation) {
        first_ = pts;
        generation_ = generation;
        lock.unlock();
        // Told before the write: a device that is paused would block it once its queue is full.
        on_first_sound_();
      }
    }
    return device_.write(samples, pts, speed, generation);
  }
  void finish(Generation generation) override {
    device_.finish(generation);
    on_first_sound_();
  }
  void cancel_before(Generation generation) noexcept override { device_.cancel_before(generation); }
  void retire(Queued queued) noexcept override { device_.retire(queued); }

 private:
  media::AudioSink& device_;
  std::function<void()> on_first_sound_;
  mutable std::mutex mutex_;
  std::optional<MediaTime> first_;
  Generation generation_{};
};

}  // namespace freshet::playback
