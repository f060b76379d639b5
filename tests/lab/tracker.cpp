// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/tracker.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "tests/lab/socket_address.h"

namespace freshet::lab {
namespace {

constexpr std::size_t longest_request = 16u << 10;
// A client that dials and says nothing must not keep the others waiting for long.
constexpr int patience_ms = 2000;

bool is_ready(int file, int other) {
  std::array<pollfd, 2> wanted{{{file, POLLIN, 0}, {other, POLLIN, 0}}};
  return ::poll(wanted.data(), wanted.size(), patience_ms) > 0 && wanted[0].revents != 0;
}

// The info_hash of "GET /announce?info_hash=%12a…&…", decoded.
std::string asked_hash(std::string_view request) {
  constexpr std::string_view key = "info_hash=";
  const auto at = request.find(key);
  std::string hash;
  if (at == std::string_view::npos) return hash;
  for (std::size_t index = at + key.size(); index < request.size() && hash.size() < 20; ++index) {
    if (request[index] == '&' || request[index] == ' ') break;
    unsigned value = static_cast<unsigned char>(request[index]);
    if (request[index] == '%' && index + 2 < request.size()) {
      std::from_chars(request.data() + index + 1, request.data() + index + 3, value, 16);
      index += 2;
    }
    hash.push_back(static_cast<char>(value));
  }
  return hash;
}

}  // namespace

Tracker::Tracker(const Host& host, std::string second_hash)
    : second_hash_(std::move(second_hash)), stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  if (stop_event_.get() < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  const Host::Inside inside(host);
  listener_ = listen_at(host.address() + ":6969");
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Tracker::~Tracker() {
  thread_.request_stop();
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_event_.get(), &one, sizeof one);
  thread_.join();
}

void Tracker::add(const std::string& peer, Protocol protocol) {
  const auto address = parse_address(peer);
  std::string bytes(reinterpret_cast<const char*>(&address.sin_addr), 4);
  bytes.append(reinterpret_cast<const char*>(&address.sin_port), 2);
  const std::lock_guard lock(mutex_);
  all_ += bytes;
  if (protocol == Protocol::Both) both_ += bytes;
}

void Tracker::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::array<pollfd, 2> wanted{{{listener_.get(), POLLIN, 0}, {stop_event_.get(), POLLIN, 0}}};
    if (::poll(wanted.data(), wanted.size(), -1) < 0 && errno != EINTR) return;
    const FileDescriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.get() >= 0) answer(connection.get());
  }
}

void Tracker::answer(int connection) {
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos && request.size() < longest_request) {
    std::array<char, 4096> chunk{};
    if (!is_ready(connection, stop_event_.get())) return;
    const auto size = ::recv(connection, chunk.data(), chunk.size(), 0);
    if (size <= 0) return;
    request.append(chunk.data(), static_cast<std::size_t>(size));
  }
  std::string body;
  {
    const std::lock_guard lock(mutex_);
    const auto& peers = !second_hash_.empty() && asked_hash(request) == second_hash_ ? both_ : all_;
    body = fmt::format("d8:completei{}e10:incompletei1e8:intervali1800e5:peers{}:", peers.size() / 6,
                       peers.size()) +
           peers + "e";
  }
  const auto reply =
      fmt::format(
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
          body.size()) +
      body;
  [[maybe_unused]] const auto sent = ::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL);
  ::shutdown(connection, SHUT_WR);
}

}  // namespace freshet::lab
