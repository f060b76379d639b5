// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/player/video/test_frames.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

namespace freshet::test {
namespace {

using media::ColorModel;

struct ComponentSpec {
  int map;
  int byte_offset;
};
struct PlaneSpec {
  bool chroma;  // subsampled
  std::vector<ComponentSpec> components;
};
struct FormatSpec {
  const char* name;
  ColorModel model;
  int shift_x;
  int shift_y;
  int depth;
  int shift;  // where the significant bits start
  int bytes;  // a component
  std::vector<PlaneSpec> planes;
};

FormatSpec describe(PixelFormat format) {
  const std::vector<PlaneSpec> three{{false, {{0, 0}}}, {true, {{1, 0}}}, {true, {{2, 0}}}};
  const std::vector<PlaneSpec> gbr{{false, {{1, 0}}}, {false, {{2, 0}}}, {false, {{0, 0}}}};
  switch (format) {
    case PixelFormat::Yuv420P: return {"yuv420p", ColorModel::Yuv, 1, 1, 8, 0, 1, three};
    case PixelFormat::Yuv422P: return {"yuv422p", ColorModel::Yuv, 1, 0, 8, 0, 1, three};
    case PixelFormat::Yuv444P: return {"yuv444p", ColorModel::Yuv, 0, 0, 8, 0, 1, three};
    case PixelFormat::Yuv420P10: return {"yuv420p10le", ColorModel::Yuv, 1, 1, 10, 0, 2, three};
    case PixelFormat::Yuv444P12: return {"yuv444p12le", ColorModel::Yuv, 0, 0, 12, 0, 2, three};
    case PixelFormat::P010:
      return {"p010le", ColorModel::Yuv, 1, 1, 10, 6, 2, {{false, {{0, 0}}}, {true, {{1, 0}, {2, 2}}}}};
    case PixelFormat::Nv12:
      return {"nv12", ColorModel::Yuv, 1, 1, 8, 0, 1, {{false, {{0, 0}}}, {true, {{1, 0}, {2, 1}}}}};
    case PixelFormat::Nv21:
      return {"nv21", ColorModel::Yuv, 1, 1, 8, 0, 1, {{false, {{0, 0}}}, {true, {{1, 1}, {2, 0}}}}};
    case PixelFormat::Gray: return {"gray", ColorModel::Gray, 0, 0, 8, 0, 1, {{false, {{0, 0}}}}};
    case PixelFormat::Gray16: return {"gray16le", ColorModel::Gray, 0, 0, 16, 0, 2, {{false, {{0, 0}}}}};
    case PixelFormat::Gbrp: return {"gbrp", ColorModel::Rgb, 0, 0, 8, 0, 1, gbr};
    case PixelFormat::Gbrp10: return {"gbrp10le", ColorModel::Rgb, 0, 0, 10, 0, 2, gbr};
    case PixelFormat::Bgra:
      return {"bgra", ColorModel::Rgb, 0, 0, 8, 0, 1, {{false, {{0, 2}, {1, 1}, {2, 0}, {3, 3}}}}};
    case PixelFormat::Rgb24:
      return {"rgb24", ColorModel::Rgb, 0, 0, 8, 0, 1, {{false, {{0, 0}, {1, 1}, {2, 2}}}}};
  }
  return {};
}

// What component `map` is for `color`, by the definition in ITU-R BT.709 / BT.601 / BT.2020.
unsigned component_value(const FormatSpec& format, const FrameSpec& spec, const Color& color, int map) {
  const double most = std::pow(2.0, format.depth) - 1;
  if (map == 3) return static_cast<unsigned>(most);
  const double red = color.red / 255.0;
  const double green = color.green / 255.0;
  const double blue = color.blue / 255.0;
  if (format.model == ColorModel::Rgb)
    return static_cast<unsigned>(std::lround((map == 0 ? red : map == 1 ? green : blue) * most));
  const double kr = spec.matrix == 5 ? 0.299 : spec.matrix == 9 ? 0.2627 : 0.2126;
  const double kb = spec.matrix == 5 ? 0.114 : spec.matrix == 9 ? 0.0593 : 0.0722;
  const double luma = kr * red + (1 - kr - kb) * green + kb * blue;
  const double unit = std::pow(2.0, format.depth - 8);
  if (map == 0)
    return static_cast<unsigned>(std::lround(spec.full_range ? luma * most : (16 + 219 * luma) * unit));
  const double difference = map == 1 ? (blue - luma) / (2 * (1 - kb)) : (red - luma) / (2 * (1 - kr));
  return static_cast<unsigned>(
      std::lround(spec.full_range ? 128 * unit + difference * most : (128 + 224 * difference) * unit));
}

media::FramePointer make(const FrameSpec& spec, const std::function<Color(int x, int y)>& color_at) {
  const FormatSpec format = describe(spec.format);
  auto frame = std::make_shared<media::VideoFrame>();
  auto storage = std::make_shared<std::vector<std::vector<std::byte>>>();
  frame->width = spec.width;
  frame->height = spec.height;
  frame->plane_count = static_cast<int>(format.planes.size());
  frame->chroma_shift_x = format.shift_x;
  frame->chroma_shift_y = format.shift_y;
  frame->color.model = format.model;
  frame->color.full_range = spec.full_range;
  frame->color.matrix = format.model == ColorModel::Rgb ? 0 : spec.matrix;
  frame->color.chroma_location = 1;
  frame->sample_aspect = spec.sample_aspect;
  frame->rotation = spec.rotation;
  frame->format_name = format.name;
  for (std::size_t p = 0; p < format.planes.size(); ++p) {
    const PlaneSpec& plane_spec = format.planes[p];
    const int shift_x = plane_spec.chroma ? format.shift_x : 0;
    const int shift_y = plane_spec.chroma ? format.shift_y : 0;
    const int width = (spec.width + (1 << shift_x) - 1) >> shift_x;
    const int height = (spec.height + (1 << shift_y) - 1) >> shift_y;
    const int pixel_bytes = static_cast<int>(plane_spec.components.size()) * format.bytes;
    const std::ptrdiff_t stride = std::ptrdiff_t{width} * pixel_bytes + spec.row_padding;
    auto& bytes = storage->emplace_back(static_cast<std::size_t>(stride * height), std::byte{0xA5});
    for (int y = 0; y < height; ++y) {
      const int row = spec.bottom_up ? height - 1 - y : y;
      for (int x = 0; x < width; ++x) {
        const Color color =
            color_at(std::min(x << shift_x, spec.width - 1), std::min(y << shift_y, spec.height - 1));
        for (const ComponentSpec& component : plane_spec.components) {
          const unsigned value = component_value(format, spec, color, component.map) << format.shift;
          const auto little_endian = static_cast<std::uint16_t>(value);
          std::memcpy(bytes.data() + row * stride + std::ptrdiff_t{x} * pixel_bytes + component.byte_offset,
                      &little_endian, static_cast<std::size_t>(format.bytes));
        }
      }
    }
    auto& plane = frame->planes[p];
    plane.data = spec.bottom_up ? bytes.data() + stride * (height - 1) : bytes.data();
    plane.stride = spec.bottom_up ? -stride : stride;
    plane.width = width;
    plane.height = height;
    plane.pixel_bytes = pixel_bytes;
    plane.component_count = static_cast<int>(plane_spec.components.size());
    for (std::size_t c = 0; c < plane_spec.components.size(); ++c)
      plane.components[c] = {.map = plane_spec.components[c].map,
                             .bits = format.bytes * 8,
                             .depth = format.depth,
                             .shift = format.shift,
                             .bit_offset = plane_spec.components[c].byte_offset * 8};
  }
  frame->storage = std::move(storage);
  return frame;
}

}  // namespace

std::string name(PixelFormat format) {
  return describe(format).name;
}

std::ostream& operator<<(std::ostream& out, const Color& color) {
  return out << "rgb(" << color.red << ", " << color.green << ", " << color.blue << ")";
}

int distance(const Color& a, const Color& b) {
  return std::max({std::abs(a.red - b.red), std::abs(a.green - b.green), std::abs(a.blue - b.blue)});
}

media::FramePointer make_quadrants(const FrameSpec& spec) {
  return make(spec, [&spec](int x, int y) {
    const bool left = x < spec.width / 2;
    const bool top = y < spec.height / 2;
    if (top) return left ? top_left : top_right;
    return left ? bottom_left : bottom_right;
  });
}

media::FramePointer make_plain(const FrameSpec& spec, Color color) {
  return make(spec, [color](int, int) { return color; });
}

Color pixel(const media::VideoFrame& frame, int x, int y) {
  const std::byte* at = frame.planes[0].data + frame.planes[0].stride * y + std::ptrdiff_t{x} * 4;
  return {std::to_integer<int>(at[2]), std::to_integer<int>(at[1]), std::to_integer<int>(at[0])};
}

}  // namespace freshet::test
