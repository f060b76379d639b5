// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/frame_check.h"

#include <functional>
#include <gtest/gtest.h>
#include <limits>

#include "tests/player/video/test_frames.h"

namespace freshet::video {
namespace {

using test::PixelFormat;

TEST(FrameCheck, LetsEveryFormatPass) {
  for (const auto format :
       {PixelFormat::Yuv420P, PixelFormat::Yuv422P, PixelFormat::Yuv444P, PixelFormat::Yuv420P10,
        PixelFormat::Yuv444P12, PixelFormat::P010, PixelFormat::Nv12, PixelFormat::Nv21, PixelFormat::Gray,
        PixelFormat::Gray16, PixelFormat::Gbrp, PixelFormat::Gbrp10, PixelFormat::Bgra, PixelFormat::Rgb24}) {
    for (const bool bottom_up : {false, true}) {
      const auto frame =
          test::make_plain({.format = format, .width = 33, .height = 17, .bottom_up = bottom_up}, {1, 2, 3});
      EXPECT_TRUE(check_frame(*frame).has_value()) << test::name(format);
    }
  }
}

struct Damage {
  const char* sentence;
  std::function<void(media::VideoFrame&)> apply;
};

class FrameDamage : public testing::TestWithParam<Damage> {};

TEST_P(FrameDamage, IsFound) {
  media::VideoFrame frame = *test::make_plain({.width = 64, .height = 32}, {1, 2, 3});
  GetParam().apply(frame);
  const auto checked = check_frame(frame);
  ASSERT_FALSE(checked.has_value()) << GetParam().sentence;
  EXPECT_EQ(checked.error().code, "video-output");
}

INSTANTIATE_TEST_SUITE_P(
    Table, FrameDamage,
    testing::Values(Damage{"no width", [](auto& f) { f.width = 0; }},
                    Damage{"a negative height", [](auto& f) { f.height = -1; }},
                    Damage{"an endless width", [](auto& f) { f.width = std::numeric_limits<int>::max(); }},
                    Damage{"no planes", [](auto& f) { f.plane_count = 0; }},
                    Damage{"too many planes", [](auto& f) { f.plane_count = 5; }},
                    Damage{"a plane without memory", [](auto& f) { f.planes[1].data = nullptr; }},
                    Damage{"rows shorter than their pixels", [](auto& f) { f.planes[0].stride = 63; }},
                    Damage{"the lowest stride there is",
                           [](auto& f) { f.planes[0].stride = std::numeric_limits<std::ptrdiff_t>::min(); }},
                    Damage{"brightness smaller than the picture", [](auto& f) { f.planes[0].width = 63; }},
                    Damage{"colour smaller than its share", [](auto& f) { f.planes[2].height = 15; }},
                    Damage{"an endless subsampling", [](auto& f) { f.chroma_shift_x = 40; }},
                    Damage{"a negative subsampling", [](auto& f) { f.chroma_shift_y = -1; }},
                    Damage{"no components", [](auto& f) { f.planes[0].component_count = 0; }},
                    Damage{"a fifth component", [](auto& f) { f.planes[0].components[0].map = 4; }},
                    Damage{"bits beyond the pixel",
                           [](auto& f) { f.planes[0].components[0].bit_offset = 1; }},
                    Damage{"no bits", [](auto& f) { f.planes[0].components[0].depth = 0; }},
                    Damage{"pixels of no size", [](auto& f) { f.planes[0].pixel_bytes = 0; }}));

TEST(IsDrawable, AsksForAsManyPixelsAsTheSizeSays) {
  Overlay overlay;
  overlay.width = overlay.height = 10;
  overlay.bitmap_width = 3;
  overlay.bitmap_height = 2;
  overlay.rgba.resize(3 * 2 * 4);
  const auto drawable = [](const Overlay& o) { return is_drawable(std::make_shared<Overlay>(o)); };
  EXPECT_TRUE(drawable(overlay));
  EXPECT_FALSE(is_drawable(nullptr));
  overlay.rgba.pop_back();
  EXPECT_FALSE(drawable(overlay));
  overlay.rgba.clear();
  overlay.bitmap_width = 0;
  EXPECT_FALSE(drawable(overlay));
}

TEST(MakeBgraFrame, DescribesItsPixels) {
  std::vector<std::byte> pixels(2 * 1 * 4);
  pixels[4] = std::byte{30};  // blue of the second
  pixels[6] = std::byte{10};  // red
  const auto frame = make_bgra_frame(std::move(pixels), 2, 1);
  EXPECT_TRUE(check_frame(*frame).has_value());
  EXPECT_EQ(test::pixel(*frame, 1, 0), (test::Color{10, 0, 30}));
}

}  // namespace
}  // namespace freshet::video
