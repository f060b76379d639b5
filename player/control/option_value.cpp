// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/option_value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "player/control/text.h"

namespace freshet::control {
namespace {

// What from_seconds() saturates at. It bounds each part of a time and the sum after each part, so that no
// product leaves 64 bits.
constexpr std::int64_t max_time_seconds = 9'000'000'000;

std::unexpected<Error> bad(std::string_view text, std::string_view expected) {
  return fail(ErrorCategory::Usage, "bad-value",
              fmt::format("'{}' is not {}", shortened(text, 80), expected));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Digits only, at most `maximum`.
std::optional<std::int64_t> parse_digits(std::string_view text, std::int64_t maximum) {
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    const int digit = c - '0';
    if (digit > maximum || value > (maximum - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

// The digits after the point as a number with exactly `places` digits; more are dropped after a check.
std::optional<std::int64_t> parse_fraction(std::string_view text, std::size_t places) {
  std::int64_t value = 0;
  std::size_t used = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    if (used < places) {
      value = value * 10 + (c - '0');
      ++used;
    }
  }
  for (; used < places; ++used) value *= 10;
  return value;
}

struct Unit {
  std::string_view name;
  std::int64_t bytes;
};
constexpr std::array<Unit, 14> units{{
    {"", 1},
    {"b", 1},
    {"k", std::int64_t{1} << 10},
    {"kib", std::int64_t{1} << 10},
    {"m", std::int64_t{1} << 20},
    {"mib", std::int64_t{1} << 20},
    {"g", std::int64_t{1} << 30},
    {"gib", std::int64_t{1} << 30},
    {"t", std::int64_t{1} << 40},
    {"tib", std::int64_t{1} << 40},
    {"kb", 1'000},
    {"mb", 1'000'000},
    {"gb", 1'000'000'000},
    {"tb", 1'000'000'000'000},
}};

}  // namespace

Result<bool> parse_flag(std::string_view text) {
  if (text == "yes") return true;
  if (text == "no") return false;
  return bad(text, "'yes' or 'no'");
}

Result<std::int64_t> parse_integer(std::string_view text, std::int64_t minimum, std::int64_t maximum) {
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool sign_twice = text.starts_with('+') && digits.starts_with('-');
  if (error != std::errc{} || end != digits.data() + digits.size() || sign_twice) {
    return bad(text, "a whole number");
  }
  if (value < minimum || value > maximum) {
    return bad(text, fmt::format("between {} and {}", minimum, maximum));
  }
  return value;
}

Result<double> parse_number(std::string_view text, double minimum, double maximum) {
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::general);
  const bool sign_twice = text.starts_with('+') && digits.starts_with('-');
  if (error != std::errc{} || end != digits.data() + digits.size() || sign_twice || !std::isfinite(value)) {
    return bad(text, "a number");
  }
  if (value < minimum || value > maximum) {
    return bad(text, fmt::format("between {} and {}", minimum, maximum));
  }
  return value;
}

Result<MediaTime> parse_time(std::string_view text) {
  constexpr std::string_view expected = "a time (seconds, or [hours:]minutes:seconds)";
  std::string_view rest = text;
  bool negative = false;
  if (rest.starts_with('-') || rest.starts_with('+')) {
    negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  std::int64_t nanoseconds = 0;
  if (const auto point = rest.find('.'); point != std::string_view::npos) {
    const auto fraction = parse_fraction(rest.substr(point + 1), 9);
    if (!fraction || (point == 0 && point + 1 == rest.size())) return bad(text, expected);
    nanoseconds = *fraction;
    rest = rest.substr(0, point);
    if (rest.empty()) rest = "0";  // ".5"
  }
  std::int64_t seconds = 0;
  for (int part = 0;; ++part) {
    if (part == 3) return bad(text, expected);
    const auto colon = rest.find(':');
    const auto value = parse_digits(rest.substr(0, colon), max_time_seconds);
    if (!value) return bad(text, expected);
    seconds = seconds * 60 + *value;
    if (seconds > max_time_seconds) return bad(text, expected);
    if (colon == std::string_view::npos) break;
    rest = rest.substr(colon + 1);
  }
  const std::int64_t total = seconds * 1'000'000'000 + nanoseconds;
  return MediaTime{negative ? -total : total};
}

Result<std::optional<playback::TimePoint>> parse_time_point(std::string_view text) {
  using Kind = playback::TimePoint::Kind;
  if (text == "none") return std::optional<playback::TimePoint>{};
  if (text.ends_with('%')) {
    const auto percent = parse_number(text.substr(0, text.size() - 1), 0, 100);
    if (!percent) return bad(text, "a percentage between 0% and 100%");
    return playback::TimePoint{.kind = Kind::Percent, .percent = *percent};
  }
  const auto time = parse_time(text);
  if (!time) return bad(text, "a time ([hours:]minutes:seconds), a percentage or 'none'");
  if (text.starts_with('-')) return playback::TimePoint{.kind = Kind::FromEnd, .time = -*time};
  return playback::TimePoint{.kind = Kind::FromStart, .time = *time};
}

Result<Bytes> parse_size(std::string_view text, Bytes maximum) {
  constexpr std::string_view expected = "a size such as 512KiB, 150MiB or 1.5GiB";
  std::size_t length = 0;
  while (length < text.size() && (is_digit(text[length]) || text[length] == '.')) ++length;
  const std::string_view number = text.substr(0, length);
  const std::string unit_name = lower_case(text.substr(length));
  const Unit* unit = nullptr;
  for (const Unit& candidate : units) {
    if (candidate.name == unit_name) unit = &candidate;
  }
  const auto point = number.find('.');
  constexpr std::int64_t max_whole = std::int64_t{1} << 60;
  const auto whole = parse_digits(number.substr(0, point), max_whole);
  if (unit == nullptr || !whole) return bad(text, expected);
  std::int64_t fraction = 0;
  if (point != std::string_view::npos) {
    const auto digits = parse_fraction(number.substr(point + 1), 6);
    if (!digits || point + 1 == number.size()) return bad(text, expected);
    fraction = *digits;
  }
  // whole * unit stays below 2^63 once it is checked against `maximum`; fraction * unit is below 10^6 * 2^40.
  if (*whole > maximum.value / unit->bytes) {
    return bad(text, fmt::format("at most {}", size_text(maximum)));
  }
  const Bytes size{*whole * unit->bytes + fraction * unit->bytes / 1'000'000};
  if (size > maximum) return bad(text, fmt::format("at most {}", size_text(maximum)));
  return size;
}

Result<media::TrackChoice> parse_track(std::string_view text) {
  using Kind = media::TrackChoice::Kind;
  if (text == "auto") return media::TrackChoice{.kind = Kind::Auto, .id = 0};
  if (text == "no") return media::TrackChoice{.kind = Kind::Off, .id = 0};
  constexpr std::int64_t max_track = 8190;  // mpv's bound
  const auto id = parse_integer(text, 0, max_track);
  if (!id) return bad(text, "'auto', 'no' or a track's number");
  if (*id == 0) return media::TrackChoice{.kind = Kind::Off, .id = 0};
  return media::TrackChoice{.kind = Kind::Id, .id = static_cast<int>(*id)};
}

Result<video::Rectangle> parse_geometry(std::string_view text) {
  constexpr std::string_view expected = "a geometry such as 1280x720 or 1280x720+100+50";
  constexpr std::int64_t max_pixels = 32768;  // larger than any surface of SDL or OpenGL
  video::Rectangle rectangle;
  std::string_view rest = text;
  const auto plus = rest.find('+');
  const std::string_view size = rest.substr(0, plus);
  if (!size.empty()) {
    const auto x = size.find('x');
    if (x == std::string_view::npos) return bad(text, expected);
    const auto width = parse_digits(size.substr(0, x), max_pixels);
    const auto height = parse_digits(size.substr(x + 1), max_pixels);
    if (!width || !height || *width == 0 || *height == 0) return bad(text, expected);
    rectangle.width = static_cast<int>(*width);
    rectangle.height = static_cast<int>(*height);
  }
  if (plus != std::string_view::npos) {
    const std::string_view place = rest.substr(plus + 1);
    const auto second = place.find('+');
    if (second == std::string_view::npos) return bad(text, expected);
    const auto left = parse_digits(place.substr(0, second), max_pixels);
    const auto top = parse_digits(place.substr(second + 1), max_pixels);
    if (!left || !top) return bad(text, expected);
    rectangle.x = static_cast<int>(*left);
    rectangle.y = static_cast<int>(*top);
  } else if (size.empty()) {
    return bad(text, expected);
  }
  return rectangle;
}

Result<std::vector<std::string>> parse_list(std::string_view text, char separator) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto end = text.find(separator);
    const std::string_view item = text.substr(0, end);
    if (!item.empty()) {
      if (items.size() == max_list_items) return bad(text, fmt::format("at most {} items", max_list_items));
      items.emplace_back(item);
    }
    if (end == std::string_view::npos) break;
    text = text.substr(end + 1);
  }
  return items;
}

std::string size_text(Bytes size) {
  constexpr std::array<std::string_view, 4> names{"KiB", "MiB", "GiB", "TiB"};
  const double bytes = static_cast<double>(size.value);
  if (std::abs(bytes) < 1024) return fmt::format("{} B", size.value);
  double value = bytes / 1024;
  std::size_t unit = 0;
  while (std::abs(value) >= 1024 && unit + 1 < names.size()) {
    value /= 1024;
    ++unit;
  }
  const bool whole = value == std::floor(value) || std::abs(value) >= 100;
  return whole ? fmt::format("{:.0f} {}", value, names[unit]) : fmt::format("{:.1f} {}", value, names[unit]);
}

std::string time_text(MediaTime time) {
  const bool negative = time < MediaTime{0};
  const std::int64_t seconds = (negative ? -time.count() : time.count()) / 1'000'000'000;
  return fmt::format("{}{:02}:{:02}:{:02}", negative && seconds > 0 ? "-" : "", seconds / 3600,
                     seconds / 60 % 60, seconds % 60);
}

std::string time_text_milliseconds(MediaTime time) {
  const bool negative = time < MediaTime{0};
  const std::int64_t milliseconds = (negative ? -time.count() : time.count()) / 1'000'000;
  return fmt::format("{}{:02}:{:02}:{:02}.{:03}", negative ? "-" : "", milliseconds / 3'600'000,
                     milliseconds / 60'000 % 60, milliseconds / 1000 % 60, milliseconds % 1000);
}

}  // namespace freshet::control
