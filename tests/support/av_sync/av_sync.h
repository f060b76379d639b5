// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Measures whether picture and sound go together, from outside: a film flashes and beeps at the same moment,
// a recording tells when each was seen and heard. Pure functions over recordings; all times are seconds on
// one clock. Sound that comes before its picture has a negative offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace freshet::test {

// How bright a part of the screen was at a moment, 0 … 255.
struct Light {
  double time = 0;
  double luminance = 0;
};
// When the light came on, each time: the middle between the last dark look and the first bright one. Looks
// with more than 50 ms between them find nothing. Nothing, if it never became 20 steps brighter.
[[nodiscard]] std::vector<double> find_flashes(std::vector<Light> lights);

struct Recording {
  std::span<const float> samples;  // interleaved
  int channels = 2;
  int sample_rate = 48000;
};
// Where a tone of `frequency` begins, in seconds from the first sample, exact to about a millisecond. A tone
// lasts at least 40 ms and is louder than all else at that moment; what begins within 0.3 s of another is
// part of it.
[[nodiscard]] std::vector<double> find_beeps(const Recording& recording, double frequency);

// When the bytes of a stream were written, by what a reader saw: after `time`, `bytes` had come. A reader is
// late by accident, never early by much; neighbours are averaged.
struct Arrival {
  double time = 0;
  std::uint64_t bytes = 0;
};
class WriteTimes {
 public:
  explicit WriteTimes(std::vector<Arrival> arrivals);
  // When the stream had reached `byte`. Needs at least two arrivals, else 0.
  [[nodiscard]] double at(double byte) const;

 private:
  std::vector<Arrival> arrivals_;
  double seconds_per_byte_ = 0;
};

struct Sync {
  std::size_t pairs = 0;
  std::size_t alone = 0;  // flashes without a beep and beeps without a flash, within half a second
  double median = 0;      // of beep minus flash
  double worst = 0;       // the 99th percentile of the distance from 0, with its sign
};
[[nodiscard]] Sync compare(std::vector<double> flashes, std::vector<double> beeps);
// "24 pairs, median +3.1 ms, p99 -12.0 ms, 0 alone"
[[nodiscard]] std::string to_text(const Sync& sync);

}  // namespace freshet::test
