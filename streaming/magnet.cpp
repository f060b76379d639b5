// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/magnet.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "streaming/uri.h"

namespace freshet::streaming {
namespace {

constexpr std::string_view prefix = "magnet:?";
constexpr std::string_view sha256_multihash = "1220";  // "SHA2-256, 32 bytes", the only one BEP 52 knows

// Real links stay below 4 KiB even with dozens of trackers.
constexpr std::size_t max_magnet_length = 64U << 10U;
// libtorrent refuses metadata with more files than about this; a range such as 0-2000000000 is an attack.
constexpr std::int32_t max_file_index = 999'999;
constexpr std::size_t max_selected_files = 100'000;

bool all_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return hex_digit(c).has_value(); });
}

bool all_base32(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '2' && c <= '7');
  });
}

std::string lower_case(std::string_view text) {
  std::string lower{text};
  std::ranges::transform(lower, lower.begin(), ascii_lower);
  return lower;
}

// 32 base32 letters are 160 bits, so 40 hex digits: one spelling to compare hashes by.
std::string hex_of_base32(std::string_view text) {
  std::string hex;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const char lower = ascii_lower(c);
    const auto value = static_cast<std::uint32_t>(lower >= 'a' ? lower - 'a' : lower - '2' + 26);
    bits = (bits << 5U) | value;
    held += 5;
    while (held >= 4) {
      held -= 4;
      hex.push_back("0123456789abcdef"[(bits >> held) & 15U]);
    }
    bits &= (1U << held) - 1;
  }
  return hex;
}

std::optional<std::string> v1_hash(std::string_view text) {
  if (text.size() == 40 && all_hex(text)) return lower_case(text);
  if (text.size() == 32 && all_base32(text)) return hex_of_base32(text);
  return std::nullopt;
}

std::optional<std::string> v2_hash(std::string_view multihash) {
  if (multihash.size() == 68 && multihash.starts_with(sha256_multihash) && all_hex(multihash)) {
    return lower_case(multihash);
  }
  return std::nullopt;
}

std::unexpected<Error> bad_magnet(std::string message, std::string hint = {}) {
  return fail(ErrorCategory::Source, "bad-magnet", std::move(message), std::move(hint));
}

std::optional<std::int32_t> file_number(std::string_view text) {
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0 || number > max_file_index) {
    return std::nullopt;
  }
  return number;
}

// BEP 53: "0,2,4,6-8".
Result<std::vector<FileIndex>> parse_selection(std::string_view text) {
  std::vector<FileIndex> selection;
  std::unordered_set<std::int32_t> seen;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (item.empty()) continue;
    const std::size_t dash = item.find('-');
    const auto first = file_number(item.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : file_number(item.substr(dash + 1));
    if (!first || !last || *last < *first) {
      return bad_magnet("the magnet link selects files (so=) in a way that cannot be read: '" +
                            std::string{item.substr(0, 40)} + "'",
                        "so= takes file numbers from 0 and ranges, for example so=0,2,4-6");
    }
    for (std::int32_t index = *first; index <= *last; ++index) {
      if (!seen.insert(index).second) continue;
      if (selection.size() == max_selected_files)
        return bad_magnet("the magnet link selects too many files (so=)");
      selection.push_back(static_cast<FileIndex>(index));
    }
  }
  return selection;
}

std::string undo_html(std::string_view text) {
  constexpr std::string_view entity = "&amp;";
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    plain.push_back(text[i]);
    if (starts_with_ignoring_case(text.substr(i), entity)) i += entity.size() - 1;
  }
  return plain;
}

// "xt.1" → "xt"
std::string_view without_number(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == name.size()) return name;
  return std::ranges::all_of(name.substr(dot + 1), is_digit) ? name.substr(0, dot) : name;
}

struct Hashes {
  std::optional<std::string> v1;
  std::optional<std::string> v2;
};

// Takes one xt= value. Kinds other than BitTorrent's are left to whom they concern.
Result<void> add_topic(std::string_view encoded, Hashes& hashes) {
  constexpr std::string_view btih = "urn:btih:";
  constexpr std::string_view btmh = "urn:btmh:";
  const std::string topic = percent_decode(encoded);
  const bool is_v1 = starts_with_ignoring_case(topic, btih);
  if (!is_v1 && !starts_with_ignoring_case(topic, btmh)) return {};

  const std::string_view text = std::string_view{topic}.substr(btih.size());
  const auto hash = is_v1 ? v1_hash(text) : v2_hash(text);
  if (!hash) {
    return bad_magnet(
        "the magnet link's infohash is not one (" + std::to_string(text.size()) + " characters)",
        is_v1 ? "urn:btih: is followed by 40 hex digits or 32 base32 letters; was the link cut off?"
              : "urn:btmh: is followed by 1220 and 64 hex digits; was the link cut off?");
  }
  auto& slot = is_v1 ? hashes.v1 : hashes.v2;
  if (slot && *slot != *hash) return bad_magnet("the magnet link names two different torrents");
  slot = hash;
  return {};
}

}  // namespace

Result<MagnetSource> parse_magnet(std::string_view text) {
  if (text.size() > max_magnet_length) return bad_magnet("the magnet link is longer than 64 KiB");
  if (!starts_with_ignoring_case(text, prefix)) {
    return bad_magnet("a magnet link begins with 'magnet:?'", "put the whole link in quotes");
  }
  if (std::ranges::any_of(text, [](char c) { return c >= 0 && c < ' '; })) {
    return bad_magnet("the magnet link has control characters inside");
  }

  MagnetSource magnet{.uri = undo_html(text), .select_only = {}};
  Hashes hashes;
  std::string_view rest = std::string_view{magnet.uri}.substr(prefix.size());
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view parameter = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = without_number(parameter.substr(0, equals));
    const std::string_view value = parameter.substr(equals + 1);
    if (equals_ignoring_case(name, "xt")) {
      if (auto added = add_topic(value, hashes); !added) return std::unexpected(std::move(added.error()));
    } else if (equals_ignoring_case(name, "so")) {
      auto selection = parse_selection(percent_decode(value));
      if (!selection) return std::unexpected(std::move(selection.error()));
      magnet.select_only = std::move(*selection);
    }
  }
  if (!hashes.v1 && !hashes.v2) {
    return bad_magnet("the magnet link has no BitTorrent infohash (xt=urn:btih: or xt=urn:btmh:)",
                      "put the whole link in quotes: the shell cuts it at '&'");
  }
  return magnet;
}

std::optional<std::string> magnet_of_infohash(std::string_view text) {
  if (v1_hash(text)) return "magnet:?xt=urn:btih:" + std::string{text};
  if (text.size() == 64 && all_hex(text)) {
    return "magnet:?xt=urn:btmh:" + std::string{sha256_multihash} + lower_case(text);
  }
  if (v2_hash(text)) return "magnet:?xt=urn:btmh:" + lower_case(text);
  return std::nullopt;
}

}  // namespace freshet::streaming
