// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/config_file.h"

#include <fmt/format.h>

#include "player/control/text.h"

namespace freshet::app {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

Result<std::vector<ConfigLine>> parse_config(std::string_view text, std::string_view file) {
  std::vector<ConfigLine> lines;
  int number = 0;
  bool in_profile = false;
  const auto bad = [&](std::string_view what) {
    return fail(ErrorCategory::Usage, "bad-config", fmt::format("{}:{}: {}", file, number, what),
                "correct that line, or start with --no-config");
  };
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
  while (!text.empty()) {
    ++number;
    const auto end = text.find('\n');
    std::string_view line = control::trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    if (line.find('\0') != std::string_view::npos) return bad("is not text");
    if (line.front() == '[') {
      const std::string_view profile = control::trimmed(line.substr(1, line.find(']') - 1));
      if (line.find(']') == std::string_view::npos) return bad("']' is missing");
      in_profile = profile != "default";
      continue;
    }
    if (in_profile) continue;
    if (lines.size() == max_config_lines) return bad("the file has too many lines");
    while (line.starts_with('-')) line.remove_prefix(1);
    std::size_t length = 0;
    while (length < line.size() && is_name_character(line[length])) ++length;
    ConfigLine entry{.line = number, .name = std::string(line.substr(0, length)), .value = std::nullopt};
    if (entry.name.empty()) return bad("is not name=value");
    std::string_view rest = control::trimmed(line.substr(length));
    if (rest.starts_with('=')) {
      rest = control::trimmed(rest.substr(1));
      if (rest.starts_with('"') || rest.starts_with('\'')) {
        const auto close = rest.find(rest.front(), 1);
        if (close == std::string_view::npos) return bad("a quote is not closed");
        entry.value = std::string(rest.substr(1, close - 1));
        rest = control::trimmed(rest.substr(close + 1));
        if (!rest.empty() && rest.front() != '#') return bad("something follows the closing quote");
      } else {
        // As in mpv a value ends at '#', so that a comment may stand behind it; a value with '#' is quoted.
        entry.value = std::string(control::trimmed(rest.substr(0, rest.find('#'))));
      }
    } else if (!rest.empty() && rest.front() != '#') {
      return bad("is not name=value");
    }
    lines.push_back(std::move(entry));
  }
  return lines;
}

}  // namespace freshet::app
