// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/key_names.h"

#include <array>
#include <utility>

namespace freshet::video {
namespace {

constexpr std::array special_keys = std::to_array<std::pair<SDL_Keycode, std::string_view>>({
    {SDLK_RETURN, "ENTER"},
    {SDLK_RETURN2, "ENTER"},
    {SDLK_ESCAPE, "ESC"},
    {SDLK_BACKSPACE, "BS"},
    {SDLK_TAB, "TAB"},
    {SDLK_PRINTSCREEN, "PRINT"},
    {SDLK_PAUSE, "PAUSE"},
    {SDLK_INSERT, "INS"},
    {SDLK_HOME, "HOME"},
    {SDLK_PAGEUP, "PGUP"},
    {SDLK_DELETE, "DEL"},
    {SDLK_END, "END"},
    {SDLK_PAGEDOWN, "PGDWN"},
    {SDLK_RIGHT, "RIGHT"},
    {SDLK_LEFT, "LEFT"},
    {SDLK_DOWN, "DOWN"},
    {SDLK_UP, "UP"},
    {SDLK_APPLICATION, "MENU"},
    {SDLK_MENU, "MENU"},
    {SDLK_POWER, "POWER"},
    {SDLK_SLEEP, "SLEEP"},
    {SDLK_AUDIOPLAY, "PLAYPAUSE"},
    {SDLK_AUDIOSTOP, "STOP"},
    {SDLK_AUDIONEXT, "NEXT"},
    {SDLK_AUDIOPREV, "PREV"},
    {SDLK_AUDIOREWIND, "REWIND"},
    {SDLK_AUDIOFASTFORWARD, "FORWARD"},
    {SDLK_AUDIOMUTE, "MUTE"},
    {SDLK_MUTE, "MUTE"},
    {SDLK_VOLUMEUP, "VOLUME_UP"},
    {SDLK_VOLUMEDOWN, "VOLUME_DOWN"},
    {SDLK_AC_BACK, "GO_BACK"},
    {SDLK_AC_FORWARD, "GO_FORWARD"},
    {SDLK_AC_HOME, "HOMEPAGE"},
    {SDLK_AC_SEARCH, "SEARCH"},
    {SDLK_MAIL, "MAIL"},
    {SDLK_WWW, "WWW"},
    {SDLK_F1, "F1"},
    {SDLK_F2, "F2"},
    {SDLK_F3, "F3"},
    {SDLK_F4, "F4"},
    {SDLK_F5, "F5"},
    {SDLK_F6, "F6"},
    {SDLK_F7, "F7"},
    {SDLK_F8, "F8"},
    {SDLK_F9, "F9"},
    {SDLK_F10, "F10"},
    {SDLK_F11, "F11"},
    {SDLK_F12, "F12"},
    {SDLK_F13, "F13"},
    {SDLK_F14, "F14"},
    {SDLK_F15, "F15"},
    {SDLK_F16, "F16"},
    {SDLK_F17, "F17"},
    {SDLK_F18, "F18"},
    {SDLK_F19, "F19"},
    {SDLK_F20, "F20"},
    {SDLK_F21, "F21"},
    {SDLK_F22, "F22"},
    {SDLK_F23, "F23"},
    {SDLK_F24, "F24"},
    {SDLK_KP_ENTER, "KP_ENTER"},
    {SDLK_KP_PLUS, "KP_ADD"},
    {SDLK_KP_MINUS, "KP_SUBTRACT"},
    {SDLK_KP_MULTIPLY, "KP_MULTIPLY"},
    {SDLK_KP_DIVIDE, "KP_DIVIDE"},
});

struct KeypadKey {
  SDL_Keycode key;
  std::string_view digit;     // NumLock on
  std::string_view movement;  // NumLock off: what is printed below the digit
};
constexpr std::array keypad_keys = std::to_array<KeypadKey>({
    {SDLK_KP_0, "KP0", "INS"},
    {SDLK_KP_1, "KP1", "END"},
    {SDLK_KP_2, "KP2", "DOWN"},
    {SDLK_KP_3, "KP3", "PGDWN"},
    {SDLK_KP_4, "KP4", "LEFT"},
    {SDLK_KP_5, "KP5", "KP5"},
    {SDLK_KP_6, "KP6", "RIGHT"},
    {SDLK_KP_7, "KP7", "HOME"},
    {SDLK_KP_8, "KP8", "UP"},
    {SDLK_KP_9, "KP9", "PGUP"},
    {SDLK_KP_PERIOD, "KP_DEC", "DEL"},
    {SDLK_KP_COMMA, "KP_DEC", "DEL"},
});

bool is_modifier(SDL_Keycode key) {
  switch (key) {
    case SDLK_LSHIFT:
    case SDLK_RSHIFT:
    case SDLK_LCTRL:
    case SDLK_RCTRL:
    case SDLK_LALT:
    case SDLK_RALT:
    case SDLK_LGUI:
    case SDLK_RGUI:
    case SDLK_MODE:
    case SDLK_CAPSLOCK:
    case SDLK_NUMLOCKCLEAR:
    case SDLK_SCROLLLOCK: return true;
    default: return false;
  }
}

// SDL's keycode of a key that types text is its character without modifiers; the others carry a mask bit.
bool is_printable(SDL_Keycode key) {
  return key >= SDLK_SPACE && key != SDLK_DELETE && (key & SDLK_SCANCODE_MASK) == 0;
}

std::string to_utf8(char32_t c) {
  std::string out;
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
  return out;
}

std::string printable_name(std::string text) {
  if (text == " ") return "SPACE";
  return text;
}

std::size_t character_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xF0) return 4;
  if (first >= 0xE0) return 3;
  return 2;
}

}  // namespace

std::string modifier_prefix(std::uint16_t mask) {
  std::string prefix;
  if (mask & KMOD_SHIFT) prefix += "Shift+";
  if (mask & KMOD_CTRL) prefix += "Ctrl+";
  if (mask & KMOD_ALT) prefix += "Alt+";
  if (mask & KMOD_GUI) prefix += "Meta+";
  return prefix;
}

std::string_view special_key_name(SDL_Keycode key, bool num_lock) {
  for (const auto& [code, name] : special_keys)
    if (code == key) return name;
  for (const auto& entry : keypad_keys)
    if (entry.key == key) return num_lock ? entry.digit : entry.movement;
  return {};
}

std::string_view mouse_button_name(std::uint8_t button, std::uint8_t clicks) {
  const bool second = clicks != 0 && clicks % 2 == 0;  // the fourth click ends a second double click
  switch (button) {
    case SDL_BUTTON_LEFT: return second ? "MBTN_LEFT_DBL" : "MBTN_LEFT";
    case SDL_BUTTON_MIDDLE: return "MBTN_MID";
    case SDL_BUTTON_RIGHT: return "MBTN_RIGHT";
    case SDL_BUTTON_X1: return "MBTN_BACK";
    case SDL_BUTTON_X2: return "MBTN_FORWARD";
    default: return {};
  }
}

std::optional<KeyPress> KeyNames::key_down(const SDL_Keysym& key, bool repeated) {
  text_ = Text::Name;
  repeated_ = repeated;
  if (is_modifier(key.sym)) return std::nullopt;

  const std::string_view special = special_key_name(key.sym, (key.mod & KMOD_NUM) != 0);
  if (!special.empty()) {
    text_ = Text::Ignore;  // the keypad and ENTER type text too
    return KeyPress{modifier_prefix(key.mod) + std::string(special), repeated};
  }
  if (!is_printable(key.sym)) return std::nullopt;

  if ((key.mod & (KMOD_CTRL | KMOD_LALT | KMOD_GUI)) == 0) {
    // The right Alt is AltGr on many layouts and plain Alt on others: the text tells.
    if (key.mod & KMOD_RALT) {
      text_ = Text::MaybeAlt;
      alternate_ = to_utf8(static_cast<char32_t>(key.sym));
    }
    return std::nullopt;
  }
  text_ = Text::Ignore;
  SDL_Keycode sym = key.sym;
  // Shortcuts are written in Latin letters; on a Cyrillic or Greek layout the key's place on a US board
  // counts.
  if (sym > 0x7E && key.scancode >= SDL_SCANCODE_A && key.scancode <= SDL_SCANCODE_Z)
    sym = SDLK_a + (key.scancode - SDL_SCANCODE_A);
  std::uint16_t modifiers = key.mod;
  if ((modifiers & KMOD_SHIFT) && sym >= SDLK_a && sym <= SDLK_z) {
    sym -= SDLK_a - 'A';
    modifiers = static_cast<std::uint16_t>(modifiers & ~KMOD_SHIFT);
  }
  return KeyPress{modifier_prefix(modifiers) + printable_name(to_utf8(static_cast<char32_t>(sym))), repeated};
}

std::optional<KeyPress> KeyNames::text(std::string_view utf8) {
  if (text_ == Text::Ignore || utf8.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(utf8.front());
  if (first < 0x20 || first == 0x7F || character_length(first) != utf8.size()) return std::nullopt;
  const bool alt = text_ == Text::MaybeAlt && utf8 == alternate_;
  return KeyPress{(alt ? "Alt+" : "") + printable_name(std::string(utf8)), repeated_};
}

}  // namespace freshet::video
