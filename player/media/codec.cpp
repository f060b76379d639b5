// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/codec.h"

#include <algorithm>
#include <string>
#include <thread>

namespace freshet::media {
namespace {

// 8192 x 8192: above every real picture, below what would let one frame take a gigabyte.
constexpr std::int64_t pixels_limit = std::int64_t{8192} * 8192;
// Each thread of a frame-threaded decoder holds one more frame and adds one frame of delay.
constexpr int threads_limit = 16;
// A decoder holds no more frames than this; one that goes on failing is not asked again.
constexpr int broken_frames_limit = 64;

Error unsupported(const StreamDescription& stream, const std::string& why) {
  return {ErrorCategory::Media, "unsupported-codec",
          std::string("No decoder for ") + avcodec_get_name(stream.parameters->codec_id), why};
}

}  // namespace

Result<CodecContextPointer> open_codec(const StreamDescription& stream, int threads) {
  if (stream.is_protected) return std::unexpected(unsupported(stream, "The track is encrypted"));
  const AVCodec* codec = avcodec_find_decoder(stream.parameters->codec_id);
  if (codec == nullptr) return std::unexpected(unsupported(stream, "This FFmpeg was built without one"));
  CodecContextPointer context(avcodec_alloc_context3(codec));
  if (!context || avcodec_parameters_to_context(context.get(), stream.parameters.get()) < 0) {
    return std::unexpected(unsupported(stream, "Its parameters cannot be used"));
  }
  context->pkt_timebase = stream.time_base;
  context->max_pixels = pixels_limit;
  if (stream.type == AVMEDIA_TYPE_VIDEO) {
    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    context->thread_count = stream.picture ? 1 : std::clamp(threads > 0 ? threads : cores, 1, threads_limit);
  } else {
    context->thread_count = 1;
  }
  const int result = avcodec_open2(context.get(), codec, nullptr);
  if (result < 0) return std::unexpected(unsupported(stream, error_text(result)));
  return context;
}

int decode_packet(AVCodecContext& codec, const AVPacket* packet,
                  const std::function<bool(AvFramePointer)>& take) {
  int error = 0;
  int broken_frames = 0;
  for (bool sent = false;;) {
    if (!sent) {
      const int result = avcodec_send_packet(&codec, packet);
      sent = result != AVERROR(EAGAIN);  // else its output must be taken first
      if (sent && result < 0 && result != AVERROR_EOF) error = result;
    }
    for (;;) {
      AvFramePointer frame(av_frame_alloc());
      if (!frame) return AVERROR(ENOMEM);
      const int result = avcodec_receive_frame(&codec, frame.get());
      if (result == AVERROR_EOF) return error;
      if (result == AVERROR(EAGAIN)) break;
      if (result < 0) {
        // One broken frame; those behind it may be whole.
        error = result;
        if (++broken_frames > broken_frames_limit) return error;
      } else if (!take(std::move(frame))) {
        return error;
      }
    }
    if (sent) return error;
  }
}

}  // namespace freshet::media
