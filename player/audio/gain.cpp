// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/audio/gain.h"

#include <algorithm>
#include <cmath>

namespace freshet::audio {
namespace {

// Sums of steps are off by a few units in the last place; that must not make another frame.
constexpr float rounding = 0.01F;

}  // namespace

float volume_gain(double percent) {
  if (!(percent > 0)) return 0;  // NaN too
  const double part = std::min(percent, max_volume) / 100;
  return static_cast<float>(part * part * part);
}

float soft_clip(float sample) {
  constexpr float knee = 0.8F;
  constexpr float rest = 1 - knee;
  const float size = std::abs(sample);
  if (!(size > knee)) return sample;
  // Slope 1 at the knee, so the curve has no corner.
  return std::copysign(knee + rest * std::tanh((size - knee) / rest), sample);
}

void GainRamp::set_length(std::size_t frames) {
  step_ = frames == 0 ? std::max(1.0F, volume_gain(max_volume)) : 1 / static_cast<float>(frames);
}

std::size_t GainRamp::remaining() const {
  return static_cast<std::size_t>(std::ceil(std::abs(target_ - value_) / step_ - rounding));
}

float GainRamp::step() {
  if (std::abs(target_ - value_) < step_ * (1 + rounding)) {
    value_ = target_;
  } else {
    value_ += value_ < target_ ? step_ : -step_;
  }
  return value_;
}

void apply(std::span<float> samples, std::size_t channels, GainRamp& envelope, GainRamp& volume) {
  while (!samples.empty() && !(envelope.steady() && volume.steady())) {
    const float gain = envelope.step() * volume.step();
    for (float& sample : samples.first(channels)) {
      sample *= gain;
      if (gain > 1) sample = soft_clip(sample);
    }
    samples = samples.subspan(channels);
  }
  const float gain = envelope.value() * volume.value();
  if (gain == 1) return;
  for (float& sample : samples) sample *= gain;
  if (gain > 1) std::ranges::transform(samples, samples.begin(), soft_clip);
}

}  // namespace freshet::audio
