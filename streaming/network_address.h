// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Addresses as a user types them: a peer, what to listen on, a proxy. Pure. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "streaming/base/error.h"

namespace freshet::streaming {

// A numeric IPv4 or IPv6 address without brackets, and a port.
struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

// "1.2.3.4:6881" or "[2001:db8::1]:6881". The port is not 0. Errors: Usage "bad-address".
[[nodiscard]] Result<Endpoint> parse_peer(std::string_view text);

// "ADDR:PORT", "[v6]:PORT" or "PORT". Port 0 lets the system choose; an empty address means every interface.
// Errors: Usage "bad-address".
[[nodiscard]] Result<Endpoint> parse_listen(std::string_view text);

enum class ProxyKind : std::uint8_t { Socks5, Http };

struct Proxy {
  ProxyKind kind = ProxyKind::Socks5;
  std::string host;
  std::uint16_t port = 0;
  std::optional<std::string> user;
  std::string password;
};

// "socks5://[user[:password]@]host:port" (also socks5h) or "http://…"; user and password percent-encoded.
// Errors: Usage "bad-proxy".
[[nodiscard]] Result<Proxy> parse_proxy(std::string_view url);

}  // namespace freshet::streaming
