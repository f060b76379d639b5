// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The few parts of RFC 3986 that sources need. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freshet::streaming {

// ASCII only and independent of the locale, unlike <cctype>.
[[nodiscard]] constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_alphanumeric(char c) {
  return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
[[nodiscard]] bool ends_with_ignoring_case(std::string_view text, std::string_view suffix);

// 0 … 15, or nullopt.
[[nodiscard]] std::optional<int> hex_digit(char c);

// "%41" → "A". A '%' that two hex digits do not follow stays as it is; '+' is a plus, not a space.
[[nodiscard]] std::string percent_decode(std::string_view text);
// All but letters, digits and "-._~" (RFC 3986, 2.3): one part of a path.
[[nodiscard]] std::string percent_encode(std::string_view text);

// The scheme in front of the first ':' in lower case, when it is one by RFC 3986 and longer than a
// letter ("C:" is a drive).
[[nodiscard]] std::optional<std::string> uri_scheme(std::string_view text);

// An http(s) URL taken apart as far as a source needs. `path` starts with '/' or is empty and is not decoded.
struct HttpUrl {
  std::string_view authority;
  std::string_view host;
  std::string_view path;
  std::string_view rest;  // '?query' and '#fragment'
};
[[nodiscard]] std::optional<HttpUrl> split_http_url(std::string_view url);

// Spaces and bytes beyond ASCII after the authority are percent-encoded, as browsers do with what is
// pasted into them; the fragment is cut off. nullopt for a URL with control characters or without a host.
[[nodiscard]] std::optional<std::string> tidy_http_url(std::string_view url);

}  // namespace freshet::streaming
