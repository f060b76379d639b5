// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/audio_digest.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
}

#include <array>
#include <span>
#include <vector>

#include "player/media/frame_digest.h"

namespace freshet::media {

void AudioDigester::Closer::operator()(SwrContext* context) const noexcept {
  swr_free(&context);
}

void AudioDigester::reset() {
  rescale_state_ = no_timestamp;
  last_packet_pts_ = no_timestamp;
}

std::optional<AudioDigest> AudioDigester::digest(const AVFrame& frame, const AVPacket* packet) {
  const int channels = frame.ch_layout.nb_channels;
  if (frame.sample_rate <= 0 || channels <= 0 || frame.nb_samples <= 0) return std::nullopt;
  const std::size_t size =
      static_cast<std::size_t>(frame.nb_samples) * static_cast<std::size_t>(channels) * 2;
  std::vector<std::uint8_t> samples(size);
  // ffmpeg converts with one resampler for the whole file; without a change of rate it has no memory, so one
  // a frame gives the same samples.
  auto* layout = const_cast<AVChannelLayout*>(&frame.ch_layout);  // 5.1 forgot the const; it copies
  SwrContext* context = nullptr;
  const int result =
      swr_alloc_set_opts2(&context, layout, AV_SAMPLE_FMT_S16, frame.sample_rate, layout,
                          static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
  const std::unique_ptr<SwrContext, Closer> resampler(context);
  if (result < 0 || swr_init(resampler.get()) < 0) return std::nullopt;
  std::uint8_t* output = samples.data();
  if (swr_convert(resampler.get(), &output, frame.nb_samples,
                  const_cast<const std::uint8_t**>(frame.extended_data),
                  frame.nb_samples) != frame.nb_samples) {
    return std::nullopt;
  }
  AudioDigest digest{.stream_index = stream_index_,
                     .duration = frame.nb_samples,
                     .size = size,
                     .md5 = md5(samples),
                     .sample_rate = frame.sample_rate,
                     .channels = channels};
  // A container's time stamps are coarser than samples; ffmpeg carries the exact position on while they
  // agree. It starts afresh where a packet comes later than the one before it lasts.
  if (packet != nullptr) {
    const bool hole = packet->duration > 0 && last_packet_pts_ != no_timestamp &&
                      packet->pts != no_timestamp && packet->pts - last_packet_pts_ > packet->duration;
    if (hole) rescale_state_ = no_timestamp;
    last_packet_pts_ = packet->pts;
  }
  if (frame.pts != no_timestamp) {
    digest.pts = av_rescale_delta(time_base_, frame.pts, AVRational{1, frame.sample_rate}, frame.nb_samples,
                                  &rescale_state_, AVRational{1, frame.sample_rate});
  }
  std::array<char, 64> name{};
  if (av_channel_layout_describe(&frame.ch_layout, name.data(), name.size()) >= 0) {
    digest.channel_layout = name.data();
  }
  return digest;
}

}  // namespace freshet::media
