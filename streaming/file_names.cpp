// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The parts of file_choice.h that look at one name or two.
#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "streaming/base/path.h"
#include "streaming/file_choice.h"
#include "streaming/uri.h"

namespace freshet::streaming {
namespace {

using std::string_view;

constexpr std::array<string_view, 31> video_extensions = {
    "mkv", "mp4", "m4v",  "webm", "avi", "mov", "ts",  "m2ts", "mts",  "mpg", "mpeg",
    "wmv", "flv", "ogv",  "ogm",  "vob", "3gp", "3g2", "asf",  "divx", "rm",  "rmvb",
    "m2v", "mpv", "mk3d", "f4v",  "mxf", "y4m", "dv",  "ivf",  "nut"};
constexpr std::array<string_view, 20> audio_extensions = {"mp3", "flac", "m4a", "aac", "ogg",  "opus", "oga",
                                                          "wav", "wma",  "mka", "ac3", "eac3", "dts",  "ape",
                                                          "wv",  "aiff", "aif", "m4b", "mp2",  "tta"};
constexpr std::array<string_view, 9> subtitle_extensions = {"srt", "ass", "ssa", "vtt", "sub",
                                                            "idx", "sup", "smi", "sami"};

bool is_one_of(string_view extension, auto const& list) {
  return std::ranges::any_of(list, [&](string_view known) { return equals_ignoring_case(extension, known); });
}

// What natural order sees at one place of a name, smallest first: end, '/', a separator, a number, a letter.
struct Token {
  int kind = 0;
  string_view number;  // without leading zeros
  unsigned char letter = 0;

  std::strong_ordering operator<=>(const Token& other) const {
    if (const auto order = kind <=> other.kind; order != 0) return order;
    if (const auto order = number.size() <=> other.number.size(); order != 0) return order;
    if (const auto order = number <=> other.number; order != 0) return order;
    return letter <=> other.letter;
  }
};

Token take_token(string_view& text) {
  if (text.empty()) return {};
  const char first = text.front();
  if (is_digit(first)) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    string_view number = text.substr(0, end);
    text.remove_prefix(end);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return {.kind = 3, .number = number, .letter = 0};
  }
  text.remove_prefix(1);
  if (first == '/') return {.kind = 1, .number = {}, .letter = 0};
  if (first == ' ' || first == '.' || first == '_') return {.kind = 2, .number = {}, .letter = 0};
  return {.kind = 4, .number = {}, .letter = static_cast<unsigned char>(ascii_lower(first))};
}

// One UTF-8 character, or one byte (as a code no character has) where the text is not UTF-8.
struct Character {
  std::uint32_t code = 0;
  std::size_t length = 1;
};

Character character_at(string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {.code = static_cast<unsigned char>(ascii_lower(text[at]))};
  const Character stray{.code = 0x110000U + lead};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
  if (length == 0 || at + length > text.size()) return stray;
  std::uint32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if ((byte & 0xc0U) != 0x80U) return stray;
    code = (code << 6U) | (byte & 0x3fU);
  }
  return {.code = code, .length = length};
}

// One element of a pattern that takes one character: a literal, '?' or a set.
struct Element {
  std::size_t length = 1;  // in the pattern
  bool matches = false;
};

// pattern[at] == '['. A length of 0: no ']' closes it.
Element match_set(string_view pattern, std::size_t at, std::uint32_t wanted) {
  std::size_t i = at + 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool found = false;
  for (bool first = true; i < pattern.size(); first = false) {
    if (pattern[i] == ']' && !first) return {.length = i + 1 - at, .matches = found != negated};
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    const Character low = character_at(pattern, i);
    i += low.length;
    Character high = low;
    if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
      high = character_at(pattern, i + 1);
      i += 1 + high.length;
    }
    if (low.code <= wanted && wanted <= high.code) found = true;
  }
  return {.length = 0, .matches = false};
}

Element match_element(string_view pattern, std::size_t at, std::uint32_t wanted) {
  if (pattern[at] == '?') return {.length = 1, .matches = true};
  if (pattern[at] == '[') {
    if (const Element set = match_set(pattern, at, wanted); set.length != 0) return set;
  }
  const bool escaped = pattern[at] == '\\' && at + 1 < pattern.size();
  const Character literal = character_at(pattern, at + (escaped ? 1 : 0));
  return {.length = literal.length + (escaped ? 1U : 0U), .matches = literal.code == wanted};
}

}  // namespace

FileKind file_kind(string_view path) {
  const string_view name = last_part(path);
  const std::size_t dot = name.rfind('.');
  if (dot == string_view::npos || dot == 0) return FileKind::Other;
  const string_view extension = name.substr(dot + 1);
  if (is_one_of(extension, video_extensions)) return FileKind::Video;
  if (is_one_of(extension, audio_extensions)) return FileKind::Audio;
  if (is_one_of(extension, subtitle_extensions)) return FileKind::Subtitle;
  return FileKind::Other;
}

bool natural_less(string_view a, string_view b) {
  string_view rest_a = a;
  string_view rest_b = b;
  while (!rest_a.empty() || !rest_b.empty()) {
    const auto order = take_token(rest_a) <=> take_token(rest_b);
    if (order != 0) return order < 0;
  }
  return a < b;
}

bool glob_match(string_view pattern, string_view text) {
  // The newest '*' takes one character more each time what follows it fails; an older one never has to.
  constexpr std::size_t none = string_view::npos;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t after_star = none;
  std::size_t star_text = 0;
  while (t < text.size()) {
    const Character character = character_at(text, t);
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_text = t;
      continue;
    }
    if (p < pattern.size()) {
      if (const Element element = match_element(pattern, p, character.code); element.matches) {
        p += element.length;
        t += character.length;
        continue;
      }
    }
    if (after_star == none) return false;
    p = after_star;
    star_text += character_at(text, star_text).length;
    t = star_text;
  }
  return pattern.find_first_not_of('*', p) == none;
}

}  // namespace freshet::streaming
