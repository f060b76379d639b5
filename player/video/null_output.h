// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// --vo=null: shows nothing, touches no display library, and sleeps on a condition variable. Its surface is
// 1280x720, so that the on-screen display and subtitles are laid out as they would be in a window.
#pragma once

#include <condition_variable>
#include <mutex>

#include "player/video/video_output.h"

namespace freshet::video {

class NullOutput final : public VideoOutput {
 public:
  std::vector<InputEvent> wait(std::optional<MonotonicTime> deadline) override;
  void wake() noexcept override;
  Result<void> show(const media::FramePointer& frame, std::span<const OverlayPointer> overlays) override;
  [[nodiscard]] Surface surface() const override { return {}; }
  [[nodiscard]] Rectangle picture_rectangle(const media::VideoFrame& frame) const override;
  [[nodiscard]] media::FrameFormats formats() const override { return media::FrameFormats::Any; }
  void set_title(const std::string&) override {}
  void fit_to(const media::VideoFrame&) override {}
  void set_fullscreen(bool on) override { fullscreen_ = on; }
  [[nodiscard]] bool fullscreen() const override { return fullscreen_; }
  void hold_screen_saver(bool) override {}
  void set_cursor_visible(bool) override {}
  [[nodiscard]] Result<media::FramePointer> capture() override;

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  bool wake_pending_ = false;  // guarded by mutex_
  bool fullscreen_ = false;
};

}  // namespace freshet::video
