// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The socket of --input-ipc-server: lines in, lines out, on a thread of its own. What the lines mean is the
// handler's. Only the user may connect (mode 0600); whoever can is trusted as the user, as with mpv.
//
// A client's next line is read once the one before was finished(), so a client cannot flood the player; one
// that does not read what it is sent is dropped.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "streaming/base/error.h"

namespace freshet::control {

inline constexpr std::size_t max_ipc_clients = 64;
inline constexpr std::size_t max_ipc_line = 1024 * 1024;         // a client that sends more is dropped
inline constexpr std::size_t max_ipc_backlog = 8 * 1024 * 1024;  // unread by the client

class IpcHandler {
 public:
  virtual ~IpcHandler() = default;
  // All on the server's thread; must return at once.
  virtual void on_connected(int client) = 0;
  virtual void on_line(int client, std::string line) = 0;  // without its newline
  virtual void on_closed(int client) = 0;
};

class IpcServer {
 public:
  // `handler` outlives the server. A socket file that nobody answers on is replaced. Errors: Usage
  // "ipc-path-too-long", "ipc-in-use", "ipc-not-a-socket"; Storage "ipc-failed".
  [[nodiscard]] static Result<std::unique_ptr<IpcServer>> start(const std::filesystem::path& path,
                                                                IpcHandler& handler);
  // Sends what is still queued (250 ms at most), closes all, removes the socket file.
  ~IpcServer();
  IpcServer(const IpcServer&) = delete;
  IpcServer& operator=(const IpcServer&) = delete;

  // Any thread; return at once. A client that is gone is ignored.
  void send(int client, std::string text);
  void finished(int client);  // its line was handled

 private:
  class Implementation;
  explicit IpcServer(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace freshet::control
