// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Where pictures are shown, and where the player waits: a window (gpu: libplacebo on OpenGL; sdl:
// SDL_Renderer) or nothing at all (null). The main thread creates it, shows frames, and sleeps in wait();
// every other thread may only call wake().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "player/media/pipeline.h"
#include "player/media/video_frame.h"
#include "player/video/overlay.h"
#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::video {

enum class OutputKind : std::uint8_t { Gpu, Sdl, Null };

// How much the gpu output spends on scaling, dithering and HDR. Auto: Good, unless OpenGL runs on the
// processor.
enum class Quality : std::uint8_t { Auto, Fast, Good };

struct WindowOptions {
  std::string title = "Freshet";
  bool fullscreen = false;
  std::optional<Rectangle> geometry = std::nullopt;  // tests and --geometry
  Quality quality = Quality::Auto;
};

// Names of keys are mpv's: "a", "A", "SPACE", "LEFT", "PGUP", "F1", "Ctrl+v", "Shift+LEFT", "MBTN_LEFT_DBL",
// "WHEEL_UP", "KP5", "#". Modifiers stand in mpv's order, Shift+Ctrl+Alt+Meta+; Shift is not named for what
// types a character. Ctrl+v and Shift+INS never come: they paste, as Dropped.
struct KeyPress {
  std::string name;
  bool repeated = false;  // the key is held down
};
struct MouseMove {
  int x = 0, y = 0;
};
// The left button went down or up; its name comes as a KeyPress after it went down.
struct MouseButton {
  bool down = false;
  int x = 0, y = 0;
};
struct WindowClosed {};
struct WindowChanged {};  // size, scale, exposure: show() again
struct Dropped {
  std::string text;  // a path, a link, pasted text
};
using InputEvent = std::variant<KeyPress, MouseMove, MouseButton, WindowClosed, WindowChanged, Dropped>;

class VideoOutput {
 public:
  virtual ~VideoOutput() = default;

  // Sleeps until an event, wake() or `deadline`; returns the events, oldest first. nullopt: no deadline.
  virtual std::vector<InputEvent> wait(std::optional<MonotonicTime> deadline) = 0;
  virtual void wake() noexcept = 0;  // any thread

  // Draws `frame` (null: black) as large as fits, upright, with its aspect, overlays on top in order, and
  // presents it; may wait for the display's refresh. Errors: Internal "video-output".
  virtual Result<void> show(const media::FramePointer& frame, std::span<const OverlayPointer> overlays) = 0;

  // The drawable's size in pixels, and pixels a logical point (2 on HiDPI). Null: 1280x720.
  struct Surface {
    int width = 1280, height = 720;
    double scale = 1;
  };
  [[nodiscard]] virtual Surface surface() const = 0;
  // Where show() puts a picture like `frame` inside the surface.
  [[nodiscard]] virtual Rectangle picture_rectangle(const media::VideoFrame& frame) const = 0;

  [[nodiscard]] virtual media::FrameFormats formats() const = 0;
  virtual void set_title(const std::string& title) = 0;
  virtual void fit_to(
      const media::VideoFrame& frame) = 0;  // first frame: window size = picture's, inside the screen
  virtual void set_fullscreen(bool on) = 0;
  [[nodiscard]] virtual bool fullscreen() const = 0;
  virtual void hold_screen_saver(bool hold) = 0;
  virtual void set_cursor_visible(bool visible) = 0;
  // What is on the screen now, as a bgra frame. Errors: Internal "no-window" (null).
  [[nodiscard]] virtual Result<media::FramePointer> capture() = 0;
};

// Main thread. Errors: Internal "no-display" with a hint that names --vo=null and the other outputs.
[[nodiscard]] Result<std::unique_ptr<VideoOutput>> open_video_output(OutputKind kind,
                                                                     const WindowOptions& options);

// Largest rectangle inside width x height with the picture's display aspect (sample aspect and rotation
// counted), centred. Pure.
[[nodiscard]] Rectangle fit_picture(const media::VideoFrame& frame, int width, int height);

}  // namespace freshet::video
