// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/key_names.h"

#include <gtest/gtest.h>

namespace freshet::video {
namespace {

struct Stroke {
  const char* sentence;
  SDL_Keycode key;
  std::uint16_t modifiers;
  const char* text;  // what SDL sends after the key, or null
  const char* expected;
  SDL_Scancode scancode = SDL_SCANCODE_UNKNOWN;
};

std::string names_of(const Stroke& stroke) {
  KeyNames keys;
  SDL_Keysym sym{};
  sym.sym = stroke.key;
  sym.mod = stroke.modifiers;
  sym.scancode = stroke.scancode;
  std::string names;
  if (const auto key = keys.key_down(sym, false)) names += key->name;
  if (stroke.text != nullptr)
    if (const auto key = keys.text(stroke.text)) names += (names.empty() ? "" : " ") + key->name;
  return names;
}

class KeyName : public testing::TestWithParam<Stroke> {};

TEST_P(KeyName, IsMpvs) {
  EXPECT_EQ(names_of(GetParam()), GetParam().expected) << GetParam().sentence;
}

INSTANTIATE_TEST_SUITE_P(
    Table, KeyName,
    testing::Values(
        Stroke{"a letter", SDLK_q, 0, "q", "q"},
        Stroke{"a capital does not name Shift", SDLK_q, KMOD_LSHIFT, "Q", "Q"},
        Stroke{"the space bar", SDLK_SPACE, 0, " ", "SPACE"},
        Stroke{"the hash on a US board", SDLK_3, KMOD_LSHIFT, "#", "#"},
        Stroke{"the hash on a German board", SDLK_HASH, 0, "#", "#"},
        Stroke{"a bracket by AltGr on a German board", SDLK_8, KMOD_RALT, "[", "["},
        Stroke{"a brace", SDLK_LEFTBRACKET, KMOD_LSHIFT, "{", "{"},
        Stroke{"the question mark", SDLK_SLASH, KMOD_LSHIFT, "?", "?"},
        Stroke{"the exclamation mark", SDLK_1, KMOD_LSHIFT, "!", "!"},
        Stroke{"a letter of another script", 0x449, 0, "щ", "щ"},
        Stroke{"caps lock types a capital", SDLK_m, KMOD_CAPS, "M", "M"},
        Stroke{"right Alt where it is not AltGr", SDLK_a, KMOD_RALT, "a", "Alt+a"},
        Stroke{"left Alt and the text it types", SDLK_a, KMOD_LALT, "a", "Alt+a"},
        Stroke{"Ctrl types nothing", SDLK_v, KMOD_LCTRL, nullptr, "Ctrl+v"},
        Stroke{"Ctrl and Shift make a capital", SDLK_v, KMOD_LCTRL | KMOD_LSHIFT, nullptr, "Ctrl+V"},
        Stroke{"Ctrl on a Cyrillic board", 0x43C, KMOD_RCTRL, nullptr, "Ctrl+v", SDL_SCANCODE_V},
        Stroke{"Meta", SDLK_s, KMOD_LGUI, "s", "Meta+s"},
        Stroke{"Ctrl and the space bar", SDLK_SPACE, KMOD_LCTRL, nullptr, "Ctrl+SPACE"},
        Stroke{"an arrow", SDLK_LEFT, 0, nullptr, "LEFT"},
        Stroke{"Shift is named where no text is typed", SDLK_LEFT, KMOD_LSHIFT, nullptr, "Shift+LEFT"},
        Stroke{"modifiers in mpv's order", SDLK_RIGHT, KMOD_LSHIFT | KMOD_LCTRL | KMOD_LALT | KMOD_LGUI,
               nullptr, "Shift+Ctrl+Alt+Meta+RIGHT"},
        Stroke{"page down", SDLK_PAGEDOWN, 0, nullptr, "PGDWN"},
        Stroke{"ENTER is named once though it types", SDLK_RETURN, 0, "\r", "ENTER"},
        Stroke{"escape", SDLK_ESCAPE, 0, nullptr, "ESC"},
        Stroke{"backspace", SDLK_BACKSPACE, 0, nullptr, "BS"},
        Stroke{"delete", SDLK_DELETE, 0, nullptr, "DEL"},
        Stroke{"a function key", SDLK_F11, 0, nullptr, "F11"},
        Stroke{"the keypad is named once though it types", SDLK_KP_5, KMOD_NUM, "5", "KP5"},
        Stroke{"the keypad without NumLock moves", SDLK_KP_4, 0, nullptr, "LEFT"},
        Stroke{"keypad plus", SDLK_KP_PLUS, KMOD_NUM, "+", "KP_ADD"},
        Stroke{"keypad enter", SDLK_KP_ENTER, 0, nullptr, "KP_ENTER"},
        Stroke{"a media key", SDLK_AUDIOPLAY, 0, nullptr, "PLAYPAUSE"},
        Stroke{"a volume key", SDLK_VOLUMEUP, 0, nullptr, "VOLUME_UP"},
        Stroke{"Shift alone is nothing", SDLK_LSHIFT, KMOD_LSHIFT, nullptr, ""},
        Stroke{"AltGr alone is nothing", SDLK_MODE, KMOD_MODE, nullptr, ""},
        Stroke{"a sentence from an input method is not a key", SDLK_a, 0, "日本", ""},
        Stroke{"a control character is not a key", SDLK_a, 0, "\x01", ""}));

TEST(KeyNames, TextAfterAShortcutIsIgnoredOnlyForThatKey) {
  KeyNames keys;
  SDL_Keysym sym{};
  sym.sym = SDLK_a;
  sym.mod = KMOD_LALT;
  ASSERT_TRUE(keys.key_down(sym, false));
  EXPECT_FALSE(keys.text("a"));
  sym.mod = 0;
  EXPECT_FALSE(keys.key_down(sym, false));
  EXPECT_EQ(keys.text("a").value_or(KeyPress{}).name, "a");
}

TEST(KeyNames, SayWhenAKeyIsHeldDown) {
  KeyNames keys;
  SDL_Keysym sym{};
  sym.sym = SDLK_RIGHT;
  EXPECT_FALSE(keys.key_down(sym, false).value_or(KeyPress{}).repeated);
  EXPECT_TRUE(keys.key_down(sym, true).value_or(KeyPress{}).repeated);
  sym.sym = SDLK_n;
  EXPECT_FALSE(keys.key_down(sym, true));
  EXPECT_TRUE(keys.text("n").value_or(KeyPress{}).repeated);
}

TEST(MouseButtons, EverySecondClickIsADoubleClick) {
  EXPECT_EQ(mouse_button_name(SDL_BUTTON_LEFT, 1), "MBTN_LEFT");
  EXPECT_EQ(mouse_button_name(SDL_BUTTON_LEFT, 2), "MBTN_LEFT_DBL");
  EXPECT_EQ(mouse_button_name(SDL_BUTTON_LEFT, 3), "MBTN_LEFT");
  EXPECT_EQ(mouse_button_name(SDL_BUTTON_LEFT, 4), "MBTN_LEFT_DBL");
  EXPECT_EQ(mouse_button_name(SDL_BUTTON_RIGHT, 2), "MBTN_RIGHT");
  EXPECT_EQ(mouse_button_name(SDL_BUTTON_MIDDLE, 1), "MBTN_MID");
  EXPECT_EQ(mouse_button_name(SDL_BUTTON_X1, 1), "MBTN_BACK");
  EXPECT_EQ(mouse_button_name(SDL_BUTTON_X2, 1), "MBTN_FORWARD");
  EXPECT_EQ(mouse_button_name(9, 1), "");
}

}  // namespace
}  // namespace freshet::video
