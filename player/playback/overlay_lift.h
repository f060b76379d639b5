// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Keeps subtitles readable above the seek bar: while the bar is there, what would lie under it moves up. Main
// thread.
#pragma once

#include <map>
#include <vector>

#include "player/video/overlay.h"

namespace freshet::playback {

class OverlayLift {
 public:
  // `overlays`, moved up together so that none reaches below `bottom` (pixels from the top). Those that fit
  // are returned as they are; a moved one is the same pointer each time, so that outputs keep its texture.
  [[nodiscard]] std::vector<video::OverlayPointer> above(std::vector<video::OverlayPointer> overlays,
                                                         int bottom);

 private:
  struct Moved {
    int by = 0;
    video::OverlayPointer overlay;
  };
  std::map<video::OverlayPointer, Moved> moved_;  // by the original, which it keeps alive
};

}  // namespace freshet::playback
