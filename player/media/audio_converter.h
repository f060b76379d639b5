// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Decoded sound in the sink's format and at the wanted speed: libswresample, then libavfilter's atempo, which
// keeps the pitch. One thread, the audio decoder's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "player/media/ffmpeg_handles.h"
#include "player/media/sinks.h"

struct SwrContext;
struct AVFilterGraph;
struct AVFilterContext;

namespace freshet::media {

// From any sample format, rate and layout to interleaved float.
class AudioResampler {
 public:
  explicit AudioResampler(const AudioFormat& target) : target_(target) {}
  // Appends to `samples`. False: this sound cannot be converted.
  [[nodiscard]] bool convert(const AVFrame& frame, std::vector<float>& samples);
  // What the resampler still holds.
  void drain(std::vector<float>& samples);
  void reset();
  // How much sound convert() has taken in and not given out.
  [[nodiscard]] MediaTime delay() const;
  [[nodiscard]] const AudioFormat& target() const { return target_; }

 private:
  struct Closer {
    void operator()(SwrContext* context) const noexcept;
  };
  [[nodiscard]] bool prepare(const AVFrame& frame);
  [[nodiscard]] bool run(const std::uint8_t* const* input, int input_samples, std::vector<float>& samples);

  AudioFormat target_;
  std::unique_ptr<SwrContext, Closer> context_;
  int source_format_ = -1;
  int source_rate_ = 0;
  AVChannelLayout source_layout_{};
};

// Stretches interleaved float by a speed, in [0.01, 100].
class AudioTempo {
 public:
  AudioTempo(const AudioFormat& format, double speed);
  [[nodiscard]] bool usable() const { return graph_ != nullptr; }
  [[nodiscard]] double speed() const { return speed_; }
  [[nodiscard]] bool push(std::span<const float> samples, std::vector<float>& stretched);
  void drain(std::vector<float>& stretched);

 private:
  struct Closer {
    void operator()(AVFilterGraph* graph) const noexcept;
  };
  [[nodiscard]] bool build();
  void collect(std::vector<float>& stretched);

  AudioFormat format_;
  double speed_;
  std::unique_ptr<AVFilterGraph, Closer> graph_;
  AVFilterContext* source_ = nullptr;  // owned by graph_
  AVFilterContext* sink_ = nullptr;
};

}  // namespace freshet::media
