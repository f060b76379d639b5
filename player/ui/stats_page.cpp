// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The statistics page: labels and values, and below them the peers as a table. What does not fit is left out
// from the end; columns that do not fit from the right.
#include <algorithm>
#include <cmath>

#include "player/ui/layers.h"
#include "player/ui/palette.h"
#include "player/ui/safe_text.h"

namespace freshet::ui {
namespace {

constexpr double text_size = 20;  // units
constexpr double line_height = 1.28;
constexpr double padding_x = 20;
constexpr double padding_y = 14;
constexpr double radius = 12;
constexpr double label_gap = 16;
constexpr double column_gap = 22;
constexpr double table_gap = 10;
constexpr double widest_cell = 230;  // a client calls itself what it likes
// The first columns are names; the others are numbers and line up at their right.
constexpr std::size_t name_columns = 3;

struct Page {
  TextPainter& painter;
  double unit;
  double left, right, bottom;  // of the room for text
  std::vector<TextLine> lines{};
  double y = 0;
  double used = 0;  // the furthest right

  [[nodiscard]] TextStyle style(Ink ink, Weight weight = Weight::Regular) const {
    return {.size = text_size * unit, .weight = weight, .ink = ink, .backing = Backing::Panel};
  }
  [[nodiscard]] double step() const { return text_size * line_height * unit; }
  [[nodiscard]] bool has_room() const { return y + step() <= bottom; }
  double put(const std::string& text, const TextStyle& style, double x, double room,
             Align align = Align::Left) {
    if (text.empty() || room <= 0) return 0;
    const auto fitting = painter.wrap(text, style, room, 1);
    if (fitting.empty()) return 0;
    const double width = painter.width_of(fitting.front(), style);
    lines.push_back({fitting.front(), style, x, y, align});
    used = std::max(used, align == Align::Right ? x : x + width);
    return width;
  }
};

void draw_rows(Page& page, const std::vector<OsdStats::Row>& rows) {
  const auto label = page.style(palette::quiet_text);
  const auto value = page.style(palette::text);
  double labels = 0;
  for (const auto& row : rows) labels = std::max(labels, page.painter.width_of(safe_line(row.label), label));
  const double values = page.left + labels + label_gap * page.unit;
  for (const auto& row : rows) {
    if (!page.has_room()) return;
    page.put(safe_line(row.label), label, page.left, labels + 1);
    page.put(safe_line(row.value), value, values, page.right - values);
    page.y += page.step();
  }
}

void draw_table(Page& page, const std::vector<std::vector<std::string>>& table) {
  if (table.empty()) return;
  page.y += table_gap * page.unit;
  const auto heading = page.style(palette::quiet_text);
  const auto cell = page.style(palette::text);
  const double widest = widest_cell * page.unit;
  std::vector<double> widths(table.front().size(), 0);
  for (const auto& row : table) {
    for (std::size_t column = 0; column < row.size() && column < widths.size(); ++column) {
      const double width = page.painter.width_of(safe_line(row[column]), cell);
      widths[column] = std::max(widths[column], std::ceil(std::min(width, widest)) + 1);
    }
  }
  for (const auto& row : table) {
    if (!page.has_room()) return;
    double x = page.left;
    for (std::size_t column = 0; column < row.size() && column < widths.size(); ++column) {
      if (x + widths[column] > page.right && column > 0) break;
      const bool is_number = column >= name_columns;
      page.put(safe_line(row[column]), &row == &table.front() ? heading : cell,
               is_number ? x + widths[column] : x, widths[column] + 1,
               is_number ? Align::Right : Align::Left);
      x += widths[column] + column_gap * page.unit;
    }
    page.y += page.step();
  }
}

}  // namespace

Overlays draw_stats(TextPainter& painter, const Layout& layout, const OsdStats& stats) {
  const double unit = layout.unit;
  const double left = layout.margin();
  const double top = std::round(layout.margin() * 0.75);
  Page page{painter, unit, left, layout.width - left, layout.height - top - padding_y * unit};
  page.y = top + padding_y * unit;
  draw_rows(page, stats.rows);
  draw_table(page, stats.peers);
  if (page.lines.empty()) return {};
  const Box panel{std::round(left - padding_x * unit), top,
                  std::round(page.used - left + 2 * padding_x * unit),
                  std::round(page.y + padding_y * unit - top)};
  Bitmap bitmap(covering(panel, 1));
  bitmap.fill_rounded(panel, radius * unit, palette::panel);
  bitmap.stroke_rounded(panel, radius * unit, std::max(unit, 1.0), palette::rim);
  painter.paint(bitmap, page.lines);
  return {std::move(bitmap).finish()};
}

}  // namespace freshet::ui
