// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What playback will read and when, told to the swarm: how near each byte is to the viewer's eye decides what
// is fetched first, and what is worth a second try. Pure; any thread.
#pragma once

#include <optional>
#include <vector>

#include "streaming/base/byte_source.h"

namespace freshet::playback {

struct ReadAheadInput {
  bool waiting = false;   // the viewer waits: what is read now is wanted now, and nothing is known beyond it
  bool running = false;   // the position moves
  double speed = 1;       // media seconds a real second
  ByteOffset read_at;     // where the demuxer reads on
  MediaTime ahead{0};     // demuxed media before the position
  Bytes size;             // of the file
  MediaTime duration{0};  // 0 unknown
};

// One window from where reading goes on; nullopt while the viewer waits or the file's rate is unknown.
[[nodiscard]] std::optional<Window> read_ahead(const ReadAheadInput& input, MonotonicTime now);

// `told` would do for `now_true` too: the difference is not worth a message.
[[nodiscard]] bool still_true(const std::optional<Window>& told, const std::optional<Window>& now_true);

}  // namespace freshet::playback
