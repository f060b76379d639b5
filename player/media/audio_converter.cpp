// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/audio_converter.h"

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <string>

namespace freshet::media {
namespace {

constexpr double slowest = 0.01;
constexpr double fastest = 100;
// One atempo filter of FFmpeg 5.1 goes no lower; slower speeds chain several.
constexpr double slowest_step = 0.5;

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.9f", value);
  return text.data();
}

std::string layout_name(int channels) {
  AVChannelLayout layout{};
  av_channel_layout_default(&layout, channels);
  std::array<char, 64> text{};
  av_channel_layout_describe(&layout, text.data(), text.size());
  av_channel_layout_uninit(&layout);
  return text.data();
}

}  // namespace

void AudioResampler::Closer::operator()(SwrContext* context) const noexcept {
  swr_free(&context);
}

void AudioResampler::reset() {
  context_.reset();
}

MediaTime AudioResampler::delay() const {
  return context_ ? MediaTime(swr_get_delay(context_.get(), nanoseconds_base.den)) : MediaTime{0};
}

bool AudioResampler::prepare(const AVFrame& frame) {
  if (context_ && frame.format == source_format_ && frame.sample_rate == source_rate_ &&
      av_channel_layout_compare(&frame.ch_layout, &source_layout_) == 0) {
    return true;
  }
  context_.reset();
  if (frame.sample_rate <= 0 || frame.ch_layout.nb_channels <= 0) return false;
  AVChannelLayout input{};
  if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&input, frame.ch_layout.nb_channels);
  } else if (av_channel_layout_copy(&input, &frame.ch_layout) < 0) {
    return false;
  }
  AVChannelLayout output{};
  av_channel_layout_default(&output, target_.channels);
  SwrContext* context = nullptr;
  const int result =
      swr_alloc_set_opts2(&context, &output, AV_SAMPLE_FMT_FLT, target_.sample_rate, &input,
                          static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
  av_channel_layout_uninit(&input);
  av_channel_layout_uninit(&output);
  context_.reset(context);
  if (result < 0 || swr_init(context_.get()) < 0) {
    context_.reset();
    return false;
  }
  source_format_ = frame.format;
  source_rate_ = frame.sample_rate;
  av_channel_layout_uninit(&source_layout_);
  return av_channel_layout_copy(&source_layout_, &frame.ch_layout) >= 0;
}

bool AudioResampler::run(const std::uint8_t* const* input, int input_samples, std::vector<float>& samples) {
  const int room = swr_get_out_samples(context_.get(), input_samples);
  if (room < 0) return false;
  const auto channels = static_cast<std::size_t>(target_.channels);
  const std::size_t before = samples.size();
  samples.resize(before + static_cast<std::size_t>(room) * channels);
  auto* output = static_cast<std::uint8_t*>(static_cast<void*>(samples.data() + before));
  // swr_convert does not write through its input; its type says otherwise.
  const int got =
      swr_convert(context_.get(), &output, room, const_cast<const std::uint8_t**>(input), input_samples);
  samples.resize(before + static_cast<std::size_t>(std::max(got, 0)) * channels);
  return got >= 0;
}

bool AudioResampler::convert(const AVFrame& frame, std::vector<float>& samples) {
  return prepare(frame) && run(frame.extended_data, frame.nb_samples, samples);
}

void AudioResampler::drain(std::vector<float>& samples) {
  if (!context_) return;
  const int room = swr_get_out_samples(context_.get(), 0);
  if (room <= 0) return;
  const auto channels = static_cast<std::size_t>(target_.channels);
  const std::size_t before = samples.size();
  samples.resize(before + static_cast<std::size_t>(room) * channels);
  auto* output = static_cast<std::uint8_t*>(static_cast<void*>(samples.data() + before));
  const int got = swr_convert(context_.get(), &output, room, nullptr, 0);
  samples.resize(before + static_cast<std::size_t>(std::max(got, 0)) * channels);
}

void AudioTempo::Closer::operator()(AVFilterGraph* graph) const noexcept {
  avfilter_graph_free(&graph);
}

AudioTempo::AudioTempo(const AudioFormat& format, double speed)
    : format_(format), speed_(std::clamp(speed, slowest, fastest)) {
  if (!build()) graph_.reset();
}

bool AudioTempo::build() {
  graph_.reset(avfilter_graph_alloc());
  if (!graph_) return false;
  graph_->nb_threads = 1;
  const std::string layout = layout_name(format_.channels);
  const std::string source_options = "sample_fmt=flt:sample_rate=" + std::to_string(format_.sample_rate) +
                                     ":channel_layout=" + layout + ":time_base=1/" +
                                     std::to_string(format_.sample_rate);
  if (avfilter_graph_create_filter(&source_, avfilter_get_by_name("abuffer"), "in", source_options.c_str(),
                                   nullptr, graph_.get()) < 0 ||
      avfilter_graph_create_filter(&sink_, avfilter_get_by_name("abuffersink"), "out", nullptr, nullptr,
                                   graph_.get()) < 0) {
    return false;
  }
  AVFilterContext* last = source_;
  for (double left = speed_; last != nullptr;) {
    const double step = std::max(left, slowest_step);
    left /= step;
    AVFilterContext* tempo = nullptr;
    if (avfilter_graph_create_filter(&tempo, avfilter_get_by_name("atempo"), nullptr, number(step).c_str(),
                                     nullptr, graph_.get()) < 0 ||
        avfilter_link(last, 0, tempo, 0) < 0) {
      return false;
    }
    last = tempo;
    if (left > 0.999999) break;
  }
  return avfilter_link(last, 0, sink_, 0) >= 0 && avfilter_graph_config(graph_.get(), nullptr) >= 0;
}

bool AudioTempo::push(std::span<const float> samples, std::vector<float>& stretched) {
  const int channels = format_.channels;
  const AvFramePointer frame(av_frame_alloc());
  if (!frame) return false;
  frame->format = AV_SAMPLE_FMT_FLT;
  frame->sample_rate = format_.sample_rate;
  frame->nb_samples = static_cast<int>(samples.size() / static_cast<std::size_t>(channels));
  av_channel_layout_default(&frame->ch_layout, channels);
  if (frame->nb_samples == 0) return true;
  if (av_frame_get_buffer(frame.get(), 0) < 0) return false;
  std::memcpy(frame->data[0], samples.data(), samples.size_bytes());
  if (av_buffersrc_add_frame(source_, frame.get()) < 0) return false;
  collect(stretched);
  return true;
}

void AudioTempo::drain(std::vector<float>& stretched) {
  if (av_buffersrc_add_frame(source_, nullptr) >= 0) collect(stretched);
}

void AudioTempo::collect(std::vector<float>& stretched) {
  for (;;) {
    const AvFramePointer frame(av_frame_alloc());
    if (!frame || av_buffersink_get_frame(sink_, frame.get()) < 0) return;
    const auto count =
        static_cast<std::size_t>(frame->nb_samples) * static_cast<std::size_t>(format_.channels);
    const std::size_t before = stretched.size();
    stretched.resize(before + count);
    std::memcpy(stretched.data() + before, frame->data[0], count * sizeof(float));
  }
}

}  // namespace freshet::media
