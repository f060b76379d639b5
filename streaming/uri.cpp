// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/uri.h"

#include <algorithm>
#include <cstddef>

namespace freshet::streaming {

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && starts_with_ignoring_case(a, b);
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  return std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
}

bool ends_with_ignoring_case(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() &&
         equals_ignoring_case(text.substr(text.size() - suffix.size()), suffix);
}

std::optional<int> hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return std::nullopt;
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (high && low) {
        decoded.push_back(static_cast<char>(*high * 16 + *low));
        i += 2;
        continue;
      }
    }
    decoded.push_back(text[i]);
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
        std::string_view("-._~").contains(c)) {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded.push_back('%');
    encoded.push_back(digits[byte >> 4]);
    encoded.push_back(digits[byte & 15]);
  }
  return encoded;
}

std::optional<std::string> uri_scheme(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon < 2 || is_digit(text.front())) return std::nullopt;
  std::string scheme;
  for (const char c : text.substr(0, colon)) {
    if (!is_alphanumeric(c) && (scheme.empty() || (c != '+' && c != '-' && c != '.'))) return std::nullopt;
    scheme.push_back(ascii_lower(c));
  }
  return scheme;
}

std::optional<HttpUrl> split_http_url(std::string_view url) {
  const auto scheme = uri_scheme(url);
  if (!scheme || (*scheme != "http" && *scheme != "https")) return std::nullopt;
  std::string_view rest = url.substr(scheme->size() + 1);
  if (!rest.starts_with("//")) return std::nullopt;
  rest.remove_prefix(2);

  HttpUrl parts;
  const std::size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  parts.authority = rest.substr(0, authority_end);
  rest.remove_prefix(authority_end);
  const std::size_t path_end = std::min(rest.find_first_of("?#"), rest.size());
  parts.path = rest.substr(0, path_end);
  parts.rest = rest.substr(path_end);

  parts.host = parts.authority;
  if (const std::size_t at = parts.host.rfind('@'); at != std::string_view::npos)
    parts.host.remove_prefix(at + 1);
  const std::size_t bracket = parts.host.rfind(']');  // of an IPv6 address
  const std::size_t port = parts.host.rfind(':');
  if (port != std::string_view::npos && (bracket == std::string_view::npos || port > bracket)) {
    parts.host = parts.host.substr(0, port);
  }
  if (parts.host.empty()) return std::nullopt;
  return parts;
}

std::optional<std::string> tidy_http_url(std::string_view url) {
  const auto parts = split_http_url(url);
  if (!parts) return std::nullopt;
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; };
  if (std::ranges::any_of(url, is_control) || parts->authority.contains(' ')) return std::nullopt;

  const std::size_t tail_begin = url.size() - parts->path.size() - parts->rest.size();
  std::string tidy{url.substr(0, tail_begin)};
  for (const char c : url.substr(tail_begin)) {
    if (c == '#') break;
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '"' && c != '<' && c != '>') {
      tidy.push_back(c);
    } else {
      constexpr std::string_view digits = "0123456789ABCDEF";
      tidy.push_back('%');
      tidy.push_back(digits[byte >> 4U]);
      tidy.push_back(digits[byte & 15U]);
    }
  }
  return tidy;
}

}  // namespace freshet::streaming
