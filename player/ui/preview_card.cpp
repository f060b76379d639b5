// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The card above the seek bar at the pointer: the time that is there, and a small picture of it when one is
// known.
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "player/ui/layers.h"
#include "player/ui/palette.h"

namespace freshet::ui {
namespace {

constexpr double text_size = 24;  // units
constexpr double above_bar = 20;
constexpr double padding = 6;
constexpr double text_padding = 12;
constexpr double radius = 8;
// A picture takes so much of the window at most.
constexpr double most_width = 240;
constexpr double most_height = 150;

}  // namespace

Overlays draw_preview(TextPainter& painter, const Layout& layout, const Box& track, const OsdPointer& pointer,
                      MediaTime longest) {
  const double unit = layout.unit;
  const TextStyle style{
      .size = text_size * unit, .weight = Weight::Regular, .ink = palette::text, .backing = Backing::Panel};
  const std::string time = clock_text(pointer.time, longest);
  const OsdPicture* picture = pointer.picture.get();
  const bool has_picture = picture != nullptr && picture->width > 0 && picture->height > 0 &&
                           picture->rgba.size() == static_cast<std::size_t>(picture->width) *
                                                       static_cast<std::size_t>(picture->height) * 4;
  double picture_width = 0;
  double picture_height = 0;
  if (has_picture) {
    const double shrink = std::min(most_width * unit / picture->width, most_height * unit / picture->height);
    picture_width = std::max(std::round(picture->width * shrink), 1.0);
    picture_height = std::max(std::round(picture->height * shrink), 1.0);
  }
  const double pad = std::round(padding * unit);
  const double text_width = painter.width_of(time, style) + 2 * text_padding * unit;
  const double width = std::round(std::max(text_width, has_picture ? picture_width + 2 * pad : 0.0));
  const double height =
      std::round(style.size + 2 * pad / 1.5 + (has_picture ? picture_height + pad / 2 : 0.0));
  const double edge = std::round(layout.margin() / 2);
  const double room = std::max(layout.width - width - edge, edge);
  const double middle = track.x + track.width * unit_fraction(pointer.at);
  const double left = std::clamp(std::round(middle - width / 2), edge, room);
  const double top = std::max(std::round(track.y - above_bar * unit - height), 0.0);
  const Box card{left, top, width, height};

  Bitmap bitmap(covering(card, 8 * unit));
  bitmap.fill_soft(card, radius * unit, 6 * unit, palette::shadow);
  bitmap.fill_rounded(card, radius * unit, palette::panel);
  bitmap.stroke_rounded(card, radius * unit, std::max(unit, 1.0), palette::rim);
  const TextLine line{time, style, left + width / 2, card.bottom() - style.size - pad / 1.5, Align::Center};
  painter.paint(bitmap, std::span(&line, 1));
  Overlays overlays{std::move(bitmap).finish()};
  if (has_picture) {
    auto overlay = std::make_shared<video::Overlay>();
    overlay->x = static_cast<int>(std::round(left + (width - picture_width) / 2));
    overlay->y = static_cast<int>(top + pad);
    overlay->width = static_cast<int>(picture_width);
    overlay->height = static_cast<int>(picture_height);
    overlay->bitmap_width = picture->width;
    overlay->bitmap_height = picture->height;
    overlay->rgba = picture->rgba;
    overlays.push_back(std::move(overlay));
  }
  return overlays;
}

}  // namespace freshet::ui
