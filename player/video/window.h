// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A window by SDL with its input: what the gpu and the sdl output have in common. The main thread makes it
// and calls all of it; wake() may be called from any thread while it lives.
//
// wait() sleeps in the display server's connection, never in a loop of short sleeps.
#pragma once

#include <SDL.h>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "player/video/key_names.h"
#include "player/video/video_output.h"

namespace freshet::video {

// SDL's video subsystem, counted by SDL itself (the sound has its own).
class SdlVideo {
 public:
  // Errors: Internal "no-display".
  [[nodiscard]] static Result<SdlVideo> start();
  SdlVideo(SdlVideo&& other) noexcept : started_(std::exchange(other.started_, false)) {}
  SdlVideo& operator=(SdlVideo&&) = delete;
  ~SdlVideo();

 private:
  SdlVideo() = default;
  bool started_ = true;
};

class Window {
 public:
  // `sdl_flags`: SDL_WINDOW_OPENGL or 0; its GL attributes are set before. Errors: Internal "no-display".
  [[nodiscard]] static Result<std::unique_ptr<Window>> open(SdlVideo video, const WindowOptions& options,
                                                            std::uint32_t sdl_flags);
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  std::vector<InputEvent> wait(std::optional<MonotonicTime> deadline);
  void wake() noexcept;

  [[nodiscard]] SDL_Window* handle() const { return window_.get(); }
  [[nodiscard]] VideoOutput::Surface surface() const;

  void set_title(const std::string& title);
  void fit_to(const media::VideoFrame& frame);
  void set_fullscreen(bool on);
  [[nodiscard]] bool fullscreen() const { return fullscreen_; }
  void hold_screen_saver(bool hold);
  void set_cursor_visible(bool visible);

 private:
  struct Destroy {
    void operator()(SDL_Window* window) const { SDL_DestroyWindow(window); }
  };
  Window(SdlVideo video, std::unique_ptr<SDL_Window, Destroy> window, bool fixed_geometry, bool fullscreen);

  void translate(const SDL_Event& event, std::vector<InputEvent>& out);
  void translate_key(const SDL_KeyboardEvent& event, std::vector<InputEvent>& out);
  [[nodiscard]] MouseButton left_button(const SDL_MouseButtonEvent& event) const;
  void translate_wheel(const SDL_MouseWheelEvent& event, std::vector<InputEvent>& out) const;
  void paste(std::vector<InputEvent>& out) const;

  SdlVideo video_;  // first: goes last
  std::unique_ptr<SDL_Window, Destroy> window_;
  std::uint32_t window_id_ = 0;
  std::uint32_t wake_event_ = 0;
  std::atomic<bool> wake_pending_{false};
  KeyNames keys_;
  bool fixed_geometry_ = false;  // the user said where and how large
  bool fullscreen_ = false;
};

// The part of VideoOutput that is the window's.
class WindowOutput : public VideoOutput {
 public:
  std::vector<InputEvent> wait(std::optional<MonotonicTime> deadline) final {
    return window_->wait(deadline);
  }
  void wake() noexcept final { window_->wake(); }
  [[nodiscard]] Surface surface() const final { return window_->surface(); }
  [[nodiscard]] Rectangle picture_rectangle(const media::VideoFrame& frame) const final;
  void set_title(const std::string& title) final { window_->set_title(title); }
  void fit_to(const media::VideoFrame& frame) final { window_->fit_to(frame); }
  void set_fullscreen(bool on) final { window_->set_fullscreen(on); }
  [[nodiscard]] bool fullscreen() const final { return window_->fullscreen(); }
  void hold_screen_saver(bool hold) final { window_->hold_screen_saver(hold); }
  void set_cursor_visible(bool visible) final { window_->set_cursor_visible(visible); }

 protected:
  explicit WindowOutput(std::unique_ptr<Window> window) : window_(std::move(window)) {}

 private:
  std::unique_ptr<Window> window_;
};

}  // namespace freshet::video
