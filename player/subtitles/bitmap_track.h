// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The pictures of one bitmap subtitle track (PGS, DVD, DVB), in order of time. Owner's lock.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "player/media/sinks.h"
#include "player/video/overlay.h"
#include "streaming/base/units.h"

namespace freshet::subtitles {

class BitmapTrack {
 public:
  // What does not hold together (sizes, bounds) is left out; an event without pictures clears the screen.
  void add(media::SubtitleEvent event);
  // A seek: the ends of what came last will not come.
  void clear();

  struct Picture {
    int x = 0, y = 0, width = 0, height = 0;  // in the space below
    std::vector<std::uint8_t> rgba;           // premultiplied
  };
  struct Shown {
    MediaTime start{0};
    int space_width = 0, space_height = 0;
    std::vector<Picture> pictures;
  };
  // What is seen at `at`; null when nothing. The same pointer means the same pictures.
  [[nodiscard]] std::shared_ptr<const Shown> at(MediaTime at) const;
  [[nodiscard]] std::optional<MediaTime> next_change(MediaTime at) const;
  // Where pictures begin, ascending.
  [[nodiscard]] std::vector<MediaTime> starts() const;

 private:
  struct Event {
    MediaTime duration{0};  // 0: until the next one
    std::size_t bytes = 0;
    std::shared_ptr<const Shown> shown;
  };
  using Events = std::map<MediaTime, Event>;
  [[nodiscard]] std::optional<MediaTime> end_of(Events::const_iterator event) const;

  Events events_;
  std::size_t bytes_ = 0;
};

// Where a track's pictures go on the surface. `video_*`: the film's own size; may be 0.
[[nodiscard]] video::Rectangle place(const BitmapTrack::Picture& picture, int space_width, int space_height,
                                     const video::Rectangle& film, int video_width, int video_height,
                                     int surface_width, int surface_height);

}  // namespace freshet::subtitles
