// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What the on-screen display is made of: each function draws one part into overlays. Sizes are in units of
// 1/720 of the window's height, so that the proportions are the same in a small window and on a wall; small
// windows get somewhat larger units, or nothing could be read.
#pragma once

#include <string>
#include <vector>

#include "player/ui/osd.h"
#include "player/ui/text_painter.h"

namespace freshet::ui {

struct Layout {
  int width = 0;
  int height = 0;
  double unit = 1;  // pixels
  [[nodiscard]] double margin() const { return 32 * unit; }
};
// `scale`: pixels a logical point.
[[nodiscard]] Layout make_layout(int width, int height, double scale);

using Overlays = std::vector<video::OverlayPointer>;

struct Gauge {
  std::string label;
  double value = 0;
  double maximum = 100;
};

// The corner at the top left: a message of some lines and below it a gauge; either may be empty.
[[nodiscard]] Overlays draw_corner(TextPainter& painter, const Layout& layout, const std::string& message,
                                   const std::optional<Gauge>& gauge);
// The statistics page at the top left.
[[nodiscard]] Overlays draw_stats(TextPainter& painter, const Layout& layout, const OsdStats& stats);
// Along the lower edge: where we are, what is there already, how long it is.
// `track`: where the bar itself lies, for place_on().
[[nodiscard]] Overlays draw_seek_bar(TextPainter& painter, const Layout& layout, const OsdBar& bar,
                                     Box& track);
// A finger's breadth above and below the bar still means it.
[[nodiscard]] Osd::BarPlace place_on(const Box& track, const Layout& layout, int x, int y);
// What stands above the bar at the pointer: its time, and a picture.
[[nodiscard]] Overlays draw_preview(TextPainter& painter, const Layout& layout, const Box& track,
                                    const OsdPointer& pointer, MediaTime longest);
// How much of the window's lower edge it needs for itself.
[[nodiscard]] int seek_bar_inset(const Layout& layout);
// Whatever would be drawn alike gives the same key.
[[nodiscard]] std::string seek_bar_key(const Layout& layout, const OsdBar& bar);

// In the middle: what is being waited for. `width` is that of the last one drawn, so that a card whose
// numbers change does not change its size all the time; 0 at first.
[[nodiscard]] Overlays draw_wait(TextPainter& painter, const Layout& layout, const OsdWait& wait,
                                 double& width);
[[nodiscard]] Overlays draw_card(TextPainter& painter, const Layout& layout, const std::string& title,
                                 const std::vector<std::string>& lines);

// Into 0..1; what is no number is 0.
[[nodiscard]] constexpr double unit_fraction(double value) {
  if (!(value > 0)) return 0;
  return value < 1 ? value : 1;
}

// "2:03", or "0:02:03" when `longest` has hours.
[[nodiscard]] std::string clock_text(MediaTime time, MediaTime longest);

}  // namespace freshet::ui
