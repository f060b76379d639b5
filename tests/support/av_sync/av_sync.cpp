// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/av_sync/av_sync.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdio>
#include <numbers>
#include <utility>

namespace freshet::test {
namespace {

double quantile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  const auto index = static_cast<std::size_t>(std::lround(part * static_cast<double>(values.size() - 1)));
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(index));
  return values[index];
}

struct Tone {
  std::vector<float> amplitude;  // of the frequency
  std::vector<float> power;      // of everything, mean square
};

// Both over a window of `window` samples around each sample.
Tone analyse(const Recording& recording, double frequency, std::size_t window) {
  const auto channels = static_cast<std::size_t>(recording.channels);
  const std::size_t frames = recording.samples.size() / channels;
  std::vector<std::complex<double>> turned(frames + 1);  // sums from the start
  std::vector<double> squares(frames + 1);
  const double step = 2 * std::numbers::pi * frequency / recording.sample_rate;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    double sample = 0;
    for (std::size_t channel = 0; channel < channels; ++channel) {
      sample += static_cast<double>(recording.samples[frame * channels + channel]);
    }
    sample /= static_cast<double>(channels);
    turned[frame + 1] = turned[frame] + std::polar(sample, -step * static_cast<double>(frame));
    squares[frame + 1] = squares[frame] + sample * sample;
  }
  Tone tone;
  tone.amplitude.resize(frames);
  tone.power.resize(frames);
  for (std::size_t frame = 0; frame < frames; ++frame) {
    const std::size_t from = frame < window / 2 ? 0 : frame - window / 2;
    const std::size_t to = std::min(frames, frame + window / 2);
    const auto length = static_cast<double>(window);
    tone.amplitude[frame] = static_cast<float>(2 * std::abs(turned[to] - turned[from]) / length);
    tone.power[frame] = static_cast<float>((squares[to] - squares[from]) / length);
  }
  return tone;
}

}  // namespace

std::vector<double> find_flashes(std::vector<Light> lights) {
  constexpr double least_contrast = 20;
  constexpr double longest_gap = 0.05;
  std::ranges::sort(lights, {}, &Light::time);
  std::vector<double> values;
  for (const Light& light : lights) values.push_back(light.luminance);
  const double dark = quantile(values, 0.2);
  const double bright = quantile(values, 0.99);
  std::vector<double> flashes;
  if (bright - dark < least_contrast) return flashes;
  const double threshold = (dark + bright) / 2;
  for (std::size_t n = 1; n < lights.size(); ++n) {
    const Light& before = lights[n - 1];
    const Light& now = lights[n];
    if (before.luminance < threshold && now.luminance >= threshold && now.time - before.time <= longest_gap) {
      flashes.push_back((before.time + now.time) / 2);
    }
  }
  return flashes;
}

std::vector<double> find_beeps(const Recording& recording, double frequency) {
  const double rate = recording.sample_rate;
  const auto window = static_cast<std::size_t>(rate / 100);  // 10 ms: separates tones 200 Hz apart
  const auto plateau_length = static_cast<std::size_t>(rate / 25);
  const auto dead = static_cast<std::size_t>(rate * 0.3);
  const Tone tone = analyse(recording, frequency, window);
  std::vector<double> beeps;
  if (tone.amplitude.empty()) return beeps;
  const float loudest = *std::ranges::max_element(tone.amplitude);
  if (loudest < 1e-3F) return beeps;
  for (std::size_t frame = 1; frame + plateau_length < tone.amplitude.size(); ++frame) {
    if (tone.amplitude[frame] < loudest / 4) continue;
    // From here it must be the tone alone, and last.
    const std::size_t settled = frame + window;
    float plateau = loudest;
    bool pure = true;
    for (std::size_t inside = settled; inside < frame + plateau_length - window / 2 && pure; ++inside) {
      const float amplitude = tone.amplitude[inside];
      plateau = std::min(plateau, amplitude);
      pure = amplitude >= loudest / 2 && amplitude * amplitude / 2 > 0.6F * tone.power[inside];
    }
    if (!pure) continue;
    // The window is half inside the tone where its amplitude is half of what it becomes.
    std::size_t edge = frame;
    while (edge > 0 && tone.amplitude[edge] >= plateau / 2) --edge;
    while (edge < settled && tone.amplitude[edge] < plateau / 2) ++edge;
    beeps.push_back(static_cast<double>(edge) / rate);
    frame += dead;
  }
  return beeps;
}

WriteTimes::WriteTimes(std::vector<Arrival> arrivals) : arrivals_(std::move(arrivals)) {
  std::ranges::sort(arrivals_, {}, &Arrival::bytes);
  if (arrivals_.size() < 2) return;
  // Least squares.
  double mean_time = 0;
  double mean_bytes = 0;
  for (const Arrival& arrival : arrivals_) {
    mean_time += arrival.time / static_cast<double>(arrivals_.size());
    mean_bytes += static_cast<double>(arrival.bytes) / static_cast<double>(arrivals_.size());
  }
  double product = 0;
  double square = 0;
  for (const Arrival& arrival : arrivals_) {
    const double distance = static_cast<double>(arrival.bytes) - mean_bytes;
    product += distance * (arrival.time - mean_time);
    square += distance * distance;
  }
  if (square > 0) seconds_per_byte_ = product / square;
}

double WriteTimes::at(double byte) const {
  constexpr std::ptrdiff_t neighbours = 16;
  if (arrivals_.size() < 2) return 0;
  const auto after = std::ranges::lower_bound(
      arrivals_, byte, {}, [](const Arrival& arrival) { return static_cast<double>(arrival.bytes); });
  const auto from = after - std::min(neighbours, after - arrivals_.begin());
  const auto to = after + std::min(neighbours, arrivals_.end() - after);
  std::vector<double> times;
  for (auto arrival = from; arrival != to; ++arrival) {
    times.push_back(arrival->time + (byte - static_cast<double>(arrival->bytes)) * seconds_per_byte_);
  }
  return quantile(std::move(times), 0.5);
}

Sync compare(std::vector<double> flashes, std::vector<double> beeps) {
  constexpr double farthest = 0.5;
  std::ranges::sort(flashes);
  std::ranges::sort(beeps);
  Sync sync;
  std::vector<double> offsets;
  std::vector<bool> taken(beeps.size());
  for (const double flash : flashes) {
    const auto nearest =
        std::ranges::min_element(beeps, {}, [flash](double beep) { return std::abs(beep - flash); });
    const auto index = static_cast<std::size_t>(nearest - beeps.begin());
    if (nearest == beeps.end() || taken[index] || std::abs(*nearest - flash) > farthest) {
      ++sync.alone;
      continue;
    }
    taken[index] = true;
    offsets.push_back(*nearest - flash);
  }
  sync.pairs = offsets.size();
  sync.alone += beeps.size() - sync.pairs;
  sync.median = quantile(offsets, 0.5);
  std::ranges::sort(offsets, {}, [](double offset) { return std::abs(offset); });
  if (!offsets.empty()) {
    sync.worst =
        offsets[static_cast<std::size_t>(std::lround(0.99 * static_cast<double>(offsets.size() - 1)))];
  }
  return sync;
}

std::string to_text(const Sync& sync) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), "%zu pairs, median %+.1f ms, p99 %+.1f ms, %zu alone", sync.pairs,
                sync.median * 1000, sync.worst * 1000, sync.alone);
  return text.data();
}

}  // namespace freshet::test
