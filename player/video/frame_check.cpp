// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/frame_check.h"

#include <array>
#include <utility>

namespace freshet::video {
namespace {

constexpr int most_subsampling = 4;  // yuv410p has 2; no format has more than 4
constexpr int most_pixel_bytes = 16;
constexpr int deepest = 32;
// Four times the widest row: interlaced fields and padded buffers step over rows, but not over more.
constexpr std::ptrdiff_t longest_stride = std::ptrdiff_t{4} * largest_side * most_pixel_bytes;

bool sane_size(int width, int height) {
  return width > 0 && height > 0 && width <= largest_side && height <= largest_side;
}

bool sane_plane(const media::FramePlane& plane) {
  if (plane.data == nullptr || !sane_size(plane.width, plane.height) || plane.pixel_bytes < 1 ||
      plane.pixel_bytes > most_pixel_bytes || plane.component_count < 1 || plane.component_count > 4)
    return false;
  const std::ptrdiff_t row = std::ptrdiff_t{plane.width} * plane.pixel_bytes;
  const bool forwards = plane.stride >= row && plane.stride <= longest_stride;
  const bool backwards = plane.stride <= -row && plane.stride >= -longest_stride;
  return forwards || backwards;
}

bool sane_component(const media::PlaneComponent& component, const media::FramePlane& plane) {
  const int bits = plane.pixel_bytes * 8;
  const auto within = [](int value, int least, int most) { return value >= least && value <= most; };
  return within(component.map, -1, 3) && within(component.depth, 1, deepest) &&
         within(component.shift, 0, bits) && within(component.bit_offset, 0, bits) &&
         component.bit_offset + component.shift + component.depth <= bits;
}

int rounded_up_shift(int value, int shift) {
  return (value + (1 << shift) - 1) >> shift;
}

}  // namespace

std::unexpected<Error> output_error(std::string message) {
  return fail(ErrorCategory::Internal, "video-output", std::move(message), "try another output by --vo=");
}

Result<void> check_frame(const media::VideoFrame& frame) {
  if (!sane_size(frame.width, frame.height)) return output_error("a picture of impossible size");
  if (frame.plane_count < 1 || frame.plane_count > 4) return output_error("a picture without planes");
  const auto sane_shift = [](int shift) { return shift >= 0 && shift <= most_subsampling; };
  if (!sane_shift(frame.chroma_shift_x) || !sane_shift(frame.chroma_shift_y))
    return output_error("a picture with impossible subsampling");
  for (int i = 0; i < frame.plane_count; ++i) {
    const media::FramePlane& plane = frame.planes[static_cast<std::size_t>(i)];
    if (!sane_plane(plane)) return output_error("a picture with a damaged plane");
    bool chroma = frame.color.model == media::ColorModel::Yuv;
    for (int c = 0; c < plane.component_count; ++c) {
      const media::PlaneComponent& component = plane.components[static_cast<std::size_t>(c)];
      if (!sane_component(component, plane)) return output_error("a picture with a damaged pixel format");
      chroma = chroma && (component.map == 1 || component.map == 2);
    }
    const int least_width = chroma ? rounded_up_shift(frame.width, frame.chroma_shift_x) : frame.width;
    const int least_height = chroma ? rounded_up_shift(frame.height, frame.chroma_shift_y) : frame.height;
    if (plane.width < least_width || plane.height < least_height)
      return output_error("a picture whose plane is too small");
  }
  return {};
}

bool is_drawable(const OverlayPointer& overlay) {
  return overlay && overlay->width > 0 && overlay->height > 0 && overlay->bitmap_width > 0 &&
         overlay->bitmap_height > 0 && overlay->bitmap_width <= largest_side &&
         overlay->bitmap_height <= largest_side &&
         overlay->rgba.size() == static_cast<std::size_t>(overlay->bitmap_width) *
                                     static_cast<std::size_t>(overlay->bitmap_height) * 4;
}

media::FramePointer make_bgra_frame(std::vector<std::byte> pixels, int width, int height) {
  auto storage = std::make_shared<const std::vector<std::byte>>(std::move(pixels));
  auto frame = std::make_shared<media::VideoFrame>();
  frame->width = width;
  frame->height = height;
  frame->plane_count = 1;
  auto& plane = frame->planes[0];
  plane = {.data = storage->data(),
           .stride = std::ptrdiff_t{width} * 4,
           .width = width,
           .height = height,
           .pixel_bytes = 4,
           .component_count = 4,
           .components = {}};
  constexpr std::array order{2, 1, 0, 3};  // B, G, R, A in memory
  for (std::size_t i = 0; i < order.size(); ++i)
    plane.components[i] = {
        .map = order[i], .bits = 8, .depth = 8, .shift = 0, .bit_offset = static_cast<int>(i) * 8};
  frame->color = {.model = media::ColorModel::Rgb,
                  .full_range = true,
                  .primaries = 1,
                  .transfer = 13,
                  .matrix = 0,
                  .chroma_location = 0};
  frame->format_name = "bgra";
  frame->storage = std::move(storage);
  return frame;
}

}  // namespace freshet::video
