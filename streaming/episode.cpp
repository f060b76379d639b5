// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/episode.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "streaming/base/path.h"
#include "streaming/uri.h"

namespace freshet::streaming {
namespace {

using std::string_view;

// Words that mark what is not the film itself. A number behind them ("trailer2") does not matter.
constexpr std::array<string_view, 18> extra_words = {
    "sample",  "samples",    "trailer",     "trailers",   "teaser",     "extra",
    "extras",  "featurette", "featurettes", "interview",  "interviews", "bonus",
    "deleted", "ncop",       "nced",        "creditless", "proof",      "promo"};
// Folders only: as a word in a name these are too common.
constexpr std::array<string_view, 8> extra_folders = {
    "behind the scenes", "deleted scenes", "making of", "shorts",
    "screens",           "screenshots",    "scenes",    "other"};

bool is_separator(char c) {
  return !is_alphanumeric(c) && static_cast<unsigned char>(c) < 0x80;
}

template <class Predicate>
bool any_word(string_view text, Predicate predicate) {
  while (!text.empty()) {
    const auto begin = std::ranges::find_if_not(text, is_separator);
    text.remove_prefix(static_cast<std::size_t>(begin - text.begin()));
    const auto end = std::ranges::find_if(text, is_separator);
    const auto length = static_cast<std::size_t>(end - text.begin());
    if (length > 0 && predicate(text.substr(0, length))) return true;
    text.remove_prefix(length);
  }
  return false;
}

std::optional<Episode> episode_in(string_view name);

bool is_extra_word(string_view word) {
  while (!word.empty() && is_digit(word.back())) word.remove_suffix(1);
  return std::ranges::any_of(extra_words,
                             [&](string_view known) { return equals_ignoring_case(word, known); });
}

bool is_extra_folder(string_view name) {
  const auto same = [&](string_view known) {
    return std::ranges::equal(
        name, known, [](char a, char b) { return b == ' ' ? is_separator(a) : ascii_lower(a) == b; });
  };
  return std::ranges::any_of(extra_folders, same) || (!episode_in(name) && any_word(name, is_extra_word));
}

// Reads a name from left to right.
struct Scanner {
  string_view text;
  std::size_t at = 0;

  [[nodiscard]] bool at_word_start() const { return at == 0 || is_separator(text[at - 1]); }
  [[nodiscard]] bool at_word_end() const { return at >= text.size() || !is_alphanumeric(text[at]); }
  bool take(string_view word) {
    if (!starts_with_ignoring_case(text.substr(at), word)) return false;
    at += word.size();
    return true;
  }
  void skip_separators() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '.' || text[at] == '_' || text[at] == '-'))
      ++at;
  }
  // 1 to `most` digits that no further digit follows.
  std::optional<int> number(std::size_t most) {
    std::size_t end = at;
    int value = 0;
    while (end < text.size() && is_digit(text[end])) {
      if (end - at == most) return std::nullopt;
      value = value * 10 + (text[end] - '0');
      ++end;
    }
    if (end == at) return std::nullopt;
    at = end;
    return value;
  }
};

// "S01E02", "s1 e2"; "1x02"
std::optional<Episode> season_and_episode(Scanner scan) {
  const bool with_letters = scan.take("s");
  const auto season = scan.number(2);
  if (!season) return std::nullopt;
  if (with_letters) {
    scan.skip_separators();
    if (!scan.take("e")) return std::nullopt;
    scan.take("p");
    scan.skip_separators();
  } else if (!scan.take("x")) {
    return std::nullopt;
  }
  const auto episode = scan.number(with_letters ? 4 : 3);
  if (!episode) return std::nullopt;
  if (!with_letters && !scan.at_word_end()) return std::nullopt;
  return Episode{.season = *season, .number = *episode};
}

// "Episode 2", "Ep.02", "E02"
std::optional<Episode> episode_alone(Scanner scan) {
  const bool word = scan.take("episode") || scan.take("ep");
  if (!word && !scan.take("e")) return std::nullopt;
  if (word) scan.skip_separators();
  const auto episode = scan.number(4);
  if (!episode) return std::nullopt;
  // "02v2" is a second version of episode 2
  if (!scan.at_word_end() && !(scan.take("v") && scan.number(1))) return std::nullopt;
  return Episode{.season = -1, .number = *episode};
}

// "Name - 02 [1080p]": a dash between spaces, then a number that is a word.
std::optional<Episode> number_after_dash(Scanner scan) {
  if (!scan.take(" - ") && !scan.take("_-_")) return std::nullopt;
  const auto episode = scan.number(3);
  if (!episode) return std::nullopt;
  if (!scan.at_word_end() && !(scan.take("v") && scan.number(1))) return std::nullopt;
  return Episode{.season = -1, .number = *episode};
}

std::optional<Episode> episode_in(string_view name) {
  const auto first_match = [&](auto rule, auto may_start) -> std::optional<Episode> {
    for (Scanner scan{.text = name}; scan.at < name.size(); ++scan.at) {
      if (!may_start(scan)) continue;
      if (const auto episode = rule(scan)) return episode;
    }
    return std::nullopt;
  };
  const auto word_start = [](const Scanner& scan) { return scan.at_word_start(); };
  const auto anywhere = [](const Scanner&) { return true; };
  if (const auto episode = first_match(season_and_episode, word_start)) return episode;
  if (const auto episode = first_match(episode_alone, word_start)) return episode;
  return first_match(number_after_dash, anywhere);
}

}  // namespace

string_view folder_of(string_view path) {
  return path.substr(0, path.rfind('/') + 1);
}

string_view stem_of(string_view path) {
  const string_view name = last_part(path);
  const std::size_t dot = name.rfind('.');
  return dot == string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

std::optional<Episode> episode_of(string_view path) {
  return episode_in(stem_of(path));
}

bool in_extras_folder(string_view path) {
  string_view folders = folder_of(path);
  while (!folders.empty()) {
    const std::size_t slash = std::min(folders.find('/'), folders.size());
    if (is_extra_folder(folders.substr(0, slash))) return true;
    folders.remove_prefix(std::min(slash + 1, folders.size()));
  }
  return false;
}

bool named_as_extra(string_view path) {
  return any_word(stem_of(path), is_extra_word);
}

}  // namespace freshet::streaming
