// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Loudness: the volume's curve, the knee that keeps amplified sound from clipping hard, and ramps instead of
// jumps, so that nothing clicks. Used on one thread at a time (the device's callback).
#pragma once

#include <cstddef>
#include <span>

namespace freshet::audio {

inline constexpr double max_volume = 130;  // percent; as mpv's --volume-max

// Factor for samples at `percent`: cubic, as mpv's, because hearing is. 100 is exactly 1.
[[nodiscard]] float volume_gain(double percent);

// Leaves |sample| up to 0.8 as it is and bends what is above towards 1.
[[nodiscard]] float soft_clip(float sample);

// A factor that moves to its target in a fixed number of frames.
class GainRamp {
 public:
  // A full swing from 0 to 1 takes `frames`; 0 jumps.
  void set_length(std::size_t frames);
  void set(float value) { value_ = target_ = value; }
  void aim(float target) { target_ = target; }
  [[nodiscard]] float value() const { return value_; }
  [[nodiscard]] bool steady() const { return value_ == target_; }
  // Frames until it is steady.
  [[nodiscard]] std::size_t remaining() const;
  // The factor for the next frame.
  float step();

 private:
  float value_ = 0;
  float target_ = 0;
  float step_ = 1;
};

// Multiplies interleaved `samples` by both ramps. Samples stay bit for bit the same while both stand at 1.
void apply(std::span<float> samples, std::size_t channels, GainRamp& envelope, GainRamp& volume);

}  // namespace freshet::audio
