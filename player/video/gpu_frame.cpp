// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/gpu_frame.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <libplacebo/utils/upload.h>
#include <optional>
#include <utility>

#include "player/video/frame_check.h"

namespace freshet::video {
namespace {

pl_color_system color_system(const media::VideoFrame& frame) {
  switch (frame.color.matrix) {
    case 1: return PL_COLOR_SYSTEM_BT_709;
    case 4:  // FCC: BT.601 but for the third digit
    case 5:
    case 6: return PL_COLOR_SYSTEM_BT_601;
    case 7: return PL_COLOR_SYSTEM_SMPTE_240M;
    case 8: return PL_COLOR_SYSTEM_YCGCO;
    case 9: return PL_COLOR_SYSTEM_BT_2020_NC;
    case 10: return PL_COLOR_SYSTEM_BT_2020_C;
    case 14: return frame.color.transfer == 18 ? PL_COLOR_SYSTEM_BT_2100_HLG : PL_COLOR_SYSTEM_BT_2100_PQ;
    default: return pl_color_system_guess_ycbcr(frame.width, frame.height);
  }
}

pl_color_primaries primaries(int cicp) {
  switch (cicp) {
    case 1: return PL_COLOR_PRIM_BT_709;
    case 4: return PL_COLOR_PRIM_BT_470M;
    case 5: return PL_COLOR_PRIM_BT_601_625;
    case 6:
    case 7: return PL_COLOR_PRIM_BT_601_525;
    case 8: return PL_COLOR_PRIM_FILM_C;
    case 9: return PL_COLOR_PRIM_BT_2020;
    case 10: return PL_COLOR_PRIM_CIE_1931;
    case 11: return PL_COLOR_PRIM_DCI_P3;
    case 12: return PL_COLOR_PRIM_DISPLAY_P3;
    case 22: return PL_COLOR_PRIM_EBU_3213;
    default: return PL_COLOR_PRIM_UNKNOWN;
  }
}

pl_color_transfer transfer(int cicp) {
  switch (cicp) {
    case 1:
    case 6:
    case 14:
    case 15: return PL_COLOR_TRC_BT_1886;
    case 4: return PL_COLOR_TRC_GAMMA22;
    case 5: return PL_COLOR_TRC_GAMMA28;
    case 8: return PL_COLOR_TRC_LINEAR;
    case 13: return PL_COLOR_TRC_SRGB;
    case 16: return PL_COLOR_TRC_PQ;
    case 17: return PL_COLOR_TRC_GAMMA26;
    case 18: return PL_COLOR_TRC_HLG;
    default: return PL_COLOR_TRC_UNKNOWN;
  }
}

bool has_alpha(const media::VideoFrame& frame) {
  for (int p = 0; p < frame.plane_count; ++p) {
    const media::FramePlane& plane = frame.planes[static_cast<std::size_t>(p)];
    for (int c = 0; c < plane.component_count; ++c)
      if (plane.components[static_cast<std::size_t>(c)].map == 3) return true;
  }
  return false;
}

// The plane's bit layout, components in the order in which they lie in memory, as libplacebo counts them.
pl_plane_data plane_layout(const media::FramePlane& plane) {
  std::array<media::PlaneComponent, 4> order = plane.components;
  // What the plane does not have goes last. All four are sorted: of a part, g++ 12 believes that it may be
  // longer.
  std::fill(order.begin() + plane.component_count, order.end(), media::PlaneComponent{});
  const auto position = [](const media::PlaneComponent& c) { return c.bit_offset + c.shift; };
  std::ranges::sort(order, {}, [&](const auto& c) { return std::pair(c.map < 0, position(c)); });
  pl_plane_data data{};
  data.type = PL_FMT_UNORM;
  data.width = plane.width;
  data.height = plane.height;
  data.pixel_stride = static_cast<std::size_t>(plane.pixel_bytes);
  int bit = 0;
  for (int i = 0; i < 4; ++i) {
    data.component_map[i] = PL_CHANNEL_NONE;
    if (i >= plane.component_count) continue;
    const media::PlaneComponent& component = order[static_cast<std::size_t>(i)];
    data.component_map[i] = component.map;
    data.component_size[i] = component.depth;
    data.component_pad[i] = std::max(position(component) - bit, 0);
    bit = position(component) + component.depth;
  }
  return data;
}

bool same_bits(const pl_bit_encoding& a, const pl_bit_encoding& b) {
  return a.sample_depth == b.sample_depth && a.color_depth == b.color_depth && a.bit_shift == b.bit_shift;
}

// Rounds the components up to bytes (10 bits in 16) where all planes agree on how, since the bit depth is the
// frame's and not the plane's; otherwise leaves them as they are.
pl_bit_encoding align_planes(pl_gpu gpu, std::array<pl_plane_data, 4>& planes, std::size_t count) {
  std::array<pl_plane_data, 4> aligned = planes;
  std::optional<pl_bit_encoding> common;
  for (std::size_t i = 0; i < count; ++i) {
    pl_bit_encoding bits{};
    if (!pl_plane_data_align(&aligned[i], &bits) || (common && !same_bits(*common, bits)) ||
        pl_plane_find_fmt(gpu, nullptr, &aligned[i]) == nullptr)
      return {};
    common = bits;
  }
  planes = aligned;
  return common.value_or(pl_bit_encoding{});
}

pl_rotation rotation(int degrees) {
  switch (degrees) {
    case 90: return PL_ROTATION_90;
    case 180: return PL_ROTATION_180;
    case 270: return PL_ROTATION_270;
    default: return PL_ROTATION_0;
  }
}

// AVChromaLocation and libplacebo number them alike.
pl_chroma_location chroma_location(int location) {
  return location > 0 && location < PL_CHROMA_COUNT ? static_cast<pl_chroma_location>(location)
                                                    : PL_CHROMA_UNKNOWN;
}

}  // namespace

pl_color_repr color_representation(const media::VideoFrame& frame) {
  pl_color_repr repr{};
  if (frame.color.model == media::ColorModel::Rgb) {
    repr.sys = PL_COLOR_SYSTEM_RGB;
    repr.levels = PL_COLOR_LEVELS_FULL;
  } else {
    repr.sys = color_system(frame);
    repr.levels = frame.color.full_range ? PL_COLOR_LEVELS_FULL : PL_COLOR_LEVELS_LIMITED;
  }
  if (has_alpha(frame)) repr.alpha = PL_ALPHA_INDEPENDENT;
  return repr;
}

pl_color_space color_space(const media::VideoFrame& frame) {
  pl_color_space space{};
  space.primaries = primaries(frame.color.primaries);
  space.transfer = transfer(frame.color.transfer);
  if (frame.hdr && pl_color_transfer_is_hdr(space.transfer)) {
    space.hdr.min_luma = frame.hdr->min_luminance;
    space.hdr.max_luma = frame.hdr->max_luminance;
    space.hdr.max_cll = frame.hdr->max_cll;
    space.hdr.max_fall = frame.hdr->max_fall;
  }
  return space;
}

FrameUploader::FrameUploader(pl_gpu gpu) : gpu_(gpu) {
  for (std::size_t i = 0; i < sets; ++i)
    textures_.push_back({Texture(gpu), Texture(gpu), Texture(gpu), Texture(gpu)});
}

Result<void> FrameUploader::upload(const media::VideoFrame& frame, pl_frame& out) {
  const auto count = static_cast<std::size_t>(frame.plane_count);
  std::array<pl_plane_data, 4> planes{};
  for (std::size_t i = 0; i < count; ++i) planes[i] = plane_layout(frame.planes[i]);

  out = pl_frame{};
  out.num_planes = frame.plane_count;
  out.repr = color_representation(frame);
  out.repr.bits = align_planes(gpu_, planes, count);
  out.color = color_space(frame);
  out.crop = {0, 0, static_cast<float>(frame.width), static_cast<float>(frame.height)};
  out.rotation = rotation(frame.rotation);

  std::array<Texture, 4>& textures = textures_[next_set_];
  next_set_ = (next_set_ + 1) % sets;
  for (std::size_t i = 0; i < count; ++i) {
    const media::FramePlane& plane = frame.planes[i];
    pl_plane_data& data = planes[i];
    const auto stride = static_cast<std::size_t>(std::abs(plane.stride));
    // Bottom up: upload from the lowest address, and say so.
    const bool flipped = plane.stride < 0;
    const std::byte* lowest = flipped ? plane.data + plane.stride * (plane.height - 1) : plane.data;
    data.row_stride = stride;
    data.pixels = lowest;
    if (stride % data.pixel_stride != 0) {
      const std::size_t row = data.pixel_stride * static_cast<std::size_t>(plane.width);
      const auto height = static_cast<std::size_t>(plane.height);
      repacked_.resize(row * height);
      for (std::size_t y = 0; y < height; ++y)
        std::memcpy(repacked_.data() + y * row, lowest + y * stride, row);
      data.row_stride = row;
      data.pixels = repacked_.data();
    }
    if (!pl_upload_plane(gpu_, &out.planes[i], textures[i].slot(), &data))
      return output_error("the graphics card has no texture for pictures of the format " + frame.format_name);
    out.planes[i].flipped = flipped;
  }
  if (frame.chroma_shift_x > 0 || frame.chroma_shift_y > 0)
    pl_frame_set_chroma_location(&out, chroma_location(frame.color.chroma_location));
  return {};
}

}  // namespace freshet::video
