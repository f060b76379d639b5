// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>

#include "player/ui/layers.h"
#include "player/ui/palette.h"

namespace freshet::ui {
namespace {

constexpr double text_size = 26;  // units
constexpr double bar_height = 6;
constexpr double knob_radius = 8;
constexpr double gap = 18;          // between the times and the bar
constexpr double from_bottom = 42;  // of the bar's middle
constexpr double scrim_height = 150;
// A torrent may have thousands of islands of data; finer than this they could not be told apart.
constexpr std::size_t most_ranges = 512;

std::string total_text(const OsdBar& bar) {
  return bar.duration ? clock_text(*bar.duration, *bar.duration) : std::string();
}
std::string position_text(const OsdBar& bar) {
  return clock_text(bar.position, bar.duration.value_or(MediaTime{0}));
}

// Room for the digits, not for these digits: the bar must not move while they change.
double time_width(TextPainter& painter, std::string text, const TextStyle& style) {
  for (char& c : text)
    if (c >= '0' && c <= '9') c = '0';
  return painter.width_of(text, style);
}

double progress_of(const OsdBar& bar) {
  if (!bar.duration || bar.duration->count() <= 0) return 0;
  return unit_fraction(to_seconds(bar.position) / to_seconds(*bar.duration));
}

std::vector<std::pair<double, double>> clean_ranges(const OsdBar& bar) {
  std::vector<std::pair<double, double>> ranges;
  for (auto [begin, end] : bar.buffered) {
    begin = unit_fraction(begin);
    end = unit_fraction(end);
    if (end <= begin) continue;
    if (ranges.size() == most_ranges) break;
    ranges.emplace_back(begin, end);
  }
  return ranges;
}

// Darkens the picture towards the lower edge, so that white times are read on a white picture. One pixel
// wide, stretched by the output.
video::OverlayPointer make_scrim(const Layout& layout) {
  auto scrim = std::make_shared<video::Overlay>();
  const int height = std::clamp(static_cast<int>(scrim_height * layout.unit), 1, layout.height);
  scrim->x = 0;
  scrim->y = layout.height - height;
  scrim->width = layout.width;
  scrim->height = scrim->bitmap_height = height;
  scrim->bitmap_width = 1;
  constexpr double darkest = 0.72;
  for (int row = 0; row < height; ++row) {
    const double t = (row + 0.5) / height;
    const double eased = t * t * (3 - 2 * t);
    scrim->rgba.insert(scrim->rgba.end(),
                       {0, 0, 0, static_cast<std::uint8_t>(std::lround(255 * darkest * eased))});
  }
  return scrim;
}

}  // namespace

int seek_bar_inset(const Layout& layout) {
  return static_cast<int>(std::ceil((from_bottom + text_size) * layout.unit));
}

std::string seek_bar_key(const Layout& layout, const OsdBar& bar) {
  // What is too small to be seen makes no new picture.
  const auto pixels = [&](double fraction) { return std::to_string(std::lround(fraction * layout.width)); };
  std::string key = position_text(bar) + "/" + total_text(bar) + "@" + pixels(progress_of(bar));
  for (const auto& [begin, end] : clean_ranges(bar)) key += "," + pixels(begin) + "-" + pixels(end);
  if (bar.pointer) {
    key += "|" + pixels(unit_fraction(bar.pointer->at)) +
           clock_text(bar.pointer->time, bar.duration.value_or(MediaTime{0}));
    // A picture is never changed, and the bar that shows it keeps it.
    key += "#" + std::to_string(reinterpret_cast<std::uintptr_t>(bar.pointer->picture.get()));
  }
  return key;
}

Osd::BarPlace place_on(const Box& track, const Layout& layout, int x, int y) {
  constexpr double reach = 20;  // units
  const double middle = track.y + track.height / 2;
  const double at = track.width > 0 ? unit_fraction((x - track.x) / track.width) : 0;
  const bool on_bar = std::abs(y - middle) <= reach * layout.unit && x >= track.x - reach * layout.unit &&
                      x <= track.right() + reach * layout.unit;
  return {.at = at, .on_bar = on_bar};
}

Overlays draw_seek_bar(TextPainter& painter, const Layout& layout, const OsdBar& bar, Box& track_out) {
  const double unit = layout.unit;
  const TextStyle style{
      .size = text_size * unit, .weight = Weight::Regular, .ink = palette::text, .backing = Backing::Halo};
  const double middle = layout.height - from_bottom * unit;
  const double text_top = middle - style.size / 2;
  const std::string position = position_text(bar);
  const std::string total = total_text(bar);
  const double left = layout.margin();
  const double right = layout.width - layout.margin();

  std::vector<TextLine> lines;
  double bar_left = left + time_width(painter, position, style) + gap * unit;
  lines.push_back({position, style, bar_left - gap * unit, text_top, Align::Right});
  double bar_right = right;
  if (!total.empty()) {
    bar_right = right - time_width(painter, total, style) - gap * unit;
    lines.push_back({total, style, right, text_top, Align::Right});
  }
  bar_left = std::round(bar_left);
  bar_right = std::max(std::round(bar_right), bar_left + 4);
  const double height = std::max(std::round(bar_height * unit), 3.0);
  const Box track{bar_left, std::round(middle - height / 2), bar_right - bar_left, height};
  track_out = track;
  const double radius = height / 2;
  const double knob = track.x + track.width * progress_of(bar);

  const int top = static_cast<int>(std::floor(middle - 2 * style.size));
  Bitmap bitmap({0, std::max(top, 0), layout.width, layout.height - std::max(top, 0)});
  bitmap.fill_soft(track, radius, 4 * unit, palette::shadow);
  bitmap.fill_rounded(track, radius, palette::track);
  for (const auto& [begin, end] : clean_ranges(bar)) {
    const double x = std::round(track.x + track.width * begin);
    const double until = std::round(track.x + track.width * end);
    bitmap.fill_rounded({x, track.y, std::max(until - x, 1.0), track.height}, radius, palette::buffered);
  }
  if (bar.duration) {
    bitmap.fill_rounded({track.x, track.y, std::max(knob - track.x, height), track.height}, radius,
                        palette::accent);
    const double size = std::max(knob_radius * unit, height * 0.9);
    bitmap.fill_soft({knob - size, track.y + radius - size, 2 * size, 2 * size}, size, 3 * unit,
                     palette::shadow);
    bitmap.fill_circle(knob, track.y + radius, size, palette::knob);
  }
  if (bar.pointer) {
    // Where a press would lead to.
    const double x = track.x + track.width * unit_fraction(bar.pointer->at);
    const double mark = std::max(std::round(2 * unit), 1.0);
    bitmap.fill_rounded({std::round(x - mark / 2), track.y - height, mark, 3 * height}, mark / 2,
                        palette::text);
  }
  painter.paint(bitmap, lines);
  Overlays overlays{make_scrim(layout), std::move(bitmap).finish()};
  if (bar.pointer) {
    for (auto& overlay :
         draw_preview(painter, layout, track, *bar.pointer, bar.duration.value_or(MediaTime{0})))
      overlays.push_back(std::move(overlay));
  }
  return overlays;
}

}  // namespace freshet::ui
