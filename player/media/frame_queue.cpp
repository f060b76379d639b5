// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/frame_queue.h"

#include <utility>

namespace freshet::media {

bool FrameQueue::push(FramePointer frame) {
  std::unique_lock lock(mutex_);
  const Generation generation = frame->generation;
  room_.wait(lock, [&] { return stopped_ || generation < generation_ || frames_.size() < capacity; });
  if (stopped_ || generation < generation_) return false;
  frames_.push_back(std::move(frame));
  return true;
}

FramePointer FrameQueue::peek(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  return index < frames_.size() ? frames_[index] : nullptr;
}

void FrameQueue::pop() {
  FramePointer dropped;  // its memory is freed after the lock
  const std::lock_guard lock(mutex_);
  if (frames_.empty()) return;
  dropped = std::move(frames_.front());
  frames_.pop_front();
  room_.notify_one();
}

bool FrameQueue::empty() const {
  const std::lock_guard lock(mutex_);
  return frames_.empty();
}

void FrameQueue::flush(Generation generation) {
  std::deque<FramePointer> dropped;
  const std::lock_guard lock(mutex_);
  if (generation < generation_) return;
  generation_ = generation;
  dropped.swap(frames_);
  room_.notify_all();
}

void FrameQueue::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  room_.notify_all();
}

}  // namespace freshet::media
