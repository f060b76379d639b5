// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/frame_check.h"

#include <cstdlib>
#include <utility>

namespace freshet::video {

std::unexpected<Error> output_error(std::string message) {
  return fail(ErrorCategory::Internal, "video-output", std::move(message), "try another output by --vo=");
}

Result<void> check_frame(const media::VideoFrame& frame) {
  const auto sane_size = [](int width, int height) {
    return width > 0 && height > 0 && width <= largest_side && height <= largest_side;
  };
  if (!sane_size(frame.width, frame.height)) return output_error("a picture of impossible size");
  if (frame.plane_count < 1 || frame.plane_count > 4) return output_error("a picture without planes");
  for (int i = 0; i < frame.plane_count; ++i) {
    const media::FramePlane& plane = frame.planes[static_cast<std::size_t>(i)];
    if (plane.data == nullptr || !sane_size(plane.width, plane.height) || plane.pixel_bytes < 1 ||
        plane.pixel_bytes > 16 || plane.component_count < 1 || plane.component_count > 4 ||
        std::abs(plane.stride) < std::ptrdiff_t{plane.width} * plane.pixel_bytes)
      return output_error("a picture with a damaged plane");
    for (int c = 0; c < plane.component_count; ++c) {
      const media::PlaneComponent& component = plane.components[static_cast<std::size_t>(c)];
      if (component.map < -1 || component.map > 3 || component.depth < 1 || component.depth > 32 ||
          component.shift < 0 || component.bit_offset < 0 ||
          component.bit_offset + component.shift + component.depth > plane.pixel_bytes * 8)
        return output_error("a picture with a damaged pixel format");
    }
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
