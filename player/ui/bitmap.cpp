// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/ui/bitmap.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace freshet::ui {
namespace {

// How far a point lies outside a box with round corners; negative inside.
double outside(const Box& box, double radius, double x, double y) {
  const double half_width = box.width / 2;
  const double half_height = box.height / 2;
  const double dx = std::abs(x - (box.x + half_width)) - (half_width - radius);
  const double dy = std::abs(y - (box.y + half_height)) - (half_height - radius);
  const double corner = std::hypot(std::max(dx, 0.0), std::max(dy, 0.0));
  return corner + std::min(std::max(dx, dy), 0.0) - radius;
}

// Half a pixel on each side of an edge is partly covered.
constexpr double edge = 0.5;

double smooth_step(double t) {
  t = std::clamp(t, 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

}  // namespace

video::Rectangle covering(const Box& box, double reach) {
  const int left = static_cast<int>(std::floor(box.x - reach));
  const int top = static_cast<int>(std::floor(box.y - reach));
  return {left, top, static_cast<int>(std::ceil(box.right() + reach)) - left,
          static_cast<int>(std::ceil(box.bottom() + reach)) - top};
}

Bitmap::Bitmap(video::Rectangle area)
    : area_{area.x, area.y, std::max(area.width, 1), std::max(area.height, 1)},
      rgba_(static_cast<std::size_t>(area_.width) * static_cast<std::size_t>(area_.height) * 4) {}

template <class Coverage>
void Bitmap::fill_shape(const Box& box, double radius, double reach, const Ink& ink, Coverage&& coverage) {
  if (box.width <= 0 || box.height <= 0) return;
  radius = std::min({radius, box.width / 2, box.height / 2});
  const int first_x = std::max(static_cast<int>(std::floor(box.x - reach)), area_.x);
  const int first_y = std::max(static_cast<int>(std::floor(box.y - reach)), area_.y);
  const int last_x = std::min(static_cast<int>(std::ceil(box.right() + reach)), area_.x + area_.width);
  const int last_y = std::min(static_cast<int>(std::ceil(box.bottom() + reach)), area_.y + area_.height);
  // Between these columns only the row counts: the sides and the corners are too far away to matter.
  const int middle_begin = std::clamp(static_cast<int>(std::ceil(box.x + radius + reach)), first_x, last_x);
  const int middle_end = std::clamp(static_cast<int>(std::floor(box.right() - radius - reach)), middle_begin,
                                    std::max(last_x, middle_begin));
  const auto exactly = [&](int from, int to, int y) {
    for (int x = from; x < to; ++x) blend(x, y, 1, ink, coverage(outside(box, radius, x + 0.5, y + 0.5)));
  };
  for (int y = first_y; y < last_y; ++y) {
    exactly(first_x, middle_begin, y);
    if (middle_end > middle_begin)
      blend(middle_begin, y, middle_end - middle_begin, ink,
            coverage(outside(box, radius, (middle_begin + middle_end) / 2.0, y + 0.5)));
    exactly(middle_end, last_x, y);
  }
}

void Bitmap::fill_rounded(const Box& box, double radius, const Ink& ink) {
  fill_shape(box, radius, edge, ink, [](double distance) { return std::clamp(edge - distance, 0.0, 1.0); });
}

void Bitmap::fill_soft(const Box& box, double radius, double softness, const Ink& ink) {
  fill_shape(box, radius, softness, ink,
             [softness](double distance) { return smooth_step((softness - distance) / (2 * softness)); });
}

void Bitmap::stroke_rounded(const Box& box, double radius, double thickness, const Ink& ink) {
  fill_shape(box, radius, edge + thickness, ink, [thickness](double distance) {
    return std::clamp(edge - distance, 0.0, 1.0) - std::clamp(edge - distance - thickness, 0.0, 1.0);
  });
}

void Bitmap::fill_circle(double x, double y, double radius, const Ink& ink) {
  fill_rounded({x - radius, y - radius, 2 * radius, 2 * radius}, radius, ink);
}

void Bitmap::fill_mask(int x, int y, int width, int height, std::span<const std::uint8_t> coverage,
                       std::size_t stride, const Ink& ink) {
  for (int row = 0; row < height; ++row) {
    const auto line = coverage.subspan(static_cast<std::size_t>(row) * stride);
    for (int column = 0; column < width; ++column) {
      const std::uint8_t value = line[static_cast<std::size_t>(column)];
      if (value != 0) blend(x + column, y + row, 1, ink, value / 255.0);
    }
  }
}

void Bitmap::blend(int x, int y, int count, const Ink& ink, double coverage) {
  const auto alpha = static_cast<int>(std::lround(coverage * ink.opacity * 255));
  const int end = std::min(x + count, area_.x + area_.width);
  x = std::max(x, area_.x);
  if (alpha <= 0 || x >= end || y < area_.y || y >= area_.y + area_.height) return;
  std::uint8_t* at =
      rgba_.data() + (static_cast<std::size_t>(y - area_.y) * static_cast<std::size_t>(area_.width) +
                      static_cast<std::size_t>(x - area_.x)) *
                         4;
  const std::array<int, 4> over{ink.red * alpha + 127, ink.green * alpha + 127, ink.blue * alpha + 127,
                                255 * alpha + 127};
  for (; x < end; ++x, at += 4)
    for (std::size_t c = 0; c < 4; ++c)
      at[c] = static_cast<std::uint8_t>((over[c] + at[c] * (255 - alpha)) / 255);
}

video::OverlayPointer Bitmap::finish() && {
  auto overlay = std::make_shared<video::Overlay>();
  overlay->x = area_.x;
  overlay->y = area_.y;
  overlay->width = overlay->bitmap_width = area_.width;
  overlay->height = overlay->bitmap_height = area_.height;
  overlay->rgba = std::move(rgba_);
  return overlay;
}

}  // namespace freshet::ui
