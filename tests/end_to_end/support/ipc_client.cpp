// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "tests/end_to_end/support/ipc_client.h"

#include <array>
#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace freshet::end_to_end {

IpcClient::IpcClient(const std::filesystem::path& socket, test::Process& server) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket.string();
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("socket path too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  // Nothing tells when a socket appears; the server's end is noticed while waiting.
  for (const auto end = std::chrono::steady_clock::now() + patience;
       std::chrono::steady_clock::now() < end;) {
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
    if (server.wait(std::chrono::milliseconds(20))) break;
  }
  ::close(socket_);
  throw std::runtime_error("no IPC server at " + path + ": " + server.text(test::Stream::Errors));
}

IpcClient::~IpcClient() {
  ::close(socket_);
}

bool IpcClient::send_line(std::string_view text) {
  const std::string line = std::string(text) + "\n";
  return ::send(socket_, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size());
}

Json IpcClient::next_message() {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (const auto newline = buffer_.find('\n'); newline != std::string::npos) {
      const std::string line = buffer_.substr(0, newline);
      buffer_.erase(0, newline + 1);
      return Json::parse(line);
    }
    pollfd wanted{socket_, POLLIN, 0};
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0 || ::poll(&wanted, 1, static_cast<int>(left)) <= 0)
      throw std::runtime_error("the IPC server says nothing");
    std::array<char, 65536> chunk{};
    const auto count = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (count <= 0) throw std::runtime_error("the IPC server hung up");
    buffer_.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

Json IpcClient::command(const Json& arguments) {
  const int request = next_request_++;
  if (!send_line(Json{{"command", arguments}, {"request_id", request}}.dump()))
    throw std::runtime_error("the IPC server hung up");
  for (;;) {
    Json message = next_message();
    if (message.contains("event")) {
      events_.push_back(std::move(message));
    } else if (message.value("request_id", -1) == request) {
      return message;
    }
  }
}

Json IpcClient::property(std::string_view name) {
  const Json reply = command({"get_property", name});
  return reply.value("error", "") == "success" ? reply.value("data", Json()) : Json();
}

Json IpcClient::next_event() {
  if (!events_.empty()) {
    Json event = std::move(events_.front());
    events_.pop_front();
    return event;
  }
  for (;;) {
    Json message = next_message();
    if (message.contains("event")) return message;
  }
}

Json IpcClient::wait_event(std::string_view name, const std::function<bool(const Json&)>& wanted) {
  const auto fits = [&](const Json& event) { return event.value("event", "") == name && wanted(event); };
  for (auto event = events_.begin(); event != events_.end(); ++event) {
    if (!fits(*event)) continue;
    Json found = std::move(*event);
    events_.erase(events_.begin(), event + 1);
    return found;
  }
  events_.clear();
  for (;;) {
    Json message = next_message();
    if (fits(message)) return message;
  }
}

}  // namespace freshet::end_to_end
