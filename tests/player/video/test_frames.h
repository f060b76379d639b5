// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Pictures whose colours are known, in the pixel formats that decoders give, and a look at what came out.
#pragma once

#include <array>
#include <ostream>
#include <string>

#include "player/media/video_frame.h"

namespace freshet::test {

enum class PixelFormat {
  Yuv420P,
  Yuv422P,
  Yuv444P,
  Yuv420P10,
  Yuv444P12,
  P010,
  Nv12,
  Nv21,
  Gray,
  Gray16,
  Gbrp,
  Gbrp10,
  Bgra,
  Rgb24,
};
[[nodiscard]] std::string name(PixelFormat format);

struct Color {
  int red = 0, green = 0, blue = 0;
  bool operator==(const Color&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Color& color);
[[nodiscard]] int distance(const Color& a, const Color& b);  // of the component that differs most

// Quadrants: red top left, green top right, blue bottom left, white bottom right; in a gray format their
// lumas.
inline constexpr Color top_left{200, 40, 30};
inline constexpr Color top_right{30, 180, 60};
inline constexpr Color bottom_left{40, 60, 210};
inline constexpr Color bottom_right{235, 235, 235};

struct FrameSpec {
  PixelFormat format = PixelFormat::Yuv420P;
  int width = 320;
  int height = 180;
  int matrix = 1;  // 1 BT.709, 5 BT.601, 9 BT.2020
  bool full_range = false;
  int rotation = 0;
  media::Rational sample_aspect{1, 1};
  int row_padding = 0;  // bytes after each row
  bool bottom_up = false;
};
[[nodiscard]] media::FramePointer make_quadrants(const FrameSpec& spec);
// One colour everywhere.
[[nodiscard]] media::FramePointer make_plain(const FrameSpec& spec, Color color);

// Of a bgra frame.
[[nodiscard]] Color pixel(const media::VideoFrame& frame, int x, int y);

}  // namespace freshet::test
