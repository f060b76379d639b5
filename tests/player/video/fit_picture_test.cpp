// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "player/video/video_output.h"

namespace freshet::video {

void PrintTo(const Rectangle& r, std::ostream* out) {
  *out << r.width << "x" << r.height << "+" << r.x << "+" << r.y;
}

namespace {

struct Case {
  const char* sentence;
  int width, height;
  media::Rational aspect;
  int rotation;
  int surface_width, surface_height;
  Rectangle expected;
};

class FitPicture : public testing::TestWithParam<Case> {};

TEST_P(FitPicture, KeepsTheDisplayAspectAndCentres) {
  const Case& c = GetParam();
  media::VideoFrame frame;
  frame.width = c.width;
  frame.height = c.height;
  frame.sample_aspect = c.aspect;
  frame.rotation = c.rotation;
  EXPECT_EQ(fit_picture(frame, c.surface_width, c.surface_height), c.expected) << c.sentence;
}

INSTANTIATE_TEST_SUITE_P(
    Table, FitPicture,
    testing::Values(
        Case{"the same size fills", 1280, 720, {1, 1}, 0, 1280, 720, {0, 0, 1280, 720}},
        Case{"the same shape is scaled up", 640, 360, {1, 1}, 0, 1920, 1080, {0, 0, 1920, 1080}},
        Case{"wide gets bars above and below", 1920, 800, {1, 1}, 0, 1280, 720, {0, 93, 1280, 533}},
        Case{"narrow gets bars at the sides", 640, 480, {1, 1}, 0, 1280, 720, {160, 0, 960, 720}},
        Case{"PAL 16:9 is widened", 720, 576, {64, 45}, 0, 1024, 576, {0, 0, 1024, 576}},
        Case{"NTSC 4:3 is narrowed", 720, 480, {8, 9}, 0, 640, 480, {0, 0, 640, 480}},
        Case{"a phone held upright", 1920, 1080, {1, 1}, 90, 1280, 720, {437, 0, 405, 720}},
        Case{"upside down keeps its shape", 1920, 1080, {1, 1}, 180, 1280, 720, {0, 0, 1280, 720}},
        Case{"a quarter turn turns the pixel's shape too",
             720,
             576,
             {64, 45},
             270,
             576,
             1024,
             {0, 0, 576, 1024}},
        Case{"odd sizes", 321, 181, {1, 1}, 0, 321, 181, {0, 0, 321, 181}},
        Case{"an unknown aspect is square", 100, 100, {0, 1}, 0, 200, 100, {50, 0, 100, 100}},
        Case{"a denominator of 0 is square", 100, 100, {4, 0}, 0, 200, 100, {50, 0, 100, 100}},
        Case{"a negative aspect is square", 100, 100, {-4, 3}, 0, 200, 100, {50, 0, 100, 100}},
        Case{"a mad aspect is square", 100, 100, {100000, 1}, 0, 200, 100, {50, 0, 100, 100}},
        Case{"a thread of a picture keeps one pixel", 16000, 1, {1, 1}, 0, 100, 100, {0, 49, 100, 1}},
        Case{"no surface, no rectangle", 100, 100, {1, 1}, 0, 0, 0, {}}));

}  // namespace
}  // namespace freshet::video
