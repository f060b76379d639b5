// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/rogue_server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <list>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "tests/lab/rogue_connection.h"
#include "tests/lab/socket_address.h"

namespace freshet::lab {
namespace {

using Clock = std::chrono::steady_clock;

struct Line {
  FileDescriptor socket;
  RogueConnection talk;
};

// False: the line is dead.
bool read_from(Line& line) {
  std::array<char, 65536> buffer;
  const auto size = ::recv(line.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  return size > 0 && line.talk.receive({buffer.data(), static_cast<std::size_t>(size)}, Clock::now());
}

bool write_to(Line& line) {
  auto& text = line.talk.to_send;
  for (;;) {
    line.talk.advance(Clock::now());
    if (text.empty()) return true;
    const auto size = ::send(line.socket.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    text.erase(0, static_cast<std::size_t>(size));
  }
}

int until(const std::list<Line>& lines) {
  std::optional<MonotonicTime> next;
  for (const auto& line : lines)
    if (const auto wake = line.talk.wake()) next = std::min(next.value_or(*wake), *wake);
  if (!next) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

}  // namespace

void serve_rogue(const ServedTorrent& torrent, const RogueBehaviour& behaviour, const std::string& listen,
                 const std::string& connect) {
  const auto listener = listen_at(listen);
  std::list<Line> lines;
  if (!connect.empty()) {
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = parse_address(connect);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      lines.push_back({std::move(socket), {torrent, behaviour, true, Clock::now()}});
  }
  std::puts("ready");
  std::fflush(stdout);
  std::vector<pollfd> wanted;
  for (;;) {
    lines.remove_if([](Line& line) { return !write_to(line); });
    wanted.assign(1, pollfd{listener.get(), POLLIN, 0});
    for (const auto& line : lines)
      wanted.push_back(
          {line.socket.get(), static_cast<short>(line.talk.to_send.empty() ? POLLIN : POLLIN | POLLOUT), 0});
    if (::poll(wanted.data(), wanted.size(), until(lines)) < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "poll");
    auto ready = wanted.begin() + 1;
    lines.remove_if([&](Line& line) {
      return ((ready++)->revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !read_from(line);
    });
    if (wanted.front().revents != 0) {
      FileDescriptor socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (socket.get() >= 0) lines.push_back({std::move(socket), {torrent, behaviour, false, Clock::now()}});
    }
  }
}

}  // namespace freshet::lab
