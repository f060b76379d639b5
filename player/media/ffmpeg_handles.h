// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Owners of FFmpeg's objects, and the few conversions that every file of media/ needs. Inside media/ only: no
// public header includes this one.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/frame.h>
#include <libavutil/mathematics.h>
}

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "streaming/base/units.h"

namespace freshet::media {

struct FormatContextCloser {
  void operator()(AVFormatContext* context) const noexcept { avformat_close_input(&context); }
};
struct CodecContextCloser {
  void operator()(AVCodecContext* context) const noexcept { avcodec_free_context(&context); }
};
struct CodecParametersCloser {
  void operator()(AVCodecParameters* parameters) const noexcept { avcodec_parameters_free(&parameters); }
};
struct PacketCloser {
  void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
};
struct FrameCloser {
  void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
};

using FormatContextPointer = std::unique_ptr<AVFormatContext, FormatContextCloser>;
using CodecContextPointer = std::unique_ptr<AVCodecContext, CodecContextCloser>;
using CodecParametersPointer = std::unique_ptr<AVCodecParameters, CodecParametersCloser>;
using PacketPointer = std::unique_ptr<AVPacket, PacketCloser>;
using AvFramePointer = std::unique_ptr<AVFrame, FrameCloser>;

// AV_NOPTS_VALUE, without its C cast.
inline constexpr std::int64_t no_timestamp = std::numeric_limits<std::int64_t>::min();
inline constexpr AVRational nanoseconds_base{1, 1'000'000'000};

// A time stamp of a stream as media time (not rebased); nullopt for "none". Saturates.
[[nodiscard]] std::optional<MediaTime> to_media_time(std::int64_t timestamp, AVRational time_base);
// The greatest time stamp that is not after `time`.
[[nodiscard]] std::int64_t to_timestamp(MediaTime time, AVRational time_base);

// "Invalid data found when processing input"
[[nodiscard]] std::string error_text(int error);

}  // namespace freshet::media
