// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/keys/key_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>

namespace freshet::drm {
namespace {

constexpr std::size_t longest_key_set = 64 << 10;
constexpr std::size_t most_keys = 1024;

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

// All of `text`, exactly as many bytes as there is room for.
bool read_hex(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != out.size() * 2) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
    if (!high || !low) return false;
    out[i] = static_cast<std::uint8_t>(*high << 4U | *low);
  }
  return true;
}

std::optional<unsigned> base64url_value(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a' + 26);
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0' + 52);
  if (c == '-') return 62;
  if (c == '_') return 63;
  return std::nullopt;
}

// RFC 4648, 5, without padding; spare bits are 0, so that bytes have one spelling alone.
bool read_base64url(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != (out.size() * 8 + 5) / 6) return false;
  unsigned bits = 0, held = 0;
  std::size_t at = 0;
  for (const char c : text) {
    const auto value = base64url_value(c);
    if (!value) return false;
    held = held << 6U | *value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out[at++] = static_cast<std::uint8_t>(held >> bits);
    held &= (1U << bits) - 1;
  }
  return at == out.size() && held == 0;
}

Error bad_key_set(std::string why) {
  return {ErrorCategory::Protection, "bad-key-set", "The keys cannot be read: " + std::move(why),
          "A key file is a JWK set: {\"keys\":[{\"kty\":\"oct\",\"kid\":\"…\",\"k\":\"…\"}]}"};
}

}  // namespace

Result<ContentKey> parse_key(std::string_view text) {
  const auto colon = text.find(':');
  std::string id(text.substr(0, colon));
  // A UUID's dashes, where a UUID has them.
  if (id.size() == 36) {
    for (const std::size_t dash : {23U, 18U, 13U, 8U})
      if (id[dash] == '-') id.erase(dash, 1);
  }
  ContentKey key;
  if (colon == std::string_view::npos || !read_hex(id, key.id) || !read_hex(text.substr(colon + 1), key.key))
    return fail(ErrorCategory::Usage, "bad-key", "That is not KID:KEY",
                "Both are 32 hex digits, for example --key=30313233343536373839303132333435:"
                "00112233445566778899aabbccddeeff");
  return key;
}

Result<std::vector<ContentKey>> parse_key_set(std::string_view json) {
  if (json.size() > longest_key_set) return std::unexpected(bad_key_set("it is longer than 64 KiB"));
  // Deeper than this no key set is; the parser would go down as far as the text does.
  constexpr int deepest = 8;
  bool too_deep = false;
  const auto set = nlohmann::json::parse(
      json,
      [&](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
        too_deep = too_deep || depth > deepest;
        return !too_deep;
      },
      false);
  if (set.is_discarded() || too_deep || !set.is_object())
    return std::unexpected(bad_key_set("it is no JSON object"));
  const auto list = set.find("keys");
  if (list == set.end() || !list->is_array()) return std::unexpected(bad_key_set("it has no list \"keys\""));
  if (list->size() > most_keys) return std::unexpected(bad_key_set("there are more than 1024"));
  std::vector<ContentKey> keys;
  const auto text_of = [](const nlohmann::json& object, const char* name) -> std::string {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  for (const auto& one : *list) {
    ContentKey key;
    if (!one.is_object() || text_of(one, "kty") != "oct" || !read_base64url(text_of(one, "kid"), key.id) ||
        !read_base64url(text_of(one, "k"), key.key))
      return std::unexpected(bad_key_set("key " + std::to_string(keys.size() + 1) +
                                         " is not {\"kty\":\"oct\",\"kid\":…,\"k\":…} with 16 bytes each"));
    keys.push_back(key);
  }
  return keys;
}

Result<std::vector<ContentKey>> parse_key_file(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') return parse_key_set(text);
  if (text.size() > longest_key_set) return std::unexpected(bad_key_set("it is longer than 64 KiB"));
  std::vector<ContentKey> keys;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
    line = line.substr(0, line.find_last_not_of(blank) + 1);
    if (line.empty() || line.front() == '#') continue;
    const auto key = parse_key(line);
    if (!key || keys.size() >= most_keys)
      return std::unexpected(bad_key_set("line " + std::to_string(number) + " is not KID:KEY"));
    keys.push_back(*key);
  }
  if (keys.empty()) return std::unexpected(bad_key_set("it has none"));
  return keys;
}

std::string to_text(const KeyId16& id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : id) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

}  // namespace freshet::drm
