// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/ui/safe_text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace freshet::ui {
namespace {

constexpr std::string_view ellipsis = "…";
constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
// More marks on one letter are decoration that climbs over the lines above; no language needs more than four.
constexpr int most_marks = 4;

struct Decoded {
  char32_t code = 0;
  std::size_t length = 1;
  bool valid = false;
};

Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  std::size_t length = 0;
  char32_t code = 0;
  char32_t least = 0;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2, code = first & 0x1FU, least = 0x80;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3, code = first & 0x0FU, least = 0x800;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4, code = first & 0x07U, least = 0x10000;
  } else {
    return {};
  }
  if (text.size() < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least || code > 0x10FFFF || surrogate) return {};
  return {code, length, true};
}

using Range = std::pair<char32_t, char32_t>;
template <std::size_t count>
bool in(const std::array<Range, count>& ranges, char32_t code) {
  return std::ranges::any_of(ranges, [code](const Range& r) { return code >= r.first && code <= r.second; });
}

bool is_space_like(char32_t code) {
  return code == ' ' || code == '\t' || code == '\n' || code == '\r' || code == 0x0B || code == 0x0C ||
         code == 0x85 || code == 0xA0 || code == 0x2028 || code == 0x2029 || code == 0x3000 ||
         (code >= 0x2000 && code <= 0x200A);
}

// Not seen themselves, but they change what is around them.
bool is_dropped(char32_t code) {
  constexpr std::array ranges = std::to_array<Range>({
      {0x00, 0x1F},
      {0x7F, 0x9F},
      {0xAD, 0xAD},      // soft hyphen
      {0x61C, 0x61C},    // direction
      {0x200B, 0x200B},  // zero width space; the joiners U+200C and U+200D spell words in several scripts
      {0x200E, 0x200F},  // direction
      {0x202A, 0x202E},  // direction
      {0x2060, 0x206F},  // word joiner, isolates, deprecated formatting
      {0xFEFF, 0xFEFF},
      {0xFFF9, 0xFFFB},    // annotations
      {0xE0000, 0xE0FFF},  // tags
  });
  return in(ranges, code);
}

bool is_mark(char32_t code) {
  constexpr std::array ranges = std::to_array<Range>({
      {0x0300, 0x036F},
      {0x0483, 0x0489},
      {0x0591, 0x05C7},
      {0x0610, 0x061A},
      {0x064B, 0x065F},
      {0x1AB0, 0x1AFF},
      {0x1DC0, 0x1DFF},
      {0x20D0, 0x20FF},
      {0xFE00, 0xFE0F},
      {0xFE20, 0xFE2F},
  });
  return in(ranges, code);
}

bool is_ideograph(char32_t code) {
  constexpr std::array ranges = std::to_array<Range>({
      {0x3041, 0x30FF},
      {0x3400, 0x4DBF},
      {0x4E00, 0x9FFF},
      {0xAC00, 0xD7A3},
      {0xF900, 0xFAFF},
      {0x20000, 0x3FFFF},
  });
  return in(ranges, code);
}

bool is_joiner(char32_t code) {
  return code == 0x200C || code == 0x200D;
}

}  // namespace

std::string safe_line(std::string_view text) {
  std::string out;
  int marks = 0;
  while (!text.empty()) {
    const Decoded next = decode(text);
    const std::string_view bytes = next.valid ? text.substr(0, next.length) : replacement;
    text.remove_prefix(next.length);
    if (next.valid && is_space_like(next.code)) {
      if (!out.empty() && out.back() != ' ') out += ' ';
      marks = 0;
      continue;
    }
    if (next.valid && is_dropped(next.code)) continue;
    marks = next.valid && is_mark(next.code) ? marks + 1 : 0;
    if (marks > most_marks) continue;
    if (out.size() + bytes.size() > longest_line - ellipsis.size()) {
      out += ellipsis;
      return out;
    }
    out += bytes;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::vector<std::string> safe_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < most_lines) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(safe_line(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string escape_for_ass(std::string_view line) {
  std::string out;
  for (const char c : line) {
    if (c == '{' || c == '}') {
      out += '\\';
      out += c;
    } else if (c == '\\') {
      out += "\\\xE2\x81\xA0";  // a word joiner after it, so that no command begins there
    } else {
      out += c;
    }
  }
  return out;
}

std::vector<std::size_t> cut_positions(std::string_view line) {
  std::vector<std::size_t> cuts;
  std::size_t at = 0;
  char32_t before = 0;
  while (at < line.size()) {
    const Decoded next = decode(line.substr(at));
    const bool inside = is_mark(next.code) || is_joiner(next.code) || is_joiner(before);
    if (at > 0 && !inside) cuts.push_back(at);
    before = next.code;
    at += next.length;
  }
  cuts.push_back(line.size());
  return cuts;
}

std::size_t break_before(std::string_view line, std::size_t cut) {
  if (cut >= line.size() || line[cut] == ' ') return cut;
  std::size_t best = 0;
  std::size_t at = 0;
  while (at < cut) {
    const Decoded next = decode(line.substr(at));
    const std::size_t end = at + next.length;
    constexpr std::string_view after = " -_./,;:+&)]";
    const bool after_sign = next.length == 1 && after.contains(line[at]);
    const bool ideograph =
        is_ideograph(next.code) || (end < line.size() && is_ideograph(decode(line.substr(end)).code));
    if (end <= cut && (after_sign || ideograph)) best = end;
    at = end;
  }
  return best > 0 ? best : cut;
}

}  // namespace freshet::ui
