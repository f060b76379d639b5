// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/frame_description.h"

extern "C" {
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <bit>

namespace freshet::media {
namespace {

// Colour as the stream says it; the old yuvj formats mean "full range".
ColorInfo color_of(const AVFrame& frame, const AVPixFmtDescriptor& descriptor) {
  ColorInfo color;
  if ((descriptor.flags & AV_PIX_FMT_FLAG_RGB) != 0) {
    color.model = ColorModel::Rgb;
  } else {
    const int components =
        descriptor.nb_components - ((descriptor.flags & AV_PIX_FMT_FLAG_ALPHA) != 0 ? 1 : 0);
    color.model = components < 3 ? ColorModel::Gray : ColorModel::Yuv;
  }
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const bool old_full_range = format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P ||
                              format == AV_PIX_FMT_YUVJ444P || format == AV_PIX_FMT_YUVJ440P ||
                              format == AV_PIX_FMT_YUVJ411P;
  color.full_range = color.model == ColorModel::Rgb ? frame.color_range != AVCOL_RANGE_MPEG
                                                    : old_full_range || frame.color_range == AVCOL_RANGE_JPEG;
  color.primaries = frame.color_primaries;
  color.transfer = frame.color_trc;
  color.matrix = frame.colorspace;
  color.chroma_location = frame.chroma_location;
  return color;
}

std::optional<HdrInfo> hdr_of(const AVFrame& frame, const std::optional<HdrInfo>& container) {
  HdrInfo info = container.value_or(HdrInfo{});
  bool found = container.has_value();
  if (const AVFrameSideData* data = av_frame_get_side_data(&frame, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
      data != nullptr && data->size >= sizeof(AVMasteringDisplayMetadata)) {
    const auto& mastering =
        *static_cast<const AVMasteringDisplayMetadata*>(static_cast<const void*>(data->data));
    if (mastering.has_luminance != 0) {
      info.min_luminance = static_cast<float>(av_q2d(mastering.min_luminance));
      info.max_luminance = static_cast<float>(av_q2d(mastering.max_luminance));
      found = true;
    }
  }
  if (const AVFrameSideData* data = av_frame_get_side_data(&frame, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL);
      data != nullptr && data->size >= sizeof(AVContentLightMetadata)) {
    const auto& light = *static_cast<const AVContentLightMetadata*>(static_cast<const void*>(data->data));
    info.max_cll = static_cast<float>(light.MaxCLL);
    info.max_fall = static_cast<float>(light.MaxFALL);
    found = true;
  }
  return found ? std::optional(info) : std::nullopt;
}

Rational sample_aspect(const AVFrame& frame, const StreamDescription& stream) {
  const AVRational aspect = stream.sample_aspect.num > 0 ? stream.sample_aspect : frame.sample_aspect_ratio;
  if (aspect.num <= 0 || aspect.den <= 0) return {1, 1};
  return {aspect.num, aspect.den};
}

int stored_bits(const AVComponentDescriptor& component) {
  return (component.shift + component.depth + 7) / 8 * 8;
}

}  // namespace

bool is_uploadable(AVPixelFormat format) {
  const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(format);
  if (descriptor == nullptr) return false;
  constexpr std::uint64_t excluded = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                                     AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_FLOAT;
  if ((descriptor->flags & excluded) != 0 || format == AV_PIX_FMT_XYZ12LE || format == AV_PIX_FMT_XYZ12BE) {
    return false;
  }
  const bool rgb = (descriptor->flags & AV_PIX_FMT_FLAG_RGB) != 0;
  for (int i = 0; i < descriptor->nb_components; ++i) {
    const AVComponentDescriptor& component = descriptor->comp[i];
    const int bits = stored_bits(component);
    if (component.depth < 8 || component.depth > 16 || bits > 16) return false;
    if (bits == 16 &&
        ((descriptor->flags & AV_PIX_FMT_FLAG_BE) != 0) != (std::endian::native == std::endian::big)) {
      return false;
    }
    for (int other = 0; other < i; ++other) {
      const AVComponentDescriptor& before = descriptor->comp[other];
      if (before.plane != component.plane) continue;
      const int distance = before.offset > component.offset ? before.offset - component.offset
                                                            : component.offset - before.offset;
      if (distance < bits / 8) return false;           // share bytes
      if (!rgb && (i == 0 || other == 0) && i != 3) {  // packed YUV: luma beside chroma of another width
        if (descriptor->log2_chroma_w > 0 || before.step != component.step) return false;
      }
    }
  }
  return true;
}

std::unique_ptr<VideoFrame> describe_frame(const AVFrame& frame, const StreamDescription& stream) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(format);
  if (descriptor == nullptr || (descriptor->flags & AV_PIX_FMT_FLAG_HWACCEL) != 0) return nullptr;
  auto result = std::make_unique<VideoFrame>();
  result->width = frame.width;
  result->height = frame.height;
  result->chroma_shift_x = descriptor->log2_chroma_w;
  result->chroma_shift_y = descriptor->log2_chroma_h;
  result->color = color_of(frame, *descriptor);
  result->hdr = hdr_of(frame, stream.hdr);
  result->sample_aspect = sample_aspect(frame, stream);
  result->rotation = stream.rotation;
  result->keyframe = frame.key_frame != 0;
  result->native_format = frame.format;
  result->format_name = descriptor->name;
  result->plane_count = std::clamp(av_pix_fmt_count_planes(format), 0, 4);
  for (int i = 0; i < result->plane_count; ++i) {
    const auto index = static_cast<std::size_t>(i);
    FramePlane& plane = result->planes[index];
    const bool chroma = (i == 1 || i == 2) && (descriptor->flags & AV_PIX_FMT_FLAG_RGB) == 0;
    plane.data = static_cast<const std::byte*>(static_cast<const void*>(frame.data[i]));
    plane.stride = frame.linesize[i];
    plane.width = chroma ? AV_CEIL_RSHIFT(frame.width, descriptor->log2_chroma_w) : frame.width;
    plane.height = chroma ? AV_CEIL_RSHIFT(frame.height, descriptor->log2_chroma_h) : frame.height;
  }
  if ((descriptor->flags & AV_PIX_FMT_FLAG_PAL) != 0) {
    // Not a plane of the picture, but without its colours the indices mean nothing.
    result->planes[1].data = static_cast<const std::byte*>(static_cast<const void*>(frame.data[1]));
  }
  const bool bit_steps = (descriptor->flags & AV_PIX_FMT_FLAG_BITSTREAM) != 0;
  for (int i = 0; i < descriptor->nb_components; ++i) {
    const AVComponentDescriptor& component = descriptor->comp[i];
    FramePlane& plane = result->planes[static_cast<std::size_t>(component.plane)];
    plane.pixel_bytes = std::max(plane.pixel_bytes, bit_steps ? component.step / 8 : component.step);
    if (plane.component_count >= 4) continue;
    // Gray with alpha has its alpha as second component, but means A.
    const bool alpha = (descriptor->flags & AV_PIX_FMT_FLAG_ALPHA) != 0 && i == descriptor->nb_components - 1;
    plane.components[static_cast<std::size_t>(plane.component_count++)] = {
        .map = alpha ? 3 : i,
        .bits = stored_bits(component),
        .depth = component.depth,
        .shift = component.shift,
        .bit_offset = bit_steps ? component.offset : component.offset * 8};
  }
  std::shared_ptr<AVFrame> reference(av_frame_clone(&frame), FrameCloser{});
  if (!reference) return nullptr;
  result->storage = std::move(reference);
  return result;
}

}  // namespace freshet::media
