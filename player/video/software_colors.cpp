// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/software_colors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace freshet::video {
namespace {

// Where a component's bytes lie.
struct Samples {
  const std::byte* data = nullptr;
  std::ptrdiff_t stride = 0;
  int step = 1;
  int width = 0;
  int height = 0;
  [[nodiscard]] int at(int x, int y) const {
    const std::ptrdiff_t row = std::min(y, height - 1);
    return std::to_integer<int>(data[row * stride + std::ptrdiff_t{std::min(x, width - 1)} * step]);
  }
};

std::optional<Samples> find_component(const media::VideoFrame& frame, int map) {
  for (int i = 0; i < frame.plane_count; ++i) {
    const media::FramePlane& plane = frame.planes[static_cast<std::size_t>(i)];
    for (int c = 0; c < plane.component_count; ++c) {
      const media::PlaneComponent& component = plane.components[static_cast<std::size_t>(c)];
      if (component.map != map) continue;
      if (component.depth != 8 || component.shift != 0 || component.bit_offset % 8 != 0) return std::nullopt;
      return Samples{plane.data + component.bit_offset / 8, plane.stride, plane.pixel_bytes, plane.width,
                     plane.height};
    }
  }
  return std::nullopt;
}

std::uint8_t clamp_byte(int value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

}  // namespace

LumaWeights luma_weights(const media::VideoFrame& frame) {
  constexpr LumaWeights bt601{0.299, 0.114};
  switch (frame.color.matrix) {
    case 1: return {};
    case 4: return {0.30, 0.11};
    case 5:
    case 6: return bt601;
    case 7: return {0.212, 0.087};
    case 9:
    case 10: return {0.2627, 0.0593};
    default: return frame.width >= 1280 || frame.height > 576 ? LumaWeights{} : bt601;
  }
}

bool is_convertible(const media::VideoFrame& frame) {
  if (frame.color.model == media::ColorModel::Rgb || !find_component(frame, 0)) return false;
  return frame.color.model == media::ColorModel::Gray ||
         (find_component(frame, 1) && find_component(frame, 2));
}

void convert_to_bgra(const media::VideoFrame& frame, std::vector<std::uint8_t>& bgra) {
  const Samples luma = *find_component(frame, 0);
  const bool gray = frame.color.model == media::ColorModel::Gray;
  const std::optional<Samples> blue = gray ? std::nullopt : find_component(frame, 1);
  const std::optional<Samples> red = gray ? std::nullopt : find_component(frame, 2);
  const LumaWeights weights = luma_weights(frame);
  const double green_weight = 1 - weights.red - weights.blue;
  const double luma_scale = frame.color.full_range ? 1.0 : 255.0 / 219.0;
  const double chroma_scale = frame.color.full_range ? 1.0 : 255.0 / 224.0;

  // 16 fractional bits: products stay below 2^31 and errors below half a step.
  constexpr double one = 65536;
  const auto fixed = [](double value) { return static_cast<int>(std::lround(value * one)); };
  const int luma_factor = fixed(luma_scale);
  const int luma_zero = frame.color.full_range ? 0 : 16;
  const int red_factor = fixed(2 * (1 - weights.red) * chroma_scale);
  const int blue_factor = fixed(2 * (1 - weights.blue) * chroma_scale);
  const int green_from_red = fixed(2 * (1 - weights.red) * weights.red / green_weight * chroma_scale);
  const int green_from_blue = fixed(2 * (1 - weights.blue) * weights.blue / green_weight * chroma_scale);

  bgra.resize(static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height) * 4);
  std::uint8_t* out = bgra.data();
  constexpr int half = 1 << 15;
  for (int y = 0; y < frame.height; ++y) {
    for (int x = 0; x < frame.width; ++x) {
      const int base = (luma.at(x, y) - luma_zero) * luma_factor + half;
      int u = 0;
      int v = 0;
      if (blue && red) {
        u = blue->at(x >> frame.chroma_shift_x, y >> frame.chroma_shift_y) - 128;
        v = red->at(x >> frame.chroma_shift_x, y >> frame.chroma_shift_y) - 128;
      }
      out[0] = clamp_byte((base + u * blue_factor) >> 16);
      out[1] = clamp_byte((base - u * green_from_blue - v * green_from_red) >> 16);
      out[2] = clamp_byte((base + v * red_factor) >> 16);
      out[3] = 255;
      out += 4;
    }
  }
}

}  // namespace freshet::video
