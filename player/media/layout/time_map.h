// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Which byte of a film belongs to which time: a line through the points of an index. What a swarm is told to
// fetch, and by when, is read from it, so that a film whose bit rate goes up and down gets deadlines that
// fit. Immutable; any thread. Times are rebased: 0 is where the file starts.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "player/media/layout/index_points.h"

namespace freshet::media {

class TimeMap {
 public:
  // Points in any order; those that go back in the file, or lie outside it, are left out. Null when fewer
  // than two are left. `media_end`: of the last byte of sound and picture; `duration`: of the whole.
  [[nodiscard]] static std::shared_ptr<const TimeMap> make(std::vector<IndexPoint> points,
                                                           ByteOffset media_end, MediaTime duration);

  // What is read when playback comes to `time`; the first or last byte of the media outside the film.
  [[nodiscard]] ByteOffset at(MediaTime time) const;
  // When the byte is played.
  [[nodiscard]] MediaTime time_of(ByteOffset byte) const;
  // Bytes a second of film, over `length` from `from` on; 0 for nothing.
  [[nodiscard]] double rate(MediaTime from, MediaTime length) const;

  // A group of pictures: from a key frame to the next.
  struct Group {
    ByteRange bytes;
    MediaTime begin{0};
  };
  // The group that holds `time`, or the first one.
  [[nodiscard]] Group group_at(MediaTime time) const;
  // The first group that begins at `time` or later; the last one when there is none.
  [[nodiscard]] Group group_from(MediaTime time) const;

  // Stretches of nearly the same rate, which together are [from, until).
  struct Stretch {
    ByteRange bytes;
    MediaTime begin{0};           // when its first byte is played
    double bytes_per_second = 0;  // of film
  };
  // At most `most`; the last one goes on to `until` then.
  [[nodiscard]] std::vector<Stretch> stretches(ByteOffset from, ByteOffset until, std::size_t most) const;

  [[nodiscard]] ByteRange bytes() const { return {points_.front().at, points_.back().at}; }
  [[nodiscard]] std::size_t size() const { return points_.size(); }

 private:
  explicit TimeMap(std::vector<IndexPoint> points) : points_(std::move(points)) {}
  [[nodiscard]] Group group_of(std::size_t point) const;

  std::vector<IndexPoint> points_;  // both time and place rise from each to the next; the last is the end
};

}  // namespace freshet::media
