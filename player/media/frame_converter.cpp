// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/frame_converter.h"

extern "C" {
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <array>

#include "player/media/frame_description.h"

namespace freshet::media {
namespace {

constexpr std::array planar_targets = {
    AV_PIX_FMT_YUV420P,   AV_PIX_FMT_YUV422P,   AV_PIX_FMT_YUV444P,   AV_PIX_FMT_YUV420P10,
    AV_PIX_FMT_YUV422P10, AV_PIX_FMT_YUV444P10, AV_PIX_FMT_YUV420P12, AV_PIX_FMT_YUV422P12,
    AV_PIX_FMT_YUV444P12, AV_PIX_FMT_YUV444P16, AV_PIX_FMT_YUVA420P,  AV_PIX_FMT_YUVA444P,
    AV_PIX_FMT_GRAY8,     AV_PIX_FMT_GRAY16,    AV_PIX_FMT_BGRA,      AV_PIX_FMT_BGR0,
    AV_PIX_FMT_GBRP10,    AV_PIX_FMT_GBRP16,    AV_PIX_FMT_RGBA64,    AV_PIX_FMT_NONE};

bool is_rgb(AVPixelFormat format) {
  const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(format);
  return descriptor != nullptr && (descriptor->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0;
}

}  // namespace

void FrameConverter::ScalerCloser::operator()(SwsContext* context) const noexcept {
  sws_freeContext(context);
}

AVPixelFormat shown_format(AVPixelFormat format, FrameFormats wanted) {
  switch (wanted) {
    case FrameFormats::Any: return format;
    case FrameFormats::Planar:
      if (is_uploadable(format)) return format;
      return avcodec_find_best_pix_fmt_of_list(planar_targets.data(), format, 1, nullptr);
    case FrameFormats::Basic:
      if (format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_NV12 ||
          format == AV_PIX_FMT_BGRA) {
        return format;
      }
      return is_rgb(format) ? AV_PIX_FMT_BGRA : AV_PIX_FMT_YUV420P;
  }
  return format;
}

AvFramePointer FrameConverter::convert(AvFramePointer frame) {
  const auto source = static_cast<AVPixelFormat>(frame->format);
  const AVPixelFormat target = shown_format(source, wanted_);
  if (target == source) return frame;
  AvFramePointer result(av_frame_alloc());
  if (!result) return nullptr;
  result->format = target;
  result->width = frame->width;
  result->height = frame->height;
  if (av_frame_get_buffer(result.get(), 0) < 0) return nullptr;
  scaler_.reset(sws_getCachedContext(
      scaler_.release(), frame->width, frame->height, source, frame->width, frame->height, target,
      SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
  if (!scaler_) return nullptr;
  // Range and matrix stay what they are, so that the colours are converted once, by the output; only between
  // RGB and YUV the numbers matter here.
  int* inverse_table = nullptr;
  int* table = nullptr;
  int source_range = 0;
  int target_range = 0;
  int brightness = 0;
  int contrast = 0;
  int saturation = 0;
  if (sws_getColorspaceDetails(scaler_.get(), &inverse_table, &source_range, &table, &target_range,
                               &brightness, &contrast, &saturation) >= 0) {
    const int* matrix = sws_getCoefficients(frame->colorspace);
    const bool full = frame->color_range == AVCOL_RANGE_JPEG || source_range != 0;
    const int full_number = full ? 1 : 0;
    sws_setColorspaceDetails(scaler_.get(), matrix, is_rgb(source) ? source_range : full_number, matrix,
                             is_rgb(target) ? target_range : full_number, brightness, contrast, saturation);
  }
  if (sws_scale(scaler_.get(), frame->data, frame->linesize, 0, frame->height, result->data,
                result->linesize) < 0) {
    return nullptr;
  }
  if (av_frame_copy_props(result.get(), frame.get()) < 0) return nullptr;
  if (is_rgb(target) && !is_rgb(source)) result->colorspace = AVCOL_SPC_RGB;
  return result;
}

}  // namespace freshet::media
