// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The two cards in the middle of the window.
#include <algorithm>
#include <cmath>

#include "player/ui/layers.h"
#include "player/ui/palette.h"
#include "player/ui/safe_text.h"

namespace freshet::ui {
namespace {

constexpr double padding_x = 36;  // units
constexpr double padding_y = 28;
constexpr double radius = 16;
constexpr double title_size = 34;
constexpr double detail_size = 25;
constexpr double line_height = 1.2;  // of the text's size
constexpr double title_gap = 8;
constexpr double narrowest = 340;
constexpr double step = 40;  // widths are multiples of it, so that changing numbers rarely change the card
constexpr double shadow_reach = 18;
constexpr double progress_height = 5;
constexpr double progress_gap = 20;

struct Contents {
  std::vector<TextLine> lines;  // relative to the card's top, centred at 0
  double width = 0;             // of the widest
  double height = 0;
};

double widest_text(const Layout& layout) {
  return std::min(layout.width - 2 * (padding_x + 20) * layout.unit, 860 * layout.unit);
}

void add_line(Contents& contents, TextPainter& painter, const std::string& text, const TextStyle& style) {
  contents.width = std::max(contents.width, painter.width_of(text, style));
  contents.lines.push_back({text, style, 0, contents.height, Align::Center});
  contents.height += style.size * line_height;
}

TextStyle title_style(const Layout& layout) {
  return {.size = title_size * layout.unit,
          .weight = Weight::Bold,
          .ink = palette::text,
          .backing = Backing::Panel};
}
TextStyle detail_style(const Layout& layout) {
  return {.size = detail_size * layout.unit,
          .weight = Weight::Regular,
          .ink = palette::quiet_text,
          .backing = Backing::Panel};
}

// The card's glass, its text, and below it a slim bar if `progress` is given.
Overlays draw_panel(TextPainter& painter, const Layout& layout, Contents contents, double text_width,
                    const std::optional<double>& progress) {
  const double unit = layout.unit;
  const double below = progress ? (progress_gap + progress_height) * unit : 0;
  Box card{};
  card.width = std::min(std::round(text_width + 2 * padding_x * unit), double(layout.width));
  card.height = std::round(contents.height + below + 2 * padding_y * unit);
  card.x = std::round((layout.width - card.width) / 2);
  card.y = std::round(std::max((layout.height - card.height) / 2, 0.0));

  const double reach = shadow_reach * unit;
  Bitmap bitmap(covering(card, reach));
  bitmap.fill_soft(card, radius * unit, reach, {0, 0, 0, 0.28});
  bitmap.fill_rounded(card, radius * unit, palette::panel);
  bitmap.stroke_rounded(card, radius * unit, std::max(unit, 1.0), palette::rim);
  for (TextLine& line : contents.lines) {
    line.x = card.x + card.width / 2;
    line.y += card.y + padding_y * unit;
  }
  painter.paint(bitmap, contents.lines);
  if (progress) {
    const double height = std::max(std::round(progress_height * unit), 2.0);
    const Box track{card.x + padding_x * unit, std::round(card.bottom() - padding_y * unit - height),
                    card.width - 2 * padding_x * unit, height};
    bitmap.fill_rounded(track, height / 2, palette::track);
    const double filled = unit_fraction(*progress) * track.width;
    if (filled > 0)
      bitmap.fill_rounded({track.x, track.y, std::max(filled, height), height}, height / 2, palette::accent);
  }
  return {std::move(bitmap).finish()};
}

}  // namespace

Overlays draw_wait(TextPainter& painter, const Layout& layout, const OsdWait& wait, double& width) {
  const double unit = layout.unit;
  const double room = widest_text(layout);
  Contents contents;
  for (const std::string& line : painter.wrap(safe_line(wait.title), title_style(layout), room, 2))
    add_line(contents, painter, line, title_style(layout));
  const std::string detail = safe_line(wait.detail);
  if (!detail.empty()) {
    contents.height += title_gap * unit;
    for (const std::string& line : painter.wrap(detail, detail_style(layout), room, 2))
      add_line(contents, painter, line, detail_style(layout));
  }
  const double wanted = std::max(contents.width, narrowest * unit);
  width = std::min(std::max(width, std::ceil(wanted / (step * unit)) * step * unit), room);
  const double text_width = std::max(width, contents.width);
  return draw_panel(painter, layout, std::move(contents), text_width, wait.progress);
}

Overlays draw_card(TextPainter& painter, const Layout& layout, const std::string& title,
                   const std::vector<std::string>& lines) {
  const double unit = layout.unit;
  const double room = widest_text(layout);
  const double highest = layout.height - 2 * (padding_y + 20) * unit;
  Contents contents;
  for (const std::string& line : painter.wrap(safe_line(title), title_style(layout), room, 3))
    add_line(contents, painter, line, title_style(layout));
  const TextStyle style = detail_style(layout);
  bool first = true;
  for (const std::string& text : lines) {
    for (const std::string& paragraph : safe_lines(text)) {
      contents.height += (first ? title_gap + 4 : 4) * unit;
      first = false;
      const double left = highest - contents.height;
      const auto fitting = static_cast<std::size_t>(std::max(left / (style.size * line_height), 0.0));
      for (const std::string& line : painter.wrap(paragraph, style, room, std::min(fitting, most_lines)))
        add_line(contents, painter, line, style);
    }
  }
  const double text_width = std::max(contents.width, narrowest * unit);
  return draw_panel(painter, layout, std::move(contents), text_width, std::nullopt);
}

}  // namespace freshet::ui
