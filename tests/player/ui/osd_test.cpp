// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/ui/osd.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "player/ui/layers.h"

namespace freshet::ui {
namespace {

using namespace std::chrono_literals;
using video::OverlayPointer;

constexpr MonotonicTime start{};

struct Pixel {
  int red, green, blue, alpha;
};

// What the overlays make of a picture of one gray.
class Composite {
 public:
  Composite(const std::vector<OverlayPointer>& overlays, int width, int height, int gray)
      : width_(width), values_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), gray) {
    for (const OverlayPointer& overlay : overlays) {
      for (int y = 0; y < overlay->height; ++y) {
        for (int x = 0; x < overlay->width; ++x) {
          const int to_x = overlay->x + x;
          const int to_y = overlay->y + y;
          if (to_x < 0 || to_y < 0 || to_x >= width || to_y >= height) continue;
          const Pixel p = pixel(*overlay, x * overlay->bitmap_width / overlay->width,
                                y * overlay->bitmap_height / overlay->height);
          double& value = values_[static_cast<std::size_t>(to_y * width_ + to_x)];
          value = p.green + value * (255 - p.alpha) / 255;
        }
      }
    }
  }
  static Pixel pixel(const video::Overlay& overlay, int x, int y) {
    const std::size_t at = (static_cast<std::size_t>(y) * static_cast<std::size_t>(overlay.bitmap_width) +
                            static_cast<std::size_t>(x)) *
                           4;
    return {overlay.rgba[at], overlay.rgba[at + 1], overlay.rgba[at + 2], overlay.rgba[at + 3]};
  }
  [[nodiscard]] double darkest() const { return *std::ranges::min_element(values_); }
  [[nodiscard]] double brightest() const { return *std::ranges::max_element(values_); }

 private:
  int width_;
  std::vector<double> values_;
};

int inked_pixels(const std::vector<OverlayPointer>& overlays) {
  int count = 0;
  for (const OverlayPointer& overlay : overlays)
    for (std::size_t i = 3; i < overlay->rgba.size(); i += 4) count += overlay->rgba[i] > 128 ? 1 : 0;
  return count;
}

TEST(Osd, ShowsNothingAtFirst) {
  const auto osd = make_osd();
  EXPECT_TRUE(osd->render(1280, 720, 1, start).empty());
  EXPECT_EQ(osd->next_change(start), std::nullopt);
}

TEST(Osd, AMessageEndsByItself) {
  const auto osd = make_osd();
  osd->show_message("Speed: 1.10", 1s, start);
  EXPECT_EQ(osd->render(1280, 720, 1, start).size(), 1U);
  EXPECT_EQ(osd->next_change(start), start + 1s);
  EXPECT_EQ(osd->render(1280, 720, 1, start + 999ms).size(), 1U);
  EXPECT_TRUE(osd->render(1280, 720, 1, start + 1s).empty());
  EXPECT_EQ(osd->next_change(start + 1s), std::nullopt);
}

TEST(Osd, TheNextChangeIsTheSoonestEnd) {
  const auto osd = make_osd();
  osd->show_message("a", 3s, start);
  osd->show_gauge("Volume", 50, 100, 1s, start);
  osd->show_bar({.position = 1s, .duration = 10s, .buffered = {}}, 2s, start);
  EXPECT_EQ(osd->next_change(start), start + 1s);
  EXPECT_EQ(osd->next_change(start + 1s), start + 2s);
}

TEST(Osd, DrawsOnlyWhatChanged) {
  const auto osd = make_osd();
  osd->show_message("Audio: English", 5s, start);
  osd->set_wait(OsdWait{"Buffering", "3 peers", 0.5});
  const auto first = osd->render(1280, 720, 1, start);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(osd->render(1280, 720, 1, start + 1ms), first) << "the same pointers";
  osd->show_message("Audio: English", 9s, start);
  EXPECT_EQ(osd->render(1280, 720, 1, start + 2ms), first) << "said again, looks the same";
  osd->set_wait(OsdWait{"Buffering", "4 peers", 0.5});
  const auto second = osd->render(1280, 720, 1, start + 3ms);
  ASSERT_EQ(second.size(), 2U);
  EXPECT_NE(second[0], first[0]);
  EXPECT_EQ(second[1], first[1]);
  EXPECT_NE(osd->render(1281, 720, 1, start + 4ms)[1], first[1]) << "another window";
}

TEST(Osd, ABarMovesOnlyWhenThatCanBeSeen) {
  const auto osd = make_osd();
  OsdBar bar{.position = 100s, .duration = 7200s, .buffered = {{0, 0.5}}};
  osd->show_bar(bar, 5s, start);
  const auto first = osd->render(1280, 720, 1, start);
  bar.position += 20ms;
  bar.buffered[0].second += 1e-6;
  osd->show_bar(bar, 5s, start);
  EXPECT_EQ(osd->render(1280, 720, 1, start), first);
  bar.position += 1s;
  osd->show_bar(bar, 5s, start);
  EXPECT_NE(osd->render(1280, 720, 1, start), first);
}

TEST(Osd, TextIsReadOnWhiteAndOnBlack) {
  for (const auto& [width, height] : {std::pair{640, 360}, {1280, 720}, {3840, 2160}}) {
    for (const int gray : {0, 255}) {
      const auto osd = make_osd();
      osd->show_message("Subtitles: English", 1s, start);
      const Composite seen(osd->render(width, height, 1, start), width, height, gray);
      EXPECT_GT(seen.brightest(), 240) << width << " on " << gray;
      EXPECT_LT(seen.darkest(), 90) << width << " on " << gray;
    }
  }
}

class OsdFits : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(OsdFits, AnythingThatIsSaid) {
  const auto [width, height] = GetParam();
  const std::string endless(5000, 'W');
  std::string words;
  for (int i = 0; i < 400; ++i) words += "stream ";
  for (const std::string& text : {endless, words, std::string("x\n") + endless + "\n" + words}) {
    const auto osd = make_osd();
    osd->show_message(text, 1s, start);
    osd->show_gauge(text, 100, 130, 1s, start);
    osd->show_bar({.position = 754s, .duration = 5640s, .buffered = {}}, 1s, start);
    osd->set_wait(OsdWait{text, text, 0.5});
    auto overlays = osd->render(width, height, 1, start);
    osd->set_card(text, {text, text, text, text, text});
    const auto with_card = osd->render(width, height, 1, start);
    overlays.insert(overlays.end(), with_card.begin(), with_card.end());
    EXPECT_GT(overlays.size(), 3U);
    for (const OverlayPointer& overlay : overlays) {
      // A shadow may fade out beyond the edge, ink may not.
      for (int y = 0; y < overlay->bitmap_height; ++y) {
        for (int x = 0; x < overlay->bitmap_width; ++x) {
          const bool inside =
              overlay->x + x >= 0 && overlay->y + y >= 0 && overlay->x + x < width && overlay->y + y < height;
          if (inside) continue;
          ASSERT_LT(Composite::pixel(*overlay, x, y).green, 128) << "at " << x << ", " << y;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, OsdFits,
                         testing::Values(std::pair{640, 360}, std::pair{1280, 720}, std::pair{360, 800},
                                         std::pair{320, 180}, std::pair{2560, 400}));

TEST(Osd, SurvivesAWindowOfAFewPixels) {
  for (const auto& [width, height] : {std::pair{1, 1}, {10, 3}, {3, 200}, {0, 0}}) {
    const auto osd = make_osd();
    osd->show_message("message", 1s, start);
    osd->show_gauge("Volume", 5, 10, 1s, start);
    osd->show_bar({.position = 1s, .duration = 2s, .buffered = {{0, 1}}}, 1s, start);
    osd->set_wait(OsdWait{"Finding peers", "none yet", 0.1});
    for (const OverlayPointer& overlay : osd->render(width, height, 1, start))
      EXPECT_EQ(overlay->rgba.size(), static_cast<std::size_t>(overlay->bitmap_width) *
                                          static_cast<std::size_t>(overlay->bitmap_height) * 4);
  }
}

TEST(Osd, SurvivesNumbersThatAreNone) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const auto osd = make_osd();
  osd->show_gauge("Volume", nan, nan, 1s, start);
  osd->show_bar(
      {.position = -5s, .duration = MediaTime{0}, .buffered = {{nan, 1}, {0.5, infinite}, {0.9, 0.1}}}, 1s,
      start);
  osd->set_wait(OsdWait{"Buffering", "", nan});
  EXPECT_GE(osd->render(1280, 720, 1, start).size(), 3U);
  osd->show_gauge("Volume", infinite, 0, 1s, start);
  osd->set_wait(OsdWait{"Buffering", "", -infinite});
  EXPECT_GE(osd->render(1280, 720, 1, start).size(), 3U);
}

TEST(Osd, MarkupInATitleIsShownNotObeyed) {
  const auto osd = make_osd();
  osd->show_message("aaaa", 1s, start);
  const int plain = inked_pixels(osd->render(1280, 720, 1, start));
  osd->show_message("{\\alpha&HFF&}aaaa", 1s, start);
  EXPECT_GT(inked_pixels(osd->render(1280, 720, 1, start)), plain);
  osd->show_message("{\\p1}m 0 0 l 4000 0 4000 4000 0 4000", 1s, start);
  for (const OverlayPointer& overlay : osd->render(1280, 720, 1, start)) EXPECT_LT(overlay->height, 200);
}

TEST(Osd, TheSeekBarShowsWhereWeAreAndWhatIsThere) {
  const auto osd = make_osd();
  osd->show_bar({.position = 50s, .duration = 100s, .buffered = {{0.5, 0.75}}}, 1s, start);
  const auto overlays = osd->render(1280, 720, 1, start);
  ASSERT_EQ(overlays.size(), 2U);
  const video::Overlay& bar = *overlays[1];
  const int row = 720 - 42 - bar.y;
  // The widest run of the accent is what was played; behind the knob comes what is buffered, then the bare
  // track.
  int played = 0;
  for (int x = 0; x < bar.bitmap_width; ++x) {
    const Pixel p = Composite::pixel(bar, x, row);
    played += p.alpha > 250 && p.red < 80 && p.green > 190 ? 1 : 0;
  }
  EXPECT_NEAR(played, 525, 40);
  const int buffered = Composite::pixel(bar, 800, row).green;
  const int missing = Composite::pixel(bar, 1100, row).green;
  EXPECT_GT(buffered, missing + 40);
}

TEST(Osd, SaysHowMuchOfTheLowerEdgeTheBarCovers) {
  const auto osd = make_osd();
  osd->show_bar({.position = 5s, .duration = 10s, .buffered = {}}, 1s, start);
  EXPECT_EQ(osd->bottom_inset(), 0) << "nothing is drawn yet";
  EXPECT_EQ(osd->render(1280, 720, 1, start).size(), 2U);
  EXPECT_EQ(osd->bottom_inset(), 68);
  EXPECT_TRUE(osd->render(1280, 720, 1, start + 1s).empty());
  EXPECT_EQ(osd->bottom_inset(), 0);
}

TEST(Osd, ACardHidesTheWait) {
  const auto osd = make_osd();
  osd->set_wait(OsdWait{"Finding peers", "", std::nullopt});
  const auto waiting = osd->render(1280, 720, 1, start);
  osd->set_card("No peers", {"Next: --peer=IP:PORT"});
  const auto card = osd->render(1280, 720, 1, start);
  ASSERT_EQ(card.size(), 1U);
  EXPECT_NE(card, waiting);
  osd->set_card(std::nullopt, {});
  EXPECT_EQ(osd->render(1280, 720, 1, start).size(), 1U);
  osd->set_wait(std::nullopt);
  EXPECT_TRUE(osd->render(1280, 720, 1, start).empty());
}

TEST(Osd, AWaitCardKeepsItsSizeWhileItsNumbersChange) {
  const auto osd = make_osd();
  osd->set_wait(OsdWait{"Buffering", "13 peers · 11.2 MiB/s · about 14 s", 0.1});
  const int width = osd->render(1280, 720, 1, start).front()->width;
  osd->set_wait(OsdWait{"Buffering", "3 peers · 1.2 MiB/s · about 4 s", 0.2});
  EXPECT_EQ(osd->render(1280, 720, 1, start).front()->width, width);
}

TEST(ClockText, HasHoursWhenTheFileHas) {
  EXPECT_EQ(clock_text(0s, 0s), "0:00");
  EXPECT_EQ(clock_text(123s, 596s), "2:03");
  EXPECT_EQ(clock_text(123s, 5640s), "0:02:03");
  EXPECT_EQ(clock_text(100h, 0s), "100:00:00");
  EXPECT_EQ(clock_text(-5s, 10s), "0:00");
}

TEST(Layout, KeepsProportionsButStaysLegible) {
  EXPECT_DOUBLE_EQ(make_layout(1280, 720, 1).unit, 1.0);
  EXPECT_DOUBLE_EQ(make_layout(3840, 2160, 1).unit, 3.0);
  EXPECT_DOUBLE_EQ(make_layout(640, 360, 1).unit, 0.62);
  EXPECT_DOUBLE_EQ(make_layout(1280, 720, 2).unit, 1.24) << "a small window on a fine screen";
}

TEST(Stats, StayUntilTheyAreTakenAwayAndFitEveryWindow) {
  OsdStats stats;
  for (int i = 0; i < 12; ++i) stats.rows.push_back({"Label", "a value of some length {\\b1} · 1.2 MiB/s"});
  stats.peers.push_back({"Peer", "Client", "State", "Rate", "Round trip", "Queue", "Blocks"});
  for (int i = 0; i < 40; ++i)
    stats.peers.push_back({"[2001:db8:85a3::8a2e:370:7334]:51413", std::string(300, 'x'), "sending",
                           "1.0 MiB/s", "31 ms", "12/14", "8012"});
  for (const auto& [width, height] : {std::pair{320, 180}, {1280, 720}, {3840, 2160}, {40, 30}}) {
    const auto osd = make_osd();
    osd->set_stats(stats);
    const auto shown = osd->render(width, height, 1, start);
    for (const OverlayPointer& overlay : shown) {
      EXPECT_LE(overlay->x + overlay->width, width + 2) << width;
      EXPECT_LE(overlay->y + overlay->height, height + 2) << width;
    }
    if (width >= 320) {
      ASSERT_FALSE(shown.empty()) << width;
    }
    EXPECT_EQ(osd->render(width, height, 1, start), shown) << "drawn anew without a change";
    osd->set_stats(std::nullopt);
    EXPECT_TRUE(osd->render(width, height, 1, start).empty());
  }
}

TEST(SeekBar, TellsWhereOnItThePointerIs) {
  const auto osd = make_osd();
  EXPECT_FALSE(osd->bar_place(640, 678)) << "there is no bar";
  osd->show_bar({.position = 10s, .duration = 100s, .buffered = {}}, 1s, start);
  (void)osd->render(1280, 720, 1, start);
  const auto middle = osd->bar_place(640, 678);
  ASSERT_TRUE(middle);
  EXPECT_TRUE(middle->on_bar);
  EXPECT_NEAR(middle->at, 0.5, 0.02);
  EXPECT_EQ(osd->bar_place(0, 678)->at, 0);
  EXPECT_EQ(osd->bar_place(1279, 678)->at, 1);
  EXPECT_FALSE(osd->bar_place(640, 300)->on_bar) << "the picture is not the bar";
  EXPECT_NEAR(osd->bar_place(640, 300)->at, 0.5, 0.02) << "while it is dragged only the side counts";
}

TEST(SeekBar, ShowsAPreviewInsideTheWindowWhereverThePointerIs) {
  const auto picture = std::make_shared<OsdPicture>(
      OsdPicture{.width = 320, .height = 180, .rgba = std::vector<std::uint8_t>(320 * 180 * 4, 255)});
  for (const auto& [width, height] : {std::pair{1280, 720}, {3840, 2160}, {320, 180}}) {
    for (const double at : {0.0, 0.5, 1.0}) {
      const auto osd = make_osd();
      OsdBar bar{
          .position = 10s, .duration = 100s, .buffered = {}, .pointer = OsdPointer{.at = at, .time = 50s}};
      osd->show_bar(bar, 1s, start);
      const auto without = osd->render(width, height, 1, start);
      bar.pointer->picture = picture;
      osd->show_bar(bar, 1s, start);
      const auto with = osd->render(width, height, 1, start);
      ASSERT_EQ(with.size(), without.size() + 1);
      const auto& shown = *with.back();
      EXPECT_EQ(shown.bitmap_width, 320);
      EXPECT_NEAR(static_cast<double>(shown.width) / shown.height, 16.0 / 9, 0.1);
      EXPECT_GE(shown.x, 0);
      EXPECT_GE(shown.y, 0);
      EXPECT_LE(shown.x + shown.width, width);
      EXPECT_LT(shown.y + shown.height, height - 30 * height / 720) << "above the bar";
    }
  }
}

}  // namespace
}  // namespace freshet::ui
