// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A transparent picture to paint an overlay on: shapes with smooth edges, and coverage masks (glyphs). It
// covers a rectangle of the window; all coordinates are the window's. Main thread or any one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "player/video/overlay.h"

namespace freshet::ui {

struct Ink {
  std::uint8_t red = 255, green = 255, blue = 255;
  double opacity = 1;  // 0..1
};

struct Box {
  double x = 0, y = 0, width = 0, height = 0;
  [[nodiscard]] double right() const { return x + width; }
  [[nodiscard]] double bottom() const { return y + height; }
};

// Whole pixels that hold `box` and `reach` around it.
[[nodiscard]] video::Rectangle covering(const Box& box, double reach);

class Bitmap {
 public:
  explicit Bitmap(video::Rectangle area);

  // Corners of `radius`; edges fall off over one pixel.
  void fill_rounded(const Box& box, double radius, const Ink& ink);
  // The same shape as a shadow: its edge fades over `softness` pixels outwards and inwards.
  void fill_soft(const Box& box, double radius, double softness, const Ink& ink);
  // The inner rim of the same shape, `thickness` pixels wide.
  void stroke_rounded(const Box& box, double radius, double thickness, const Ink& ink);
  void fill_circle(double x, double y, double radius, const Ink& ink);
  // `coverage`: rows of `stride` bytes, 255 is opaque.
  void fill_mask(int x, int y, int width, int height, std::span<const std::uint8_t> coverage,
                 std::size_t stride, const Ink& ink);

  [[nodiscard]] video::OverlayPointer finish() &&;

 private:
  // `coverage` of a pixel from its distance to the shape's edge, negative inside; deeper inside than `reach`,
  // and further outside, it no longer changes.
  template <class Coverage>
  void fill_shape(const Box& box, double radius, double reach, const Ink& ink, Coverage&& coverage);
  void blend(int x, int y, int count, const Ink& ink, double coverage);
  video::Rectangle area_;
  std::vector<std::uint8_t> rgba_;
};

}  // namespace freshet::ui
