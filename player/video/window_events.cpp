// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Window's ear: SDL's events in, InputEvents out.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>

#include "player/video/window.h"

namespace freshet::video {
namespace {

// A link or a path is far shorter; a clipboard may hold a book.
constexpr std::size_t longest_drop = 64 * 1024;
// Steps of the wheel counted from one event: a free-spinning wheel must not turn into minutes of seeking.
constexpr int most_wheel_steps = 8;

struct Free {
  void operator()(char* text) const { SDL_free(text); }
};
using SdlText = std::unique_ptr<char, Free>;

template <class Event>
bool holds(const std::vector<InputEvent>& events) {
  return std::ranges::any_of(events, [](const InputEvent& e) { return std::holds_alternative<Event>(e); });
}

// One of a kind is enough: what matters is the state at the time they are handled.
template <class Event>
void push_once(std::vector<InputEvent>& events) {
  if (!holds<Event>(events)) events.emplace_back(Event{});
}

void push_dropped(const SdlText& text, std::vector<InputEvent>& out) {
  if (!text) return;
  const std::size_t length = strnlen(text.get(), longest_drop + 1);
  if (length == 0 || length > longest_drop) return;
  out.emplace_back(Dropped{std::string(text.get(), length)});
}

}  // namespace

std::vector<InputEvent> Window::wait(std::optional<MonotonicTime> deadline) {
  using std::chrono::milliseconds;
  std::vector<InputEvent> events;
  SDL_Event event;
  bool woken = false;
  const auto take = [&] {
    // Any other event goes on being asleep: motion outside, modifiers, text that named nothing.
    woken = woken || event.type == wake_event_;
    translate(event, events);
    while (SDL_PollEvent(&event)) {
      woken = woken || event.type == wake_event_;
      translate(event, events);
    }
  };
  if (SDL_PollEvent(&event)) take();
  while (events.empty() && !woken) {
    if (!deadline) {
      if (SDL_WaitEvent(&event)) take();
      continue;
    }
    const auto left = *deadline - std::chrono::steady_clock::now();
    if (left <= MonotonicTime::duration::zero()) break;
    // SDL counts whole milliseconds; what is left below one is waited for exactly, so that a frame is neither
    // early nor late.
    const auto whole = std::chrono::floor<milliseconds>(left);
    if (whole.count() == 0) {
      std::this_thread::sleep_until(*deadline);
      break;
    }
    constexpr milliseconds longest = std::chrono::hours(1);
    if (SDL_WaitEventTimeout(&event, static_cast<int>(std::min<milliseconds>(whole, longest).count())))
      take();
  }
  return events;
}

void Window::wake() noexcept {
  if (wake_pending_.exchange(true)) return;  // one in the queue is enough
  SDL_Event event{};
  event.type = wake_event_;
  if (SDL_PushEvent(&event) != 1) wake_pending_ = false;  // the queue is full: nobody sleeps
}

void Window::translate(const SDL_Event& event, std::vector<InputEvent>& out) {
  if (event.type == wake_event_) {
    wake_pending_ = false;
    return;
  }
  switch (event.type) {
    case SDL_QUIT: push_once<WindowClosed>(out); break;
    case SDL_WINDOWEVENT:
      if (event.window.windowID != window_id_) break;
      switch (event.window.event) {
        case SDL_WINDOWEVENT_CLOSE: push_once<WindowClosed>(out); break;
        case SDL_WINDOWEVENT_SIZE_CHANGED:
        case SDL_WINDOWEVENT_EXPOSED:
        case SDL_WINDOWEVENT_SHOWN:
        case SDL_WINDOWEVENT_RESTORED:
        case SDL_WINDOWEVENT_DISPLAY_CHANGED: push_once<WindowChanged>(out); break;
        default: break;
      }
      break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET: push_once<WindowChanged>(out); break;
    case SDL_KEYDOWN: translate_key(event.key, out); break;
    case SDL_TEXTINPUT:
      if (auto key = keys_.text(event.text.text)) out.emplace_back(std::move(*key));
      break;
    case SDL_MOUSEMOTION: {
      if (event.motion.which == SDL_TOUCH_MOUSEID) break;
      const double scale = surface().scale;
      const MouseMove move{static_cast<int>(event.motion.x * scale),
                           static_cast<int>(event.motion.y * scale)};
      if (!out.empty() && std::holds_alternative<MouseMove>(out.back())) {
        out.back() = move;  // only where it ended matters
      } else {
        out.emplace_back(move);
      }
      break;
    }
    case SDL_MOUSEBUTTONUP:
      if (event.button.button == SDL_BUTTON_LEFT) out.emplace_back(left_button(event.button));
      break;
    case SDL_MOUSEBUTTONDOWN: {
      if (event.button.button == SDL_BUTTON_LEFT) out.emplace_back(left_button(event.button));
      const std::string_view name = mouse_button_name(event.button.button, event.button.clicks);
      if (!name.empty())
        out.emplace_back(
            KeyPress{modifier_prefix(static_cast<std::uint16_t>(SDL_GetModState())) + std::string(name)});
      break;
    }
    case SDL_MOUSEWHEEL: translate_wheel(event.wheel, out); break;
    case SDL_DROPFILE:
    case SDL_DROPTEXT: push_dropped(SdlText(event.drop.file), out); break;
    default: break;
  }
}

MouseButton Window::left_button(const SDL_MouseButtonEvent& event) const {
  const double scale = surface().scale;
  return {.down = event.state == SDL_PRESSED,
          .x = static_cast<int>(event.x * scale),
          .y = static_cast<int>(event.y * scale)};
}

void Window::translate_key(const SDL_KeyboardEvent& event, std::vector<InputEvent>& out) {
  auto key = keys_.key_down(event.keysym, event.repeat != 0);
  if (!key) return;
  if (key->name == "Ctrl+v" || key->name == "Shift+INS") {
    if (!key->repeated) paste(out);
    return;
  }
  out.emplace_back(std::move(*key));
}

void Window::translate_wheel(const SDL_MouseWheelEvent& event, std::vector<InputEvent>& out) const {
  const int sign = event.direction == SDL_MOUSEWHEEL_FLIPPED ? -1 : 1;
  const std::string modifiers = modifier_prefix(static_cast<std::uint16_t>(SDL_GetModState()));
  const auto push = [&](int steps, const char* positive, const char* negative) {
    const int count = std::clamp(steps, -most_wheel_steps, most_wheel_steps);
    for (int i = 0; i < std::abs(count); ++i)
      out.emplace_back(KeyPress{modifiers + (count > 0 ? positive : negative)});
  };
  push(event.y * sign, "WHEEL_UP", "WHEEL_DOWN");
  push(event.x * sign, "WHEEL_RIGHT", "WHEEL_LEFT");
}

void Window::paste(std::vector<InputEvent>& out) const {
  if (SDL_HasClipboardText()) push_dropped(SdlText(SDL_GetClipboardText()), out);
}

}  // namespace freshet::video
