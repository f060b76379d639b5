// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The few decoded pictures between the video decoder (pushes, blocks while full) and the controller (peeks,
// pops, flushes; never blocks). All functions: any thread.
//
// Invariant: after flush(g) no frame older than g is seen, queued before or still in a decoder's hands.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>

#include "player/media/video_frame.h"

namespace freshet::media {

class FrameQueue {
 public:
  // Enough to choose among frames for the next refresh and to ride over one slow frame; each costs up to 24
  // MiB at 2160p, so no more.
  static constexpr std::size_t capacity = 4;

  // Waits for room. Returns false, and drops the frame, when its generation is stale or stop() was called.
  bool push(FramePointer frame);
  // The frame `index` places behind the oldest, or null.
  [[nodiscard]] FramePointer peek(std::size_t index) const;
  void pop();
  [[nodiscard]] bool empty() const;
  // Drops all frames and accepts only `generation` or newer.
  void flush(Generation generation);
  void stop();

 private:
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::deque<FramePointer> frames_;
  Generation generation_{};
  bool stopped_ = false;
};

}  // namespace freshet::media
