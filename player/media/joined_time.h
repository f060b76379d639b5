// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Joins the pieces of a transport stream whose time stamps start over: a recording of several programmes,
// files that were put one behind the other. Where a stream's time jumps back, all that follows is moved so
// that it goes on where the file had come to; the other streams, which jump a few packets later, are moved by
// the same amount and so stay in step. Small steps back are a muxer's untidiness and stay as they are. Pure;
// the demux thread's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "streaming/base/units.h"

namespace freshet::media {

class JoinedTime {
 public:
  // A packet of `stream` in the order of the file, by its decoding time. Returns by how much its times are to
  // be moved.
  MediaTime shift(int stream, MediaTime begin, MediaTime duration);
  // A seek: the file's own times count again.
  void reset();

 private:
  struct Stream {
    MediaTime last{0};  // as the file has it
    MediaTime shift{0};
    int pieces = 0;  // how many joints it has passed
  };
  std::map<int, Stream> streams_;  // as many as are played
  MediaTime reached_{0};           // the furthest end of any packet, moved
  MediaTime shift_{0};             // of the newest piece
  int pieces_ = 0;
};

}  // namespace freshet::media
