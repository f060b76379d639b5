// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/playlist_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "player/control/option_value.h"
#include "player/control/text.h"

namespace freshet::control {
namespace {

// "magnet:", "http://", "file://": a letter, then letters, digits, + - . up to a colon; at least two letters,
// so that no drive letter is one.
bool has_scheme(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon < 2) return false;
  const std::string_view scheme = text.substr(0, colon);
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return is_letter(scheme.front()) && std::ranges::all_of(scheme, [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
         });
}

bool is_infohash(std::string_view text) {
  const auto all = [&](auto&& predicate) { return std::ranges::all_of(text, predicate); };
  const auto hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  const auto base32 = [](char c) {
    return (c >= '2' && c <= '7') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return ((text.size() == 40 || text.size() == 64) && all(hex)) || (text.size() == 32 && all(base32));
}

std::string resolved(std::string_view entry, const std::filesystem::path& folder) {
  if (folder.empty() || entry == "-" || has_scheme(entry) || is_infohash(entry)) return std::string(entry);
  const std::filesystem::path path{std::string(entry)};
  return path.is_absolute() ? path.string() : (folder / path).string();
}

}  // namespace

Result<std::vector<std::string>> parse_playlist(std::string_view text, const std::filesystem::path& folder) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.find('\0') != std::string_view::npos) {
    return fail(ErrorCategory::Source, "bad-playlist", "the list is not a text file",
                "a list has one source a line; a video is played without --playlist");
  }
  std::vector<std::string> entries;
  std::map<std::int64_t, std::string> numbered;  // PLS: File7=…, in any order
  bool pls = false;
  bool first = true;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty()) continue;
    if (first && lower_case(line) == "[playlist]") pls = true;
    first = false;
    if (entries.size() + numbered.size() == max_playlist_entries) {
      return fail(ErrorCategory::Source, "bad-playlist",
                  fmt::format("the list has more than {} entries", max_playlist_entries));
    }
    if (line.size() > max_value_length) {
      return fail(ErrorCategory::Source, "bad-playlist", "a line of the list is too long");
    }
    if (pls) {
      const auto equals = line.find('=');
      if (equals == std::string_view::npos || lower_case(line.substr(0, 4)) != "file") continue;
      const auto number =
          parse_integer(line.substr(4, equals - std::min<std::size_t>(equals, 4)), 0, 1'000'000);
      const std::string_view entry = trimmed(line.substr(equals + 1));
      if (number && !entry.empty()) numbered[*number] = resolved(entry, folder);
    } else if (line.front() != '#') {
      entries.push_back(resolved(line, folder));
    }
  }
  for (auto& [number, entry] : numbered) entries.push_back(std::move(entry));
  return entries;
}

}  // namespace freshet::control
