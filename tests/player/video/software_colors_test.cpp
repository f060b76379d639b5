// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/software_colors.h"

#include <gtest/gtest.h>

#include "tests/player/video/test_frames.h"

namespace freshet::video {
namespace {

using test::Color;
using test::FrameSpec;
using test::PixelFormat;

Color converted_pixel(const media::VideoFrame& frame, int x, int y) {
  std::vector<std::uint8_t> bgra;
  convert_to_bgra(frame, bgra);
  const std::size_t at =
      (static_cast<std::size_t>(y) * static_cast<std::size_t>(frame.width) + static_cast<std::size_t>(x)) * 4;
  EXPECT_EQ(bgra[at + 3], 255);
  return {bgra[at + 2], bgra[at + 1], bgra[at]};
}

TEST(SoftwareColors, FollowTheMatrixAndTheRange) {
  for (const int matrix : {1, 5, 9}) {
    for (const bool full : {false, true}) {
      for (const auto format : {PixelFormat::Yuv420P, PixelFormat::Yuv422P, PixelFormat::Yuv444P,
                                PixelFormat::Nv12, PixelFormat::Nv21}) {
        const FrameSpec spec{
            .format = format, .width = 33, .height = 17, .matrix = matrix, .full_range = full};
        for (const Color color : {test::top_left, test::top_right, test::bottom_left, Color{255, 255, 255},
                                  Color{0, 0, 0}, Color{128, 128, 128}}) {
          const auto frame = test::make_plain(spec, color);
          ASSERT_TRUE(is_convertible(*frame));
          EXPECT_LE(distance(converted_pixel(*frame, 32, 16), color), 2)
              << test::name(format) << " matrix " << matrix << " full " << full << " " << color;
        }
      }
    }
  }
}

TEST(SoftwareColors, ReadAPictureThatLiesUpsideDownInMemory) {
  const auto frame = test::make_quadrants({.format = PixelFormat::Yuv444P, .bottom_up = true});
  EXPECT_LE(distance(converted_pixel(*frame, 10, 10), test::top_left), 2);
  EXPECT_LE(distance(converted_pixel(*frame, 300, 170), test::bottom_right), 2);
}

TEST(SoftwareColors, ShowGrayWithoutChroma) {
  const auto frame = test::make_plain({.format = PixelFormat::Gray, .full_range = true}, {90, 90, 90});
  EXPECT_EQ(converted_pixel(*frame, 5, 5), (Color{90, 90, 90}));
}

TEST(SoftwareColors, LeaveDeepAndRgbPicturesToOthers) {
  EXPECT_FALSE(is_convertible(*test::make_plain({.format = PixelFormat::Yuv420P10}, {})));
  EXPECT_FALSE(is_convertible(*test::make_plain({.format = PixelFormat::Gbrp}, {})));
}

TEST(SoftwareColors, GuessTheMatrixOfAnUntaggedPictureByItsSize) {
  media::VideoFrame frame;
  frame.width = 720;
  frame.height = 576;
  EXPECT_DOUBLE_EQ(luma_weights(frame).red, 0.299);
  frame.width = 1280;
  frame.height = 720;
  EXPECT_DOUBLE_EQ(luma_weights(frame).red, 0.2126);
}

}  // namespace
}  // namespace freshet::video
