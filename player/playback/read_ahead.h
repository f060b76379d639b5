// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What playback will read and when, told to the swarm: how near each byte is to the viewer's eye decides what
// is fetched first, and what is worth a second try. Pure; any thread.
#pragma once

#include <optional>
#include <vector>

#include "player/media/layout/time_map.h"
#include "streaming/base/byte_source.h"

namespace freshet::playback {

struct ReadAheadInput {
  bool opened = true;     // the demuxer has read header and index
  bool waiting = false;   // the viewer waits: what is read now is wanted now
  bool running = false;   // the position moves
  double speed = 1;       // media seconds a real second
  ByteOffset read_at{};   // where the demuxer reads on
  MediaTime ahead{0};     // demuxed media before the position
  Bytes size{};           // of the file
  MediaTime duration{0};  // 0 unknown
  // Where a start or a seek leads that has shown nothing yet, and whether only its key frame is needed.
  std::optional<MediaTime> target{};
  bool key_frame_is_enough = false;
  Bytes filled_when_paused{};  // a pause is used to have so much ahead; 0: no more than while it plays
  const media::FileLayout* layout = nullptr;  // null: not known
  const media::TimeMap* map = nullptr;        // null: the mean rate must do
};

// Most urgent first; from where reading goes on, or leads to. Empty: nothing can be said, and what is read is
// wanted when it is read.
[[nodiscard]] std::vector<Window> read_ahead(const ReadAheadInput& input, MonotonicTime now);

// What is read to open a file of this layout: all of it at once.
[[nodiscard]] std::vector<Window> opening_windows(const media::FileLayout& layout, Bytes size,
                                                  MonotonicTime now);

// `told` would do for `now_true` too: the difference is not worth a message.
[[nodiscard]] bool still_true(const std::vector<Window>& told, const std::vector<Window>& now_true);

}  // namespace freshet::playback
