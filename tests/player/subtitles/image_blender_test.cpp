// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/subtitles/image_blender.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace freshet::subtitles {
namespace {

using video::Rectangle;

bool overlap(const Rectangle& a, const Rectangle& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

bool inside(const Rectangle& a, const Rectangle& b) {
  return a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height;
}

TEST(Gather, JoinsGlyphsAndKeepsDistantLinesApart) {
  const std::vector<Rectangle> groups =
      gather({{100, 900, 30, 40}, {134, 900, 30, 40}, {168, 905, 30, 40}, {100, 20, 300, 40}}, 8);
  EXPECT_EQ(groups, (std::vector<Rectangle>{{100, 900, 98, 45}, {100, 20, 300, 40}}));
}

TEST(Gather, DropsEmptyPartsAndKeepsItsLimit) {
  std::vector<Rectangle> parts{{5, 5, 0, 9}, {5, 5, 9, -1}};
  for (int n = 0; n < 20; ++n) parts.push_back({n * 500, (n % 3) * 700, 20, 20});
  EXPECT_LE(gather(parts, 4).size(), 4U);
  EXPECT_TRUE(gather({}, 4).empty());
}

TEST(Gather, CoversEachPartByExactlyOneOfDisjointRectangles) {
  std::minstd_rand random(1);
  const auto number = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  for (int round = 0; round < 200; ++round) {
    std::vector<Rectangle> parts;
    for (int n = number(60); n >= 0; --n)
      parts.push_back({number(1900), number(1000), 1 + number(80), 1 + number(80)});
    const std::vector<Rectangle> groups = gather(parts, 8);
    EXPECT_LE(groups.size(), 8U);
    for (std::size_t a = 0; a < groups.size(); ++a) {
      for (std::size_t b = a + 1; b < groups.size(); ++b) EXPECT_FALSE(overlap(groups[a], groups[b]));
    }
    for (const Rectangle& part : parts) {
      EXPECT_EQ(std::ranges::count_if(groups, [&](const Rectangle& group) { return inside(part, group); }),
                1);
    }
  }
}

TEST(Blend, GivesWhatDrawingOneMaskAfterAnotherGives) {
  // Two masks that overlap, of random opacity, drawn by the definition in floating point.
  std::minstd_rand random(2);
  std::array<std::vector<unsigned char>, 2> masks;
  std::array<ASS_Image, 2> images{};
  for (std::size_t n = 0; n < 2; ++n) {
    masks[n].resize(40 * 30);
    for (unsigned char& value : masks[n]) value = static_cast<unsigned char>(random() % 256);
    images[n].w = 32;
    images[n].h = 30;
    images[n].stride = 40;
    images[n].bitmap = masks[n].data();
    images[n].dst_x = static_cast<int>(n) * 10 - 4;  // the first sticks out at the left
    images[n].dst_y = 5;
    images[n].color = n == 0 ? 0xFF804000U : 0x20C0FF60U;
  }
  images[0].next = &images[1];
  const auto overlays = blend_images(images.data(), 64, 48);
  ASSERT_EQ(overlays.size(), 1U);
  const video::Overlay& overlay = *overlays.front();
  EXPECT_EQ(overlay.x, 0);
  EXPECT_EQ(overlay.width, 38);
  ASSERT_EQ(overlay.rgba.size(), 38U * 30U * 4U);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 38; ++x) {
      std::array<double, 4> expected{};
      for (const ASS_Image& image : images) {
        const int column = x - image.dst_x;
        if (column < 0 || column >= image.w) continue;
        const double alpha =
            image.bitmap[y * image.stride + column] / 255.0 * (255 - (image.color & 0xFF)) / 255;
        const std::array<double, 4> color{static_cast<double>(image.color >> 24),
                                          static_cast<double>((image.color >> 16) & 0xFF),
                                          static_cast<double>((image.color >> 8) & 0xFF), 255};
        for (std::size_t c = 0; c < 4; ++c) expected[c] = color[c] * alpha + expected[c] * (1 - alpha);
      }
      for (std::size_t c = 0; c < 4; ++c) {
        const auto at = static_cast<std::size_t>(y * 38 + x) * 4 + c;
        ASSERT_NEAR(overlay.rgba[at], expected[c], 2) << x << "," << y << " channel " << c;
      }
    }
  }
}

TEST(Blend, CutsOffWhatLiesOutside) {
  std::vector<unsigned char> mask(100, 255);
  ASS_Image image{};
  image.w = image.h = image.stride = 10;
  image.bitmap = mask.data();
  image.color = 0xFFFFFF00U;
  image.dst_x = 95;
  image.dst_y = -7;
  const auto overlays = blend_images(&image, 100, 100);
  ASSERT_EQ(overlays.size(), 1U);
  EXPECT_EQ(overlays[0]->width, 5);
  EXPECT_EQ(overlays[0]->height, 3);
  image.dst_x = 200;
  EXPECT_TRUE(blend_images(&image, 100, 100).empty());
  EXPECT_TRUE(blend_images(nullptr, 100, 100).empty());
}

}  // namespace
}  // namespace freshet::subtitles
