// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
// write_image(): a picture as a PNG or JPEG file, as a viewer sees it: upright, with square pixels.
extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <span>
#include <vector>

#include "player/media/ffmpeg_handles.h"
#include "player/media/pipeline.h"

namespace freshet::media {
namespace {

constexpr int side_limit = 16384;
constexpr int rgb_bytes = 3;
constexpr int jpeg_quality = 2;  // FFmpeg's scale: 1 best, 31 worst; 2 cannot be told from the original

struct ScalerCloser {
  void operator()(SwsContext* context) const noexcept { sws_freeContext(context); }
};

struct RgbImage {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;  // rows without padding
};

Error write_failed(const std::string& path, const std::string& why) {
  return {ErrorCategory::Storage, "write-failed", "The picture cannot be written to \"" + path + "\"", why};
}

AVCodecID codec_for(const std::string& path) {
  const auto dot = path.find_last_of('.');
  std::string ending = dot == std::string::npos ? std::string() : path.substr(dot + 1);
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ending == "png") return AV_CODEC_ID_PNG;
  if (ending == "jpg" || ending == "jpeg") return AV_CODEC_ID_MJPEG;
  return AV_CODEC_ID_NONE;
}

AVPixelFormat format_of(const VideoFrame& frame) {
  if (frame.native_format >= 0) return static_cast<AVPixelFormat>(frame.native_format);
  return av_get_pix_fmt(frame.format_name.c_str());
}

// The size with square pixels: the shorter side of a pixel is stretched, so that nothing is lost.
std::pair<int, int> square_size(const VideoFrame& frame) {
  const double aspect =
      frame.sample_aspect.numerator > 0 && frame.sample_aspect.denominator > 0
          ? static_cast<double>(frame.sample_aspect.numerator) / frame.sample_aspect.denominator
          : 1.0;
  const double width = frame.width * std::max(aspect, 1.0);
  const double height = frame.height * std::max(1.0 / aspect, 1.0);
  return {static_cast<int>(std::clamp(std::lround(width), 1L, long{side_limit})),
          static_cast<int>(std::clamp(std::lround(height), 1L, long{side_limit}))};
}

bool convert(const VideoFrame& frame, AVPixelFormat format, RgbImage& image) {
  std::tie(image.width, image.height) = square_size(frame);
  const std::unique_ptr<SwsContext, ScalerCloser> scaler(
      sws_getContext(frame.width, frame.height, format, image.width, image.height, AV_PIX_FMT_RGB24,
                     SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
  if (!scaler) return false;
  const int* matrix = sws_getCoefficients(frame.color.matrix);
  sws_setColorspaceDetails(scaler.get(), matrix, frame.color.full_range ? 1 : 0, matrix, 1, 0, 1 << 16,
                           1 << 16);
  const std::uint8_t* planes[4] = {};
  int strides[4] = {};
  for (std::size_t i = 0; i < frame.planes.size(); ++i) {
    planes[i] = static_cast<const std::uint8_t*>(static_cast<const void*>(frame.planes[i].data));
    strides[i] = static_cast<int>(frame.planes[i].stride);
  }
  image.pixels.resize(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) *
                      rgb_bytes);
  std::uint8_t* output[4] = {image.pixels.data()};
  const int output_strides[4] = {image.width * rgb_bytes};
  return sws_scale(scaler.get(), planes, strides, 0, frame.height, output, output_strides) > 0;
}

RgbImage rotated(const RgbImage& image, int clockwise) {
  if (clockwise == 0) return image;
  const bool sideways = clockwise == 90 || clockwise == 270;
  RgbImage result{.width = sideways ? image.height : image.width,
                  .height = sideways ? image.width : image.height,
                  .pixels = std::vector<std::uint8_t>(image.pixels.size())};
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x) {
      int from_x = image.width - 1 - x;
      int from_y = image.height - 1 - y;
      if (clockwise == 90) {
        from_x = y;
        from_y = image.height - 1 - x;
      } else if (clockwise == 270) {
        from_x = image.width - 1 - y;
        from_y = x;
      }
      const auto from = (static_cast<std::size_t>(from_y) * static_cast<std::size_t>(image.width) +
                         static_cast<std::size_t>(from_x)) *
                        rgb_bytes;
      const auto to = (static_cast<std::size_t>(y) * static_cast<std::size_t>(result.width) +
                       static_cast<std::size_t>(x)) *
                      rgb_bytes;
      std::copy_n(image.pixels.data() + from, rgb_bytes, result.pixels.data() + to);
    }
  }
  return result;
}

void blend(RgbImage& image, const ImageLayer& layer) {
  if (layer.width <= 0 || layer.height <= 0 || layer.bitmap_width <= 0 || layer.bitmap_height <= 0) return;
  const auto bitmap_width = static_cast<std::size_t>(layer.bitmap_width);
  if (layer.rgba.size() < bitmap_width * static_cast<std::size_t>(layer.bitmap_height) * 4) return;
  const int left = std::max(0, -layer.x), right = std::min(layer.width, image.width - layer.x);
  const int top = std::max(0, -layer.y), bottom = std::min(layer.height, image.height - layer.y);
  for (int y = top; y < bottom; ++y) {
    const auto from_y = static_cast<std::size_t>(std::int64_t{y} * layer.bitmap_height / layer.height);
    for (int x = left; x < right; ++x) {
      const auto from_x = static_cast<std::size_t>(std::int64_t{x} * layer.bitmap_width / layer.width);
      const std::uint8_t* over = layer.rgba.data() + (from_y * bitmap_width + from_x) * 4;
      std::uint8_t* under = image.pixels.data() +
                            (static_cast<std::size_t>(layer.y + y) * static_cast<std::size_t>(image.width) +
                             static_cast<std::size_t>(layer.x + x)) *
                                rgb_bytes;
      for (int channel = 0; channel < rgb_bytes; ++channel) {
        const int mixed = over[channel] + (under[channel] * (255 - over[3]) + 127) / 255;
        under[channel] = static_cast<std::uint8_t>(std::min(mixed, 255));
      }
    }
  }
}

AvFramePointer frame_for(const RgbImage& image, AVCodecID codec) {
  AvFramePointer frame(av_frame_alloc());
  if (!frame) return nullptr;
  frame->width = image.width;
  frame->height = image.height;
  frame->format = codec == AV_CODEC_ID_PNG ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_YUVJ444P;
  if (av_frame_get_buffer(frame.get(), 0) < 0) return nullptr;
  const std::uint8_t* input[4] = {image.pixels.data()};
  const int input_strides[4] = {image.width * rgb_bytes};
  const std::unique_ptr<SwsContext, ScalerCloser> scaler(sws_getContext(
      image.width, image.height, AV_PIX_FMT_RGB24, image.width, image.height,
      static_cast<AVPixelFormat>(frame->format), SWS_BICUBIC | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
  if (!scaler ||
      sws_scale(scaler.get(), input, input_strides, 0, image.height, frame->data, frame->linesize) <= 0) {
    return nullptr;
  }
  return frame;
}

PacketPointer encode(const RgbImage& image, AVCodecID id) {
  const AVCodec* codec = avcodec_find_encoder(id);
  const CodecContextPointer context(codec != nullptr ? avcodec_alloc_context3(codec) : nullptr);
  const AvFramePointer frame = frame_for(image, id);
  if (!context || !frame) return nullptr;
  context->width = image.width;
  context->height = image.height;
  context->pix_fmt = static_cast<AVPixelFormat>(frame->format);
  context->color_range = AVCOL_RANGE_JPEG;
  context->time_base = {1, 1};
  context->thread_count = 1;
  if (id == AV_CODEC_ID_MJPEG) {
    context->flags |= AV_CODEC_FLAG_QSCALE;
    context->global_quality = jpeg_quality * FF_QP2LAMBDA;
    frame->quality = context->global_quality;
  }
  PacketPointer packet(av_packet_alloc());
  if (!packet || avcodec_open2(context.get(), codec, nullptr) < 0 ||
      avcodec_send_frame(context.get(), frame.get()) < 0 || avcodec_send_frame(context.get(), nullptr) < 0 ||
      avcodec_receive_packet(context.get(), packet.get()) < 0) {
    return nullptr;
  }
  return packet;
}

}  // namespace

ImageSize upright_size(const VideoFrame& frame) {
  const auto [width, height] = square_size(frame);
  const bool sideways = frame.rotation == 90 || frame.rotation == 270;
  return sideways ? ImageSize{height, width} : ImageSize{width, height};
}

Result<void> write_image(const VideoFrame& frame, const std::string& path,
                         std::span<const ImageLayer> layers) {
  const AVCodecID codec = codec_for(path);
  if (codec == AV_CODEC_ID_NONE) {
    return fail(ErrorCategory::Usage, "bad-image-format", "\"" + path + "\" names no known kind of picture",
                "End the name in .png or .jpg");
  }
  RgbImage image;
  const AVPixelFormat format = format_of(frame);
  if (av_image_check_size(static_cast<unsigned>(std::max(frame.width, 0)),
                          static_cast<unsigned>(std::max(frame.height, 0)), 0, nullptr) < 0 ||
      frame.planes[0].data == nullptr || av_pix_fmt_desc_get(format) == nullptr ||
      !convert(frame, format, image)) {
    return std::unexpected(write_failed(path, "Its pixel format cannot be converted"));
  }
  RgbImage upright = rotated(image, frame.rotation);
  for (const ImageLayer& layer : layers) blend(upright, layer);
  const PacketPointer packet = encode(upright, codec);
  if (!packet) return std::unexpected(write_failed(path, "It cannot be encoded"));
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  const auto bytes = std::as_bytes(std::span(packet->data, static_cast<std::size_t>(packet->size)));
  file.write(static_cast<const char*>(static_cast<const void*>(bytes.data())),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return std::unexpected(write_failed(path, std::strerror(errno)));
  return {};
}

}  // namespace freshet::media
