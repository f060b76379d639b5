// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "player/ui/layers.h"
#include "player/ui/palette.h"
#include "player/ui/safe_text.h"

namespace freshet::ui {
namespace {

constexpr double text_size = 34;      // units
constexpr double line_height = 1.12;  // of the text's size
constexpr int most_message_lines = 6;
constexpr double gauge_width = 260;
constexpr double gauge_height = 8;

video::Rectangle united(const video::Rectangle& a, const video::Rectangle& b) {
  if (a.width <= 0) return b;
  if (b.width <= 0) return a;
  const int x = std::min(a.x, b.x);
  const int y = std::min(a.y, b.y);
  return {x, y, std::max(a.x + a.width, b.x + b.width) - x, std::max(a.y + a.height, b.y + b.height) - y};
}

}  // namespace

Overlays draw_corner(TextPainter& painter, const Layout& layout, const std::string& message,
                     const std::optional<Gauge>& gauge) {
  const double unit = layout.unit;
  const TextStyle style{
      .size = text_size * unit, .weight = Weight::Regular, .ink = palette::text, .backing = Backing::Halo};
  const double room = layout.width - 2 * layout.margin();
  std::vector<TextLine> lines;
  double y = layout.margin() - 6 * unit;  // the letters' tops, not the line's, keep the margin
  // In a low window the gauge's room is kept and the message is cut.
  const double line_step = style.size * line_height;
  const double below = gauge ? line_step + (8 + gauge_height) * unit : 0;
  const double fitting = std::floor((layout.height - y - below - layout.margin() / 2) / line_step);
  const auto line_limit = static_cast<std::size_t>(std::clamp(fitting, 1.0, double{most_message_lines}));
  const auto add = [&](const std::string& text) {
    lines.push_back({text, style, layout.margin(), y, Align::Left});
    y += line_step;
  };
  for (const std::string& paragraph : safe_lines(message)) {
    if (lines.size() == line_limit) break;
    for (const std::string& line : painter.wrap(paragraph, style, room, line_limit - lines.size())) add(line);
  }

  Box track{};
  double filled = 0;
  if (gauge) {
    filled = gauge->maximum > 0 ? unit_fraction(gauge->value / gauge->maximum) : 0;
    constexpr double most = 9999;  // what has room, and what an integer holds
    const double shown = gauge->value > 0 ? std::min(gauge->value, most) : 0;
    const std::string label = safe_line(gauge->label) + "  " + std::to_string(std::lround(shown)) + " %";
    add(painter.wrap(label, style, room, 1).front());
    y += 8 * unit;
    track = {layout.margin(), std::round(y), std::min(gauge_width * unit, room),
             std::round(gauge_height * unit)};
  }

  video::Rectangle area = painter.bounds(lines);
  const double softness = 5 * unit;
  if (gauge) {
    const auto left = static_cast<int>(std::floor(track.x - softness));
    const auto top = static_cast<int>(std::floor(track.y - softness));
    area = united(area, {left, top, static_cast<int>(std::ceil(track.right() + softness)) - left + 1,
                         static_cast<int>(std::ceil(track.bottom() + softness)) - top + 1});
  }
  if (area.width <= 0) return {};
  Bitmap bitmap(area);
  if (gauge) {
    const double radius = track.height / 2;
    bitmap.fill_soft(track, radius, softness, palette::shadow);
    bitmap.fill_rounded({track.x - unit, track.y - unit, track.width + 2 * unit, track.height + 2 * unit},
                        radius + unit, {0, 0, 0, 0.5});
    bitmap.fill_rounded(track, radius, palette::track);
    if (filled > 0) {
      Box fill = track;
      fill.width = std::max(track.width * filled, track.height);
      bitmap.fill_rounded(fill, radius, palette::text);
    }
    // Where the natural loudness lies, when the gauge goes beyond it.
    if (gauge->maximum > 100) {
      const double x = std::round(track.x + track.width * 100 / gauge->maximum);
      bitmap.fill_rounded({x, track.y, std::max(std::round(2 * unit), 1.0), track.height}, 0,
                          gauge->value > 100 ? Ink{0, 0, 0, 0.6} : palette::text);
    }
  }
  painter.paint(bitmap, lines);
  return {std::move(bitmap).finish()};
}

}  // namespace freshet::ui
