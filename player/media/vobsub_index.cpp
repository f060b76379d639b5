// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/vobsub_index.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <utility>

namespace freshet::media {
namespace {

constexpr std::string_view first_line = "# VobSub index file";
// 0x20 … 0x3F are the names a DVD has for its subtitle streams.
constexpr int streams_limit = 32;
// All languages of a long film together have some 40 000.
constexpr std::size_t pictures_limit = 500'000;
constexpr std::size_t header_limit = std::size_t{16} << 10;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const auto begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

// Takes `key` off the front.
bool take(std::string_view& text, std::string_view key) {
  if (!text.starts_with(key)) return false;
  text = trimmed(text.substr(key.size()));
  return true;
}

template <class Number>
std::optional<Number> take_number(std::string_view& text, int base = 10) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// "-00:01:02:345": the last part are milliseconds.
std::optional<MediaTime> take_time(std::string_view& text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::int64_t milliseconds = 0;
  constexpr std::int64_t units[] = {3'600'000, 60'000, 1000, 1};
  for (const std::int64_t unit : units) {
    if (unit != units[0]) {
      if (!text.starts_with(':')) return std::nullopt;
      text.remove_prefix(1);
    }
    const auto part = take_number<std::uint16_t>(text);
    if (!part) return std::nullopt;
    milliseconds += *part * unit;
  }
  return std::chrono::milliseconds(negative ? -milliseconds : milliseconds);
}

// "00:00:01:101, filepos: 000000800"
std::optional<VobSubPicture> take_picture(std::string_view text, MediaTime delay) {
  const auto start = take_time(text);
  text = trimmed(text);
  if (!start || !take(text, ",") || !take(text, "filepos:")) return std::nullopt;
  const auto at = take_number<std::int64_t>(text, 16);
  if (!at || *at < 0) return std::nullopt;
  return VobSubPicture{.start = *start + delay, .at = ByteOffset{*at}};
}

// "en, index: 0"
std::optional<VobSubLanguage> take_language(std::string_view text) {
  VobSubLanguage language;
  const auto comma = text.find(',');
  const std::string_view id = trimmed(text.substr(0, comma));
  const bool letters =
      std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  if (letters && id.size() <= 3) language.language = id;
  if (comma != std::string_view::npos) {
    std::string_view rest = trimmed(text.substr(comma + 1));
    const auto stream = take(rest, "index:") ? take_number<int>(rest) : std::nullopt;
    if (!stream || *stream < 0 || *stream >= streams_limit) return std::nullopt;
    language.stream = *stream;
  }
  return language;
}

}  // namespace

bool is_vobsub_index(std::string_view bytes) {
  return bytes.starts_with(first_line);
}

Result<VobSubIndex> parse_vobsub_index(std::string_view text, const std::string& name) {
  VobSubIndex index;
  std::optional<int> preferred;  // langidx: a stream's number
  std::vector<VobSubLanguage> languages;
  std::size_t pictures = 0;
  MediaTime delay{0};
  bool in_language = false;  // what follows an id that cannot be used belongs to nobody
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    if (take(line, "id:")) {
      auto language = languages.size() < streams_limit ? take_language(line) : std::nullopt;
      in_language = language.has_value();
      if (language) languages.push_back(std::move(*language));
      delay = MediaTime{0};
    } else if (take(line, "timestamp:")) {
      const auto picture =
          in_language && pictures < pictures_limit ? take_picture(line, delay) : std::nullopt;
      if (!picture) continue;
      languages.back().pictures.push_back(*picture);
      ++pictures;
    } else if (take(line, "delay:")) {
      delay = take_time(line).value_or(delay);
    } else if (take(line, "langidx:")) {
      preferred = take_number<int>(line);
    } else if (languages.empty() && index.header.size() + line.size() < header_limit) {
      index.header.append(line).push_back('\n');
    }
  }
  for (VobSubLanguage& language : languages) {
    if (language.pictures.empty()) continue;
    std::ranges::sort(language.pictures, {}, [](const VobSubPicture& picture) {
      return std::pair(picture.start, picture.at.value);
    });
    if (preferred == language.stream) index.preferred = index.languages.size();
    index.languages.push_back(std::move(language));
  }
  if (index.languages.empty()) {
    return fail(ErrorCategory::Media, "bad-subtitle-file", "\"" + name + "\" names no subtitle pictures",
                "It is not a whole VobSub index");
  }
  return index;
}

}  // namespace freshet::media
