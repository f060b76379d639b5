// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/router_speed.h"

#include <cerrno>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <vector>

#include "tests/lab/socket_address.h"

namespace freshet::lab {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

FileDescriptor dial(const Host& from, const std::string& to) {
  const Host::Inside inside(from);
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = parse_address(to);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::system_error(errno, std::generic_category(), "connect");
  return socket;
}

}  // namespace

RouterSpeed measure_router(int senders, BitRate rate, std::chrono::seconds length) {
  Router router;
  HostIndex index{};
  const auto& viewer = router.add_host({}, index);
  FileDescriptor listener;
  {
    const Host::Inside inside(viewer);
    listener = listen_at(viewer.address() + ":7000");
  }
  std::vector<FileDescriptor> from, to;
  for (int sender = 0; sender < senders; ++sender) {
    const LinkOptions line{.rate = rate, .delay = 15ms};
    from.push_back(dial(router.add_host({.up = line, .down = line}, index), viewer.address() + ":7000"));
    pollfd ready{listener.get(), POLLIN, 0};
    ::poll(&ready, 1, 1000);
    to.emplace_back(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }
  const std::jthread sending([&](const std::stop_token& stop) {
    const std::string bytes(64u << 10, 'x');
    std::vector<pollfd> ready;
    for (const auto& socket : from) ready.push_back({socket.get(), POLLOUT, 0});
    while (!stop.stop_requested()) {
      ::poll(ready.data(), ready.size(), 100);
      for (const auto& one : ready)
        if (one.revents != 0) [[maybe_unused]]
          const auto sent = ::send(one.fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
  });
  std::string buffer(1u << 20, '\0');
  std::vector<pollfd> ready;
  for (const auto& socket : to) ready.push_back({socket.get(), POLLIN, 0});
  std::int64_t received = 0;
  const auto start = Clock::now();
  while (Clock::now() - start < length) {
    ::poll(ready.data(), ready.size(), 100);
    for (const auto& one : ready) {
      const auto size = one.revents != 0 ? ::recv(one.fd, buffer.data(), buffer.size(), MSG_DONTWAIT) : 0;
      if (size > 0) received += size;
    }
  }
  return {static_cast<double>(received) * 8 / to_seconds(Clock::now() - start), router.report()};
}

}  // namespace freshet::lab
