// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/joined_time.h"

#include <algorithm>
#include <chrono>

namespace freshet::media {
namespace {

// Decoding times of one stream never fall; broken muxers let them fall by some frames.
constexpr MediaTime smallest_jump = std::chrono::seconds(1);

}  // namespace

MediaTime JoinedTime::shift(int stream, MediaTime begin, MediaTime duration) {
  const auto [found, added] =
      streams_.try_emplace(stream, Stream{.last = begin, .shift = shift_, .pieces = pieces_});
  Stream& own = found->second;
  if (own.pieces == pieces_ && begin < own.last - smallest_jump) {  // the first stream to get there
    ++pieces_;
    shift_ = reached_ - begin;
  }
  // A stream with few packets may not have to jump to be in the new piece, and the last packet of the old
  // piece may come after the first of the new one: what fits better to where the file has come to is meant.
  if (own.pieces != pieces_ &&
      std::chrono::abs(begin + shift_ - reached_) < std::chrono::abs(begin + own.shift - reached_)) {
    own.pieces = pieces_;
    own.shift = shift_;
  }
  own.last = begin;
  reached_ = std::max(reached_, begin + own.shift + std::max(duration, MediaTime{0}));
  return own.shift;
}

void JoinedTime::reset() {
  *this = {};
}

}  // namespace freshet::media
