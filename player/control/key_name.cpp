// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/key_name.h"

#include <algorithm>
#include <array>
#include <utility>

#include "player/control/text.h"

namespace freshet::control {
namespace {

constexpr std::string_view words[] = {
    "SPACE",        "SHARP",
    "ENTER",        "TAB",
    "BS",           "DEL",
    "INS",          "HOME",
    "END",          "PGUP",
    "PGDWN",        "ESC",
    "PRINT",        "RIGHT",
    "LEFT",         "DOWN",
    "UP",           "KP_DEC",
    "KP_INS",       "KP_DEL",
    "KP_ENTER",     "KP_ADD",
    "KP_SUBTRACT",  "KP_MULTIPLY",
    "KP_DIVIDE",    "KP_HOME",
    "KP_END",       "KP_PGUP",
    "KP_PGDWN",     "KP_LEFT",
    "KP_RIGHT",     "KP_UP",
    "KP_DOWN",      "KP_BEGIN",
    "MBTN_LEFT",    "MBTN_MID",
    "MBTN_RIGHT",   "WHEEL_UP",
    "WHEEL_DOWN",   "WHEEL_LEFT",
    "WHEEL_RIGHT",  "MBTN_BACK",
    "MBTN_FORWARD", "MBTN_LEFT_DBL",
    "MBTN_MID_DBL", "MBTN_RIGHT_DBL",
    "MOUSE_MOVE",   "MOUSE_LEAVE",
    "MOUSE_ENTER",  "POWER",
    "MENU",         "PLAY",
    "PAUSE",        "PLAYPAUSE",
    "STOP",         "FORWARD",
    "REWIND",       "NEXT",
    "PREV",         "VOLUME_UP",
    "VOLUME_DOWN",  "MUTE",
    "HOMEPAGE",     "WWW",
    "MAIL",         "FAVORITES",
    "SEARCH",       "SLEEP",
    "CANCEL",       "RECORD",
    "CHANNEL_UP",   "CHANNEL_DOWN",
    "PLAYONLY",     "PAUSEONLY",
    "GO_BACK",      "GO_FORWARD",
    "CLOSE_WIN",
};

// Older or other spellings.
constexpr std::pair<std::string_view, std::string_view> other_words[] = {
    {"PLUS", "+"},
    {"RETURN", "ENTER"},
    {"BACKSPACE", "BS"},
    {"DELETE", "DEL"},
    {"PGDOWN", "PGDWN"},
    {"ESCAPE", "ESC"},
    {"MOUSE_BTN0", "MBTN_LEFT"},
    {"MOUSE_BTN1", "MBTN_MID"},
    {"MOUSE_BTN2", "MBTN_RIGHT"},
    {"MOUSE_BTN3", "WHEEL_UP"},
    {"MOUSE_BTN4", "WHEEL_DOWN"},
    {"AXIS_UP", "WHEEL_UP"},
    {"AXIS_DOWN", "WHEEL_DOWN"},
    {"AXIS_LEFT", "WHEEL_LEFT"},
    {"AXIS_RIGHT", "WHEEL_RIGHT"},
    {"MOUSE_BTN0_DBL", "MBTN_LEFT_DBL"},
    {"IDEOGRAPHIC_SPACE", "SPACE"},
};

constexpr std::array<std::string_view, 4> modifiers{"SHIFT", "CTRL", "ALT", "META"};
constexpr std::array<std::string_view, 4> modifier_spellings{"Shift+", "Ctrl+", "Alt+", "Meta+"};

std::string upper_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

// One character of UTF-8, and no control character.
bool is_character(std::string_view text) {
  if (text.empty() || text.size() > 4 || valid_utf8(text) != text) return false;
  if (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7F) return false;
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }) ==
         1;
}

// F1 … F24, KP0 … KP9
bool is_numbered(std::string_view word) {
  const auto number = [](std::string_view digits, int minimum, int maximum) {
    if (digits.empty() || digits.size() > 2) return false;
    int value = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    return value >= minimum && value <= maximum;
  };
  return (word.starts_with('F') && number(word.substr(1), 1, 24)) ||
         (word.starts_with("KP") && number(word.substr(2), 0, 9));
}

}  // namespace

std::optional<std::string> normalized_key(std::string_view name) {
  std::array<bool, modifiers.size()> held{};
  while (true) {
    const auto plus = name.find('+');
    if (plus == std::string_view::npos || plus + 1 == name.size()) break;
    const auto found = std::ranges::find(modifiers, upper_case(name.substr(0, plus)));
    if (found == modifiers.end()) break;
    held[static_cast<std::size_t>(found - modifiers.begin())] = true;
    name = name.substr(plus + 1);
  }
  std::string key;
  if (name == " ") {
    key = "SPACE";
  } else if (name == "#") {
    key = "SHARP";
  } else if (is_character(name)) {
    key = std::string(name);
    if (held[0] && key.size() == 1 && key[0] >= 'a' && key[0] <= 'z') key = upper_case(key);
    // What Shift does to a character is in the character.
    held[0] = false;
  } else {
    key = upper_case(name);
    for (const auto& [other, word] : other_words) {
      if (key == other) key = word;
    }
    if (key != "+" && std::ranges::find(words, key) == std::end(words) && !is_numbered(key))
      return std::nullopt;
  }
  std::string result;
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (held[i]) result += modifier_spellings[i];
  }
  return result + key;
}

}  // namespace freshet::control
