// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Draws subtitles: text by libass, bitmaps scaled. It is the pipeline's SubtitleSink (any thread, guarded by
// a lock of its own) and is asked for overlays by the main thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "player/media/sinks.h"
#include "player/video/overlay.h"
#include "streaming/base/units.h"

namespace freshet::subtitles {

struct Canvas {
  int width = 0, height = 0;              // the surface
  video::Rectangle picture;               // where the video is in it
  int video_width = 0, video_height = 0;  // the picture's own, for scripts without PlayRes
};

class SubtitleRenderer : public media::SubtitleSink {
 public:
  // What is to be seen at `at` of track `track_id` (0: nothing). Unchanged pictures come as the same
  // pointers.
  [[nodiscard]] virtual std::vector<video::OverlayPointer> render(int track_id, MediaTime at,
                                                                  const Canvas& canvas) = 0;
  // The next time after `at` when render() would give something else (start or end of an event), if known.
  [[nodiscard]] virtual std::optional<MediaTime> next_change(int track_id, MediaTime at) const = 0;
  // Where the line begins that is `lines` after (negative: before) the one that is seen at `at` or was seen
  // last; 0: where that one begins. Of lines that are known.
  [[nodiscard]] virtual std::optional<MediaTime> line_start(int track_id, MediaTime at, int lines) const = 0;
  // Plain text seen at `at` (mpv's sub-text), without ASS tags.
  [[nodiscard]] virtual std::string text(int track_id, MediaTime at) const = 0;
  // All tracks and events are forgotten: a new file.
  virtual void reset() = 0;
};

[[nodiscard]] std::unique_ptr<SubtitleRenderer> make_subtitle_renderer();

}  // namespace freshet::subtitles
