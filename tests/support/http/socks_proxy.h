// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A SOCKS5 proxy (RFC 1928) on the loopback that takes each connection to one server, whatever it is asked
// for, and remembers what it was asked for. A thread a connection; the destructor ends them all.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace freshet::test {

class SocksProxy {
 public:
  // Listens on `address`; the server is on 127.0.0.1.
  explicit SocksProxy(std::uint16_t server_port, const std::string& address = "127.0.0.1");
  ~SocksProxy();
  SocksProxy(const SocksProxy&) = delete;
  SocksProxy& operator=(const SocksProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  // "name:host.invalid:80" for a name it was to resolve itself, "address" for an address.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace freshet::test
