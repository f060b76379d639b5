// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/subtitles/bitmap_track.h"

#include <gtest/gtest.h>
#include <limits>

namespace freshet::subtitles {
namespace {

using std::chrono::seconds;

media::SubtitleBitmap bitmap(int width, int height, std::uint8_t alpha = 255) {
  media::SubtitleBitmap made{.x = 10, .y = 20, .width = width, .height = height};
  made.rgba.resize(static_cast<std::size_t>(width * height) * 4);
  for (std::size_t at = 0; at < made.rgba.size(); at += 4) {
    made.rgba[at] = 200;
    made.rgba[at + 1] = 100;
    made.rgba[at + 2] = 50;
    made.rgba[at + 3] = alpha;
  }
  return made;
}

media::SubtitleEvent event(MediaTime start, MediaTime duration, std::vector<media::SubtitleBitmap> bitmaps) {
  return {.start = start,
          .duration = duration,
          .bitmaps = std::move(bitmaps),
          .space_width = 720,
          .space_height = 480};
}

TEST(BitmapTrack, ShowsAnEventUntilTheNextOne) {
  BitmapTrack track;
  track.add(event(seconds(10), seconds(0), {bitmap(4, 2)}));
  track.add(event(seconds(14), seconds(0), {}));
  EXPECT_EQ(track.at(seconds(9)), nullptr);
  ASSERT_NE(track.at(seconds(10)), nullptr);
  EXPECT_EQ(track.at(seconds(13)), track.at(seconds(10)));
  EXPECT_EQ(track.at(seconds(14)), nullptr) << "an event without pictures clears the screen";
  EXPECT_EQ(track.next_change(seconds(0)), seconds(10));
  EXPECT_EQ(track.next_change(seconds(10)), seconds(14));
  EXPECT_EQ(track.next_change(seconds(14)), std::nullopt);
}

TEST(BitmapTrack, EndsAnEventAfterItsDuration) {
  BitmapTrack track;
  track.add(event(seconds(10), seconds(2), {bitmap(4, 2)}));
  EXPECT_NE(track.at(seconds(11)), nullptr);
  EXPECT_EQ(track.at(seconds(12)), nullptr);
  EXPECT_EQ(track.next_change(seconds(11)), seconds(12));
}

TEST(BitmapTrack, KeepsOrderWhateverComesFirst) {
  BitmapTrack track;
  track.add(event(seconds(20), seconds(0), {bitmap(8, 2)}));
  track.add(event(seconds(10), seconds(0), {bitmap(4, 2)}));
  EXPECT_EQ(track.at(seconds(15))->pictures[0].width, 4);
  EXPECT_EQ(track.at(seconds(25))->pictures[0].width, 8);
}

TEST(BitmapTrack, PremultipliesAlpha) {
  BitmapTrack track;
  track.add(event(seconds(0), seconds(5), {bitmap(1, 1, 128)}));
  EXPECT_EQ(track.at(seconds(1))->pictures[0].rgba, (std::vector<std::uint8_t>{100, 50, 25, 128}));
}

TEST(BitmapTrack, LeavesOutWhatDoesNotHoldTogether) {
  media::SubtitleBitmap short_one = bitmap(4, 4);
  short_one.rgba.pop_back();
  media::SubtitleBitmap huge{.width = 1 << 20, .height = 1 << 20};
  media::SubtitleBitmap negative{.width = -4, .height = -4};
  media::SubtitleBitmap far_away = bitmap(2, 2);
  far_away.x = std::numeric_limits<int>::min();
  BitmapTrack track;
  track.add(event(seconds(0), seconds(5), {short_one, huge, negative, far_away, bitmap(3, 3)}));
  ASSERT_EQ(track.at(seconds(1))->pictures.size(), 1U);
  EXPECT_EQ(track.at(seconds(1))->pictures[0].width, 3);
}

TEST(BitmapTrack, ForgetsTheOldestWhenItHoldsTooMuch) {
  BitmapTrack track;
  for (int n = 0; n < 40; ++n) track.add(event(seconds(n), seconds(0), {bitmap(1024, 1024)}));
  EXPECT_EQ(track.at(seconds(0)), nullptr);
  EXPECT_NE(track.at(seconds(39)), nullptr);
}

TEST(BitmapTrack, SurvivesTimesWithoutMeaning) {
  BitmapTrack track;
  track.add(event(MediaTime::max(), MediaTime::max(), {bitmap(1, 1)}));
  track.add(event(MediaTime::min(), MediaTime::min(), {bitmap(1, 1)}));
  EXPECT_NE(track.at(seconds(0)), nullptr);
}

constexpr BitmapTrack::Picture line{.x = 360, .y = 400, .width = 180, .height = 60, .rgba = {}};

TEST(BitmapPlace, StretchesTheSpaceOverTheFilm) {
  // A DVD's 720×480 shown as 960×540 in the middle of a window.
  const auto at = place(line, 720, 480, {100, 50, 960, 540}, 720, 480, 1160, 640);
  EXPECT_EQ(at, (video::Rectangle{580, 500, 240, 68}));
}

TEST(BitmapPlace, KeepsADiscsScreenAroundACroppedFilm) {
  // A Blu-ray's 1920×1080 whose film was cropped to 1920×800: the line stands in the bar beneath the film.
  const BitmapTrack::Picture low{.x = 860, .y = 990, .width = 200, .height = 60, .rgba = {}};
  const auto at = place(low, 1920, 1080, {0, 140, 1920, 800}, 1920, 800, 1920, 1080);
  EXPECT_EQ(at, (video::Rectangle{860, 990, 200, 60}));
}

TEST(BitmapPlace, MovesALineIntoAWindowWithoutBars) {
  const BitmapTrack::Picture low{.x = 860, .y = 990, .width = 200, .height = 60, .rgba = {}};
  const auto at = place(low, 1920, 1080, {0, 0, 1920, 800}, 1920, 800, 1920, 800);
  EXPECT_EQ(at, (video::Rectangle{860, 740, 200, 60}));
}

TEST(BitmapPlace, GuessesTheSpaceFromTheFilm) {
  EXPECT_EQ(place(line, 0, 0, {0, 0, 1440, 960}, 720, 480, 1440, 960),
            (video::Rectangle{720, 800, 360, 120}));
}

}  // namespace
}  // namespace freshet::subtitles
