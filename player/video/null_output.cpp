// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/null_output.h"

namespace freshet::video {

std::vector<InputEvent> NullOutput::wait(std::optional<MonotonicTime> deadline) {
  std::unique_lock lock(mutex_);
  const auto woken = [this] { return wake_pending_; };
  if (deadline) {
    woken_.wait_until(lock, *deadline, woken);
  } else {
    woken_.wait(lock, woken);
  }
  wake_pending_ = false;
  return {};
}

void NullOutput::wake() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    wake_pending_ = true;
  }
  woken_.notify_one();
}

Result<void> NullOutput::show(const media::FramePointer&, std::span<const OverlayPointer>) {
  return {};
}

Rectangle NullOutput::picture_rectangle(const media::VideoFrame& frame) const {
  return fit_picture(frame, surface().width, surface().height);
}

Result<media::FramePointer> NullOutput::capture() {
  return fail(ErrorCategory::Internal, "no-window", "there is no window to take a picture of",
              "use --vo=gpu or --vo=sdl");
}

}  // namespace freshet::video
