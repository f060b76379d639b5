// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "player/ui/layers.h"

namespace freshet::ui {

Layout make_layout(int width, int height, double scale) {
  // A unit below 0.62 of a point makes the smallest text (20 units) unreadable at arm's length.
  constexpr double least_unit = 0.62;
  // Upright windows: the width decides. 1024 units beside 720 leave room for a card with a sentence.
  const double fitting = std::min(height / 720.0, width / 1024.0);
  // A window of a few hundred pixels gets what it has room for: 460 units is the narrowest card.
  const double unit = std::min(std::max(fitting, least_unit * scale), width / 460.0);
  return {width, height, std::max(unit, 0.05)};
}

std::string clock_text(MediaTime time, MediaTime longest) {
  const auto seconds = std::max<long long>(std::chrono::duration_cast<std::chrono::seconds>(time).count(), 0);
  const bool hours = std::max(time, longest) >= std::chrono::hours(1);
  char text[48];
  if (hours) {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld", seconds / 60, seconds % 60);
  }
  return text;
}

}  // namespace freshet::ui
