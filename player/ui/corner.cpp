// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "player/ui/layers.h"
#include "player/ui/palette.h"
#include "player/ui/safe_text.h"

namespace freshet::ui {
namespace {

constexpr double text_size = 30;     // units
constexpr double line_height = 1.2;  // of the text's size
constexpr double padding_x = 20;
constexpr double padding_y = 12;
constexpr double radius = 12;
constexpr int most_message_lines = 6;
constexpr double gauge_width = 260;
constexpr double gauge_height = 8;
constexpr double gauge_gap = 8;

void draw_gauge(Bitmap& bitmap, const Box& track, const Gauge& gauge, double unit) {
  const double round = track.height / 2;
  bitmap.fill_rounded(track, round, palette::track);
  const double filled = gauge.maximum > 0 ? unit_fraction(gauge.value / gauge.maximum) : 0;
  if (filled > 0)
    bitmap.fill_rounded({track.x, track.y, std::max(track.width * filled, track.height), track.height}, round,
                        palette::accent);
  // Where the natural loudness lies, when the gauge goes beyond it.
  if (gauge.maximum <= 100) return;
  const double x = std::round(track.x + track.width * unit_fraction(100 / gauge.maximum));
  bitmap.fill_rounded({x, track.y, std::max(std::round(2 * unit), 1.0), track.height}, 0,
                      gauge.value > 100 ? Ink{0, 0, 0, 0.6} : palette::text);
}

}  // namespace

Overlays draw_corner(TextPainter& painter, const Layout& layout, const std::string& message,
                     const std::optional<Gauge>& gauge) {
  const double unit = layout.unit;
  const TextStyle style{
      .size = text_size * unit, .weight = Weight::Regular, .ink = palette::text, .backing = Backing::Panel};
  // The letters stand above each other as those of the seek bar below: the panel reaches into the margin.
  const double left = layout.margin();
  const double top = std::round(layout.margin() * 0.75);
  const double room = layout.width - 2 * left;
  const double line_step = style.size * line_height;
  // In a low window the gauge's room is kept and the message is cut.
  const double below = gauge ? line_step + (gauge_gap + gauge_height) * unit : 0;
  const double highest = layout.height - 2 * top - 2 * padding_y * unit;
  const double fitting = std::floor((highest - below) / line_step);
  const auto line_limit = static_cast<std::size_t>(std::clamp(fitting, 1.0, double{most_message_lines}));

  std::vector<TextLine> lines;
  double y = top + padding_y * unit;
  double width = 0;
  const auto add = [&](const std::string& text) {
    lines.push_back({text, style, left, y, Align::Left});
    width = std::max(width, painter.width_of(text, style));
    y += line_step;
  };
  for (const std::string& paragraph : safe_lines(message)) {
    if (lines.size() == line_limit) break;
    for (const std::string& line : painter.wrap(paragraph, style, room, line_limit - lines.size())) add(line);
  }
  Box track{};
  if (gauge) {
    constexpr double most = 9999;  // what has room, and what an integer holds
    const double shown = gauge->value > 0 ? std::min(gauge->value, most) : 0;
    const std::string label = safe_line(gauge->label) + "  " + std::to_string(std::lround(shown)) + " %";
    add(painter.wrap(label, style, room, 1).front());
    track = {left, std::round(y + gauge_gap * unit), std::min(gauge_width * unit, room),
             std::max(std::round(gauge_height * unit), 3.0)};
    width = std::max(width, track.width);
    y = track.bottom() + 6 * unit;
  }
  if (lines.empty()) return {};

  const Box panel{std::round(left - padding_x * unit), top, std::round(width + 2 * padding_x * unit),
                  std::round(y + padding_y * unit - top)};
  Bitmap bitmap(covering(panel, 1));
  bitmap.fill_rounded(panel, radius * unit, palette::light_panel);
  bitmap.stroke_rounded(panel, radius * unit, std::max(unit, 1.0), palette::rim);
  if (gauge) draw_gauge(bitmap, track, *gauge, unit);
  painter.paint(bitmap, lines);
  return {std::move(bitmap).finish()};
}

}  // namespace freshet::ui
