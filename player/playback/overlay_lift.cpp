// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/overlay_lift.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace freshet::playback {

std::vector<video::OverlayPointer> OverlayLift::above(std::vector<video::OverlayPointer> overlays,
                                                      int bottom) {
  int by = 0;
  for (const video::OverlayPointer& overlay : overlays)
    by = std::max(by, overlay->y + overlay->height - bottom);
  if (by == 0) {
    moved_.clear();
    return overlays;
  }
  std::map<video::OverlayPointer, Moved> kept;
  for (video::OverlayPointer& overlay : overlays) {
    // Lines at the top of the picture stay: only what reaches into the lower half belongs to the bar's
    // neighbours.
    if (overlay->y + overlay->height <= bottom - by) continue;
    const auto known = moved_.find(overlay);
    if (known != moved_.end() && known->second.by == by) {
      kept.insert(*known);
    } else {
      auto copy = std::make_shared<video::Overlay>(*overlay);
      copy->y = std::max(0, copy->y - by);
      kept.insert_or_assign(overlay, Moved{by, std::move(copy)});
    }
    overlay = kept.at(overlay).overlay;
  }
  moved_ = std::move(kept);
  return overlays;
}

}  // namespace freshet::playback
