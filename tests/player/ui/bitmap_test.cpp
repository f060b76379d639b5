// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/ui/bitmap.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace freshet::ui {
namespace {

constexpr int side = 64;

int alpha_at(const video::Overlay& overlay, int x, int y) {
  return overlay.rgba[(static_cast<std::size_t>(y) * side + static_cast<std::size_t>(x)) * 4 + 3];
}

// The shape's definition, pixel by pixel: its distance to the nearest point of the box shrunk by the radius.
double distance(const Box& box, double radius, double x, double y) {
  const double near_x = std::clamp(x, box.x + radius, box.right() - radius);
  const double near_y = std::clamp(y, box.y + radius, box.bottom() - radius);
  const double outside = std::hypot(x - near_x, y - near_y);
  if (outside > 0) return outside - radius;
  return -radius - std::min({x - box.x - radius, box.right() - radius - x, y - box.y - radius,
                             box.bottom() - radius - y});
}

TEST(Bitmap, FillsShapesAsTheirDefinitionSays) {
  std::mt19937 random(3);  // NOLINT: the same shapes each time
  const auto number = [&](double from, double to) {
    return std::uniform_real_distribution(from, to)(random);
  };
  for (int round = 0; round < 300; ++round) {
    const Box box{number(-20, 50), number(-20, 50), number(1, 70), number(1, 40)};
    const double radius = std::min({number(0, 12), box.width / 2, box.height / 2});
    const double softness = number(0.6, 9);
    Bitmap sharp({0, 0, side, side});
    sharp.fill_rounded(box, radius, {255, 255, 255, 1});
    Bitmap soft({0, 0, side, side});
    soft.fill_soft(box, radius, softness, {255, 255, 255, 1});
    Bitmap rim({0, 0, side, side});
    rim.stroke_rounded(box, radius, 2, {255, 255, 255, 1});
    const auto sharp_overlay = std::move(sharp).finish();
    const auto soft_overlay = std::move(soft).finish();
    const auto rim_overlay = std::move(rim).finish();
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        const double d = distance(box, radius, x + 0.5, y + 0.5);
        const double covered = std::clamp(0.5 - d, 0.0, 1.0);
        ASSERT_NEAR(alpha_at(*sharp_overlay, x, y), 255 * covered, 1) << x << "," << y;
        const double t = std::clamp((softness - d) / (2 * softness), 0.0, 1.0);
        ASSERT_NEAR(alpha_at(*soft_overlay, x, y), 255 * t * t * (3 - 2 * t), 1) << x << "," << y;
        ASSERT_NEAR(alpha_at(*rim_overlay, x, y), 255 * (covered - std::clamp(-1.5 - d, 0.0, 1.0)), 1)
            << x << "," << y;
      }
    }
  }
}

TEST(Bitmap, HoldsPremultipliedColours) {
  Bitmap bitmap({10, 20, 4, 4});
  bitmap.fill_rounded({0, 0, 100, 100}, 0, {200, 100, 0, 0.5});
  const auto overlay = std::move(bitmap).finish();
  EXPECT_EQ(overlay->x, 10);
  EXPECT_EQ(overlay->y, 20);
  EXPECT_NEAR(overlay->rgba[0], 100, 1);
  EXPECT_NEAR(overlay->rgba[1], 50, 1);
  EXPECT_EQ(overlay->rgba[2], 0);
  EXPECT_NEAR(overlay->rgba[3], 128, 1);
}

TEST(Bitmap, LaysInkOverInk) {
  Bitmap bitmap({0, 0, 1, 1});
  bitmap.fill_rounded({-5, -5, 10, 10}, 0, {255, 0, 0, 1});
  bitmap.fill_rounded({-5, -5, 10, 10}, 0, {0, 0, 255, 0.5});
  const auto overlay = std::move(bitmap).finish();
  EXPECT_NEAR(overlay->rgba[0], 127, 1);
  EXPECT_NEAR(overlay->rgba[2], 128, 1);
  EXPECT_EQ(overlay->rgba[3], 255);
}

TEST(Bitmap, CutsOffWhatLiesOutside) {
  Bitmap bitmap({0, 0, 4, 4});
  const std::vector<std::uint8_t> mask(100, 255);
  bitmap.fill_mask(-3, -3, 10, 10, mask, 10, {255, 255, 255, 1});
  bitmap.fill_mask(100, 100, 10, 10, mask, 10, {255, 255, 255, 1});
  bitmap.fill_circle(-50, -50, 10, {0, 0, 0, 1});
  const auto overlay = std::move(bitmap).finish();
  EXPECT_TRUE(std::ranges::all_of(overlay->rgba, [](std::uint8_t value) { return value == 255; }));
}

}  // namespace
}  // namespace freshet::ui
