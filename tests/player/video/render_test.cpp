// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Known pictures through the real outputs and back: OpenGL without any display (SDL's offscreen driver), and
// both outputs in a window of a virtual X server.
#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>

#include "player/video/video_output.h"
#include "tests/player/video/test_frames.h"
#include "tests/player/video/virtual_display.h"

namespace freshet::video {
namespace {

using test::Color;
using test::FrameSpec;
using test::PixelFormat;

enum class Place { Offscreen, VirtualX };
struct Target {
  const char* name;
  OutputKind kind;
  Place place;
  Quality quality;
  const char* renderer;  // SDL_RENDER_DRIVER
};

class Render : public testing::TestWithParam<Target> {
 protected:
  void SetUp() override {
    if (GetParam().place == Place::VirtualX) {
      static test::VirtualDisplay display;  // one for all: each start costs as much as all tests
      setenv("SDL_VIDEODRIVER", "x11", 1);
    } else {
      setenv("SDL_VIDEODRIVER", "offscreen", 1);
    }
    setenv("SDL_RENDER_DRIVER", GetParam().renderer, 1);
    auto opened = open_video_output(GetParam().kind,
                                    {.geometry = Rectangle{0, 0, 640, 360}, .quality = GetParam().quality});
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    output_ = std::move(*opened);
  }

  // Shows it and reads the window back.
  media::FramePointer shown(const media::FramePointer& frame, std::vector<OverlayPointer> overlays = {}) {
    const auto show = output_->show(frame, overlays);
    EXPECT_TRUE(show.has_value()) << show.error().message;
    auto captured = output_->capture();
    EXPECT_TRUE(captured.has_value()) << captured.error().message;
    return captured ? *captured : nullptr;
  }

  void expect_quadrants(const FrameSpec& spec, int tolerance) {
    const auto frame = test::make_quadrants(spec);
    const auto picture = shown(frame);
    ASSERT_TRUE(picture);
    const Rectangle r = output_->picture_rectangle(*frame);
    const auto at = [&](int x_quarter, int y_quarter) {
      return test::pixel(*picture, r.x + r.width * x_quarter / 4, r.y + r.height * y_quarter / 4);
    };
    const auto expect = [&](Color seen, Color expected, const char* where) {
      EXPECT_LE(distance(seen, expected), tolerance)
          << where << " of " << test::name(spec.format) << ": " << seen << " instead of " << expected;
    };
    // The corners go round with the picture.
    const std::array<Color, 4> clockwise{test::top_left, test::top_right, test::bottom_right,
                                         test::bottom_left};
    const auto turned = [&](std::size_t corner) {
      return clockwise[(corner + 4 - static_cast<std::size_t>(spec.rotation / 90)) % 4];
    };
    expect(at(1, 1), turned(0), "top left");
    expect(at(3, 1), turned(1), "top right");
    expect(at(3, 3), turned(2), "bottom right");
    expect(at(1, 3), turned(3), "bottom left");
  }

  std::unique_ptr<VideoOutput> output_;
};

// Pictures that only the gpu output takes; for the others the decoder's thread converts them.
class GpuRender : public Render {};

// 8-bit YCbCr cannot hold every RGB colour: rounding costs up to 2, SDL's own arithmetic one more.
constexpr int close = 3;

TEST_P(Render, ShowsTheColoursOfEachMatrixAndRange) {
  for (const int matrix : {1, 5}) {
    for (const bool full : {false, true}) {
      SCOPED_TRACE(testing::Message() << "matrix " << matrix << (full ? " full" : " limited"));
      expect_quadrants({.format = PixelFormat::Yuv420P, .matrix = matrix, .full_range = full}, close);
      expect_quadrants({.format = PixelFormat::Nv12, .matrix = matrix, .full_range = full}, close);
    }
  }
}

TEST_P(Render, ShowsBgra) {
  expect_quadrants({.format = PixelFormat::Bgra}, 1);
}

TEST_P(Render, ShowsRowsWithPadding) {
  expect_quadrants({.format = PixelFormat::Yuv420P, .row_padding = 64}, close);
  expect_quadrants({.format = PixelFormat::Nv12, .row_padding = 32}, close);
}

TEST_P(Render, ShowsOddSizes) {
  expect_quadrants({.format = PixelFormat::Yuv420P, .width = 321, .height = 181}, close);
  expect_quadrants({.format = PixelFormat::Nv12, .width = 321, .height = 181}, close);
}

TEST_P(Render, TurnsThePictureUpright) {
  for (const int rotation : {90, 180, 270}) {
    SCOPED_TRACE(rotation);
    expect_quadrants({.format = PixelFormat::Yuv420P, .rotation = rotation}, close);
  }
}

TEST_P(Render, WidensAnamorphicPixels) {
  expect_quadrants({.format = PixelFormat::Yuv420P, .width = 180, .height = 144, .sample_aspect = {64, 45}},
                   close);
}

TEST_P(Render, LeavesTheBarsBlack) {
  const auto frame = test::make_plain({.width = 240, .height = 180}, {255, 255, 255});
  const auto picture = shown(frame);
  ASSERT_TRUE(picture);
  const Rectangle r = output_->picture_rectangle(*frame);
  EXPECT_EQ(r, (Rectangle{80, 0, 480, 360}));
  EXPECT_EQ(test::pixel(*picture, 40, 180), (Color{0, 0, 0}));
  EXPECT_EQ(test::pixel(*picture, 78, 180), (Color{0, 0, 0}));
  EXPECT_LE(distance(test::pixel(*picture, 82, 180), {255, 255, 255}), 2);
  EXPECT_EQ(test::pixel(*picture, 600, 180), (Color{0, 0, 0}));
}

TEST_P(Render, ShowsBlackWithoutAPicture) {
  ASSERT_TRUE(shown(test::make_plain({}, {255, 255, 255})));
  const auto picture = shown(nullptr);
  ASSERT_TRUE(picture);
  EXPECT_EQ(test::pixel(*picture, 320, 180), (Color{0, 0, 0}));
}

TEST_P(GpuRender, ShowsWhatDeepAndPlanarFormatsHold) {
  expect_quadrants({.format = PixelFormat::Yuv420P10}, 2);
  expect_quadrants({.format = PixelFormat::Yuv420P10, .full_range = true}, 2);
  expect_quadrants({.format = PixelFormat::P010}, 2);
  expect_quadrants({.format = PixelFormat::P010, .width = 321, .height = 181}, 2);
  expect_quadrants({.format = PixelFormat::Yuv444P12, .matrix = 5}, 2);
  expect_quadrants({.format = PixelFormat::Yuv422P, .matrix = 5}, close);
  expect_quadrants({.format = PixelFormat::Nv21}, close);
  expect_quadrants({.format = PixelFormat::Gbrp}, 1);
  expect_quadrants({.format = PixelFormat::Gbrp10}, 1);
  expect_quadrants({.format = PixelFormat::Rgb24}, 1);
  expect_quadrants({.format = PixelFormat::Rgb24, .width = 321, .height = 181, .row_padding = 13}, 1);
  expect_quadrants({.format = PixelFormat::Yuv420P, .bottom_up = true}, close);
}

TEST_P(Render, ShowsGray) {
  for (const bool full : {false, true}) {
    const auto picture =
        shown(test::make_plain({.format = PixelFormat::Gray, .full_range = full}, {120, 120, 120}));
    ASSERT_TRUE(picture);
    EXPECT_LE(distance(test::pixel(*picture, 320, 180), {120, 120, 120}), 1) << "full " << full;
  }
}

TEST_P(GpuRender, ShowsDeepGray) {
  const auto picture =
      shown(test::make_plain({.format = PixelFormat::Gray16, .full_range = true}, {77, 77, 77}));
  ASSERT_TRUE(picture);
  EXPECT_LE(distance(test::pixel(*picture, 320, 180), {77, 77, 77}), 1);
}

TEST_P(GpuRender, MapsHdrWhiteIntoTheScreensRange) {
  // PQ code 0.58 is 203 cd/m², the white of ordinary pictures: it must come out light, and darker than 1000
  // cd/m².
  const auto hdr = [](int code) {
    auto frame = std::make_shared<media::VideoFrame>(
        *test::make_plain({.format = PixelFormat::Yuv420P10, .matrix = 9}, {code, code, code}));
    frame->color.primaries = 9;
    frame->color.transfer = 16;
    frame->hdr = media::HdrInfo{0.0001F, 1000, 1000, 400};
    return frame;
  };
  const auto white = shown(hdr(148));
  const auto peak = shown(hdr(192));
  ASSERT_TRUE(white && peak);
  const Color seen = test::pixel(*white, 320, 180);
  const Color brightest = test::pixel(*peak, 320, 180);
  EXPECT_GT(seen.green, 150);
  EXPECT_LT(seen.green, brightest.green);
  EXPECT_GT(brightest.green, 235);
  EXPECT_LE(std::abs(seen.red - seen.blue), 3) << "gray stays gray";
}

TEST_P(Render, RefusesADamagedPictureAndGoesOn) {
  auto frame = std::make_shared<media::VideoFrame>(*test::make_plain({}, {10, 10, 10}));
  frame->planes[1].data = nullptr;
  const auto refused = output_->show(frame, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "video-output");
  EXPECT_TRUE(output_->show(test::make_plain({}, {10, 10, 10}), {}).has_value());
}

OverlayPointer make_overlay(Rectangle place, Color color, std::uint8_t alpha) {
  auto overlay = std::make_shared<Overlay>();
  overlay->x = place.x;
  overlay->y = place.y;
  overlay->width = overlay->bitmap_width = place.width;
  overlay->height = overlay->bitmap_height = place.height;
  for (int i = 0; i < place.width * place.height; ++i) {
    for (const int component : {color.red, color.green, color.blue})
      overlay->rgba.push_back(static_cast<std::uint8_t>(component * alpha / 255));
    overlay->rgba.push_back(alpha);
  }
  return overlay;
}

TEST_P(Render, LaysOverlaysExactlyWhereTheySay) {
  const auto overlay = make_overlay({100, 50, 60, 20}, {255, 128, 0}, 255);
  const auto picture = shown(test::make_plain({}, {0, 0, 0}), {overlay});
  ASSERT_TRUE(picture);
  const auto expect = [&](int x, int y, Color color) {
    EXPECT_LE(distance(test::pixel(*picture, x, y), color), 1) << x << "," << y;
  };
  expect(100, 50, {255, 128, 0});
  expect(159, 69, {255, 128, 0});
  expect(99, 50, {0, 0, 0});
  expect(100, 49, {0, 0, 0});
  expect(160, 69, {0, 0, 0});
  expect(159, 70, {0, 0, 0});
}

TEST_P(Render, BlendsOverlaysInOrder) {
  const auto below = make_overlay({0, 0, 200, 200}, {255, 0, 0}, 255);
  const auto above = make_overlay({100, 0, 200, 200}, {255, 255, 255}, 128);
  const auto picture = shown(nullptr, {below, above});
  ASSERT_TRUE(picture);
  EXPECT_LE(distance(test::pixel(*picture, 50, 50), {255, 0, 0}), 1);
  EXPECT_LE(distance(test::pixel(*picture, 150, 50), {255, 128, 128}), 2);
  EXPECT_LE(distance(test::pixel(*picture, 250, 50), {128, 128, 128}), 2);
}

TEST_P(Render, ScalesAnOverlayWhoseBitmapHasAnotherSize) {
  auto overlay = std::make_shared<Overlay>(*make_overlay({0, 0, 10, 10}, {0, 255, 0}, 255));
  overlay->x = 200;
  overlay->y = 100;
  overlay->width = 100;
  overlay->height = 50;
  const auto picture = shown(nullptr, {OverlayPointer(overlay)});
  ASSERT_TRUE(picture);
  EXPECT_LE(distance(test::pixel(*picture, 250, 125), {0, 255, 0}), 1);
  EXPECT_LE(distance(test::pixel(*picture, 290, 145), {0, 255, 0}), 1);
  EXPECT_EQ(test::pixel(*picture, 310, 125), (Color{0, 0, 0}));
}

TEST_P(Render, ForgetsAnOverlayThatIsNoLongerNamed) {
  const auto first = make_overlay({10, 10, 20, 20}, {255, 255, 0}, 255);
  const auto second = make_overlay({50, 10, 20, 20}, {0, 255, 255}, 255);
  ASSERT_TRUE(shown(nullptr, {first}));
  const auto picture = shown(nullptr, {second});
  ASSERT_TRUE(picture);
  EXPECT_EQ(test::pixel(*picture, 20, 20), (Color{0, 0, 0}));
  EXPECT_LE(distance(test::pixel(*picture, 60, 20), {0, 255, 255}), 1);
  EXPECT_LE(distance(test::pixel(*shown(nullptr, {first}), 20, 20), {255, 255, 0}), 1);
}

TEST_P(Render, LeavesOutAnOverlayWithoutPixels) {
  auto broken = std::make_shared<Overlay>(*make_overlay({10, 10, 20, 20}, {255, 255, 0}, 255));
  broken->rgba.resize(17);
  const auto picture = shown(nullptr, {OverlayPointer(broken), nullptr});
  ASSERT_TRUE(picture);
  EXPECT_EQ(test::pixel(*picture, 20, 20), (Color{0, 0, 0}));
}

TEST_P(Render, ASurfaceHasTheSizeThatWasAskedFor) {
  EXPECT_EQ(output_->surface().width, 640);
  EXPECT_EQ(output_->surface().height, 360);
  EXPECT_EQ(output_->surface().scale, 1.0);
}

// What OpenGL gets when it runs on the processor, and what a graphics card gets.
constexpr Target gpu_offscreen{"GpuOffscreen", OutputKind::Gpu, Place::Offscreen, Quality::Fast, ""};
constexpr Target gpu_good{"GpuGood", OutputKind::Gpu, Place::Offscreen, Quality::Good, ""};
constexpr Target gpu_x11{"GpuX11", OutputKind::Gpu, Place::VirtualX, Quality::Auto, ""};
constexpr Target sdl_x11{"SdlX11", OutputKind::Sdl, Place::VirtualX, Quality::Auto, ""};
constexpr Target sdl_software{"SdlSoftware", OutputKind::Sdl, Place::VirtualX, Quality::Auto, "software"};

constexpr auto name_of = [](const auto& tested) { return std::string(tested.param.name); };
INSTANTIATE_TEST_SUITE_P(Outputs, Render,
                         testing::Values(gpu_offscreen, gpu_good, gpu_x11, sdl_x11, sdl_software), name_of);
INSTANTIATE_TEST_SUITE_P(Outputs, GpuRender, testing::Values(gpu_offscreen, gpu_good, gpu_x11), name_of);

}  // namespace
}  // namespace freshet::video
