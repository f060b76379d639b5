// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// mpv's JSON IPC, as much of it as the lab needs; freshet and mpv speak it alike. One thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/lab/host.h"

namespace freshet::lab {

class IpcSocket {
 public:
  // Waits for the socket to appear and accept; throws std::runtime_error after `limit`.
  IpcSocket(const std::filesystem::path& path, std::chrono::milliseconds limit);

  void send(const nlohmann::json& command);
  // The next message, event or reply; nullopt: none came in `limit`, or the player hung up.
  std::optional<nlohmann::json> next(std::chrono::milliseconds limit);
  [[nodiscard]] bool is_open() const { return is_open_; }

 private:
  FileDescriptor socket_;
  std::string received_;
  bool is_open_ = true;
};

}  // namespace freshet::lab
