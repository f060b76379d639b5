// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A network of its own for one child process: it reaches this machine by one cable and nothing else, and each
// packet it sends into that cable is written down. Needs root. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace freshet::test {

class NetworkNamespace {
 public:
  [[nodiscard]] static bool is_possible();

  NetworkNamespace();
  ~NetworkNamespace();
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;

  // Put before a command line, runs it inside.
  [[nodiscard]] std::vector<std::string> prefix() const;
  // This machine, seen from inside; also the name server and the default route there.
  [[nodiscard]] const std::string& host_address() const;
  // Every packet from inside but ARP and the kernel's own IPv6 neighbour discovery: "tcp 10.0.0.1:80", "udp
  // …", with its destination, each once.
  [[nodiscard]] std::vector<std::string> destinations() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace freshet::test
