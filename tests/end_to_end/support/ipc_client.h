// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A plain client of mpv's JSON IPC: one JSON object a line, over a Unix socket.
#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <string_view>

#include "tests/end_to_end/support/freshet.h"

namespace freshet::end_to_end {

class IpcClient {
 public:
  // Waits for the socket to appear and accept. Throws after `patience`.
  IpcClient(const std::filesystem::path& socket, test::Process& server);
  ~IpcClient();
  IpcClient(const IpcClient&) = delete;
  IpcClient& operator=(const IpcClient&) = delete;

  // False when the server has hung up.
  bool send_line(std::string_view text);
  // {"command": [...]} with a request_id; the reply to it. Events that come before it are kept.
  Json command(const Json& arguments);
  // The data of get_property; null with the error when it has none.
  Json property(std::string_view name);
  // The next event of that name, among those kept and to come. Throws after `patience`.
  Json wait_event(
      std::string_view name,
      const std::function<bool(const Json&)>& wanted = [](const Json&) { return true; });
  // The next event, of those kept and to come. Throws after `patience`.
  Json next_event();

 private:
  Json next_message();

  int socket_ = -1;
  int next_request_ = 1;
  std::string buffer_;
  std::deque<Json> events_;
};

}  // namespace freshet::end_to_end
