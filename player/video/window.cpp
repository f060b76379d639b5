// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/window.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "player/video/picture_shape.h"
#include "player/video/window_icon.h"

namespace freshet::video {
namespace {

constexpr int first_width = 960;  // before the first frame tells its size: points, 16:9
constexpr int first_height = 540;
// Smaller than this the on-screen display cannot be read and the window is hard to take hold of.
constexpr int least_width = 320;
constexpr int least_height = 180;

std::unexpected<Error> no_display(const char* reason) {
  std::string message = "no display can be opened";
  if (reason != nullptr && *reason != '\0') message += std::string(" (") + reason + ")";
  return fail(
      ErrorCategory::Internal, "no-display", std::move(message),
      "start it from a desktop session (DISPLAY or WAYLAND_DISPLAY set), or play without a picture by "
      "--vo=null; --vo=gpu and --vo=sdl both need a display");
}

// Drivers that open without anybody seeing a picture, or that seize the console. Good only when asked for.
bool only_on_request(std::string_view driver) {
  return driver == "offscreen" || driver == "dummy" || driver == "evdev" || driver == "KMSDRM";
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

Result<SdlVideo> SdlVideo::start() {
  // Where nothing at all points to a display, the libraries are not asked: they would only complain on
  // stderr.
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") && !is_set("XDG_RUNTIME_DIR") &&
      !is_set("SDL_VIDEODRIVER"))
    return no_display(nullptr);
  // Signals are the program's own business: SIGINT has its exit code.
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
  SDL_SetHint(SDL_HINT_APP_NAME, "Freshet");
  // Turning the compositor off for a video window makes the whole desktop flicker.
  SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
  SDL_SetHint(SDL_HINT_VIDEO_MINIMIZE_ON_FOCUS_LOSS, "0");
  // The screen saver is held off while playing (hold_screen_saver), not for as long as the window lives.
  SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
  // The window's class is the program's file name, which SDL takes from /proc/self/exe: "freshet".
  if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) return no_display(SDL_GetError());
  SdlVideo video;
  const char* driver = SDL_GetCurrentVideoDriver();
  if (driver == nullptr) return no_display("no video driver");
  if (only_on_request(driver) && !is_set("SDL_VIDEODRIVER")) return no_display(nullptr);
  return video;
}

SdlVideo::~SdlVideo() {
  if (started_) SDL_QuitSubSystem(SDL_INIT_VIDEO);
}

Result<std::unique_ptr<Window>> Window::open(SdlVideo video, const WindowOptions& options,
                                             std::uint32_t sdl_flags) {
  std::uint32_t flags = sdl_flags | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
  if (options.fullscreen) flags |= SDL_WINDOW_FULLSCREEN_DESKTOP;
  const bool placed = options.geometry.has_value();
  const Rectangle place = options.geometry.value_or(Rectangle{0, 0, first_width, first_height});
  std::unique_ptr<SDL_Window, Destroy> window(
      SDL_CreateWindow(options.title.c_str(), placed ? place.x : static_cast<int>(SDL_WINDOWPOS_CENTERED),
                       placed ? place.y : static_cast<int>(SDL_WINDOWPOS_CENTERED), std::max(place.width, 1),
                       std::max(place.height, 1), flags));
  if (!window) return no_display(SDL_GetError());
  set_window_icon(window.get());
  const std::uint32_t wake_event = SDL_RegisterEvents(1);
  if (wake_event == static_cast<std::uint32_t>(-1))
    return fail(ErrorCategory::Internal, "video-output", "SDL has no event number left");
  std::unique_ptr<Window> result(new Window(std::move(video), std::move(window), placed, options.fullscreen));
  result->wake_event_ = wake_event;
  return result;
}

Window::Window(SdlVideo video, std::unique_ptr<SDL_Window, Destroy> window, bool fixed_geometry,
               bool fullscreen)
    : video_(std::move(video)),
      window_(std::move(window)),
      window_id_(SDL_GetWindowID(window_.get())),
      fixed_geometry_(fixed_geometry),
      fullscreen_(fullscreen) {
  SDL_StartTextInput();  // keys that type are named by their text
}

VideoOutput::Surface Window::surface() const {
  int width = 0;
  int height = 0;
  SDL_GetWindowSizeInPixels(window_.get(), &width, &height);
  int points = 0;
  SDL_GetWindowSize(window_.get(), &points, nullptr);
  const double scale = points > 0 && width > 0 ? static_cast<double>(width) / points : 1.0;
  return {std::max(width, 1), std::max(height, 1), scale};
}

void Window::set_title(const std::string& title) {
  SDL_SetWindowTitle(window_.get(), title.c_str());
}

void Window::fit_to(const media::VideoFrame& frame) {
  if (fixed_geometry_ || fullscreen_) return;
  if (SDL_GetWindowFlags(window_.get()) & (SDL_WINDOW_MAXIMIZED | SDL_WINDOW_MINIMIZED)) return;
  SDL_Rect usable{};
  const int display = std::max(SDL_GetWindowDisplayIndex(window_.get()), 0);
  if (SDL_GetDisplayUsableBounds(display, &usable) != 0 || usable.w <= 0 || usable.h <= 0) return;
  int top = 0;
  int left = 0;
  int bottom = 0;
  int right = 0;
  SDL_GetWindowBordersSize(window_.get(), &top, &left, &bottom, &right);  // leaves zeros where unknown

  const PictureShape shape = upright_shape(frame);
  const double most_width = std::max(usable.w - left - right, 1);
  const double most_height = std::max(usable.h - top - bottom, 1);
  double scale = std::max({1.0, least_width / shape.width, least_height / shape.height});
  scale = std::min({scale, most_width / shape.width, most_height / shape.height});
  const int width = std::max(static_cast<int>(std::lround(shape.width * scale)), 1);
  const int height = std::max(static_cast<int>(std::lround(shape.height * scale)), 1);
  SDL_SetWindowSize(window_.get(), width, height);
  SDL_SetWindowPosition(window_.get(), usable.x + left + static_cast<int>((most_width - width) / 2),
                        usable.y + top + static_cast<int>((most_height - height) / 2));
}

void Window::set_fullscreen(bool on) {
  if (on == fullscreen_) return;
  if (SDL_SetWindowFullscreen(window_.get(), on ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0) == 0) fullscreen_ = on;
}

void Window::hold_screen_saver(bool hold) {
  if (hold) {
    SDL_DisableScreenSaver();
  } else {
    SDL_EnableScreenSaver();
  }
}

void Window::set_cursor_visible(bool visible) {
  SDL_ShowCursor(visible ? SDL_ENABLE : SDL_DISABLE);
}

Rectangle WindowOutput::picture_rectangle(const media::VideoFrame& frame) const {
  const Surface place = surface();
  return fit_picture(frame, place.width, place.height);
}

}  // namespace freshet::video
