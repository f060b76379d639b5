// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// From SDL's key events to the names that mpv's input.conf uses. A printable key is named by the text it
// types
// ('#', '{', 'A'), so that every keyboard layout works and Shift is not named for it; all others, and
// printable keys held with Ctrl, Alt or Meta, are named at once. Main thread; one instance a window.
#pragma once

#include <SDL.h>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "player/video/video_output.h"

namespace freshet::video {

class KeyNames {
 public:
  // nullopt: a modifier alone, or a key whose text follows in text().
  [[nodiscard]] std::optional<KeyPress> key_down(const SDL_Keysym& key, bool repeated);
  // nullopt: the key was named already, or an input method wrote more than one character.
  [[nodiscard]] std::optional<KeyPress> text(std::string_view utf8);

 private:
  // What to do with the text event that SDL sends after a key event.
  enum class Text : std::uint8_t { Name, Ignore, MaybeAlt };
  Text text_ = Text::Name;
  std::string alternate_;  // what the key types without the right Alt
  bool repeated_ = false;
};

// "Shift+Ctrl+Alt+Meta+", in mpv's order; only those in `mask`, a set of KMOD_ flags.
[[nodiscard]] std::string modifier_prefix(std::uint16_t mask);
// The name of a key that types no text ("LEFT", "F1"); empty if it has none.
[[nodiscard]] std::string_view special_key_name(SDL_Keycode key, bool num_lock);
// A button went down: "MBTN_LEFT", "MBTN_LEFT_DBL"; empty if it has no name. `clicks` as SDL counts them.
[[nodiscard]] std::string_view mouse_button_name(std::uint8_t button, std::uint8_t clicks);

}  // namespace freshet::video
