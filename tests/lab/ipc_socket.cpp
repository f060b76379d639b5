// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/ipc_socket.h"

#include <array>
#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace freshet::lab {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

IpcSocket::IpcSocket(const std::filesystem::path& path, std::chrono::milliseconds limit) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto text = path.string();
  if (text.size() >= sizeof address.sun_path) throw std::runtime_error("socket path too long: " + text);
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  socket_ = FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  for (const auto end = Clock::now() + limit; Clock::now() < end;) {
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
    // Nothing tells when a foreign program's socket accepts.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw std::runtime_error("no IPC server at " + text);
}

void IpcSocket::send(const Json& command) {
  const auto line = Json{{"command", command}}.dump() + "\n";
  if (::send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
    is_open_ = false;
}

std::optional<Json> IpcSocket::next(std::chrono::milliseconds limit) {
  const auto end = Clock::now() + limit;
  for (;;) {
    if (const auto newline = received_.find('\n'); newline != std::string::npos) {
      auto message = Json::parse(received_.substr(0, newline), nullptr, false);
      received_.erase(0, newline + 1);
      if (message.is_object()) return message;
      continue;
    }
    pollfd wanted{socket_.get(), POLLIN, 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (!is_open_ || left < 0 || ::poll(&wanted, 1, static_cast<int>(left)) <= 0) return std::nullopt;
    std::array<char, 65536> chunk{};
    const auto count = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
    if (count <= 0) {
      is_open_ = false;
      return std::nullopt;
    }
    received_.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace freshet::lab
