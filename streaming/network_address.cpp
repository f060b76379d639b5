// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/network_address.h"

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <utility>

namespace freshet::streaming {
namespace {

std::unexpected<Error> bad_address(std::string_view text) {
  return fail(ErrorCategory::Usage, "bad-address", "'" + std::string(text) + "' is not an address",
              "write ADDRESS:PORT, for example 192.0.2.7:6881 or [2001:db8::7]:6881");
}

std::unexpected<Error> bad_proxy(std::string_view url) {
  // The text may hold a password: it is not repeated.
  const auto scheme = url.substr(0, url.find("://"));
  return fail(ErrorCategory::Usage, "bad-proxy",
              "The proxy '" + std::string(scheme) + "://…' is not understood",
              "write socks5://[user:password@]host:port or http://[user:password@]host:port");
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_numeric_address(const std::string& text, int family) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(family, text.c_str(), ignored.data()) == 1;
}

// "host:port" or "[v6]:port". The host may be empty.
std::optional<std::pair<std::string_view, std::uint16_t>> split_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;  // IPv6 without brackets is ambiguous
  }
  return std::pair{host, *port};
}

std::optional<Endpoint> parse_numeric(std::string_view text) {
  const auto parts = split_host_port(text);
  if (!parts) return std::nullopt;
  Endpoint result{std::string(parts->first), parts->second};
  const int family = text.starts_with('[') ? AF_INET6 : AF_INET;
  if (!result.address.empty() && !is_numeric_address(result.address, family)) return std::nullopt;
  return result;
}

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    result.push_back(static_cast<char>(*high * 16 + *low));
    i += 2;
  }
  return result;
}

}  // namespace

Result<Endpoint> parse_peer(std::string_view text) {
  auto parsed = parse_numeric(text);
  if (!parsed || parsed->address.empty() || parsed->port == 0) return bad_address(text);
  return *parsed;
}

Result<Endpoint> parse_listen(std::string_view text) {
  if (const auto port = parse_port(text)) return Endpoint{{}, *port};
  auto parsed = parse_numeric(text);
  if (!parsed) return bad_address(text);
  return *parsed;
}

Result<Proxy> parse_proxy(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return bad_proxy("");
  const auto scheme = url.substr(0, scheme_end);
  auto rest = url.substr(scheme_end + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);

  Proxy proxy;
  if (scheme == "socks5" || scheme == "socks5h")
    proxy.kind = ProxyKind::Socks5;
  else if (scheme == "http")
    proxy.kind = ProxyKind::Http;
  else
    return bad_proxy(url);

  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    const auto login = rest.substr(0, at);
    rest = rest.substr(at + 1);
    const auto colon = login.find(':');
    auto user = percent_decode(login.substr(0, colon));
    auto password = colon == std::string_view::npos ? std::optional<std::string>{""}
                                                    : percent_decode(login.substr(colon + 1));
    // SOCKS5 (RFC 1929) has one byte for each length.
    if (!user || !password || user->empty() || user->size() > 255 || password->size() > 255)
      return bad_proxy(url);
    proxy.user = std::move(*user);
    proxy.password = std::move(*password);
  }
  const auto parts = split_host_port(rest);
  if (!parts || parts->first.empty() || parts->second == 0) return bad_proxy(url);
  proxy.host = std::string(parts->first);
  proxy.port = parts->second;
  return proxy;
}

}  // namespace freshet::streaming
