// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The lines of one text subtitle track, in libass's hands. Lines come in the order of reading and again after
// a seek back; each is kept once. Owner's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "player/media/sinks.h"
#include "player/subtitles/ass_engine.h"
#include "streaming/base/units.h"

namespace freshet::subtitles {

class TextTrack {
 public:
  // `track` is a new one of libass.
  TextTrack(AssTrack track, const std::string& header);

  void add(const media::SubtitleEvent& event);
  // A seek: what comes next does not follow what came last.
  void break_order();

  [[nodiscard]] std::optional<MediaTime> next_change(MediaTime at) const;
  [[nodiscard]] std::string text(MediaTime at) const;
  // Where lines begin, ascending, each time once.
  [[nodiscard]] std::vector<MediaTime> starts() const;
  // Whether anything is seen at `at`, and little enough of it to be drawn.
  [[nodiscard]] bool drawable(MediaTime at) const;
  // Written for ASS, not converted from a plain format: it knows where on the picture it wants to be.
  [[nodiscard]] bool native() const { return native_; }
  [[nodiscard]] ASS_Track* get() { return track_.get(); }

 private:
  [[nodiscard]] bool seen_before(const media::SubtitleEvent& event, long long start, long long duration);
  void end_open_event(long long start);

  AssTrack track_;
  bool native_ = false;
  std::unordered_set<std::uint64_t> seen_;  // hashes of the lines kept
  std::size_t bytes_ = 0;
  std::optional<int> open_event_;  // whose end is not known yet; index in track_
};

}  // namespace freshet::subtitles
