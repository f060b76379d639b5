// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Ties the socket to the player: lines that arrive on the server's thread run on the player's main thread,
// and what the hub says goes back. Made and destroyed on the main thread; tasks still posted by then do
// nothing.
#pragma once

#include <filesystem>
#include <memory>

#include "player/control/client_hub.h"
#include "player/playback/player.h"
#include "streaming/base/error.h"

namespace freshet::control {

class IpcService {
 public:
  // `player` and `hub` outlive the service. Errors: those of IpcServer::start.
  [[nodiscard]] static Result<std::unique_ptr<IpcService>> start(const std::filesystem::path& path,
                                                                 playback::Player& player, ClientHub& hub);
  ~IpcService();
  IpcService(const IpcService&) = delete;
  IpcService& operator=(const IpcService&) = delete;

 private:
  struct State;
  class Bridge;
  IpcService();
  std::shared_ptr<State> state_;
  std::unique_ptr<Bridge> bridge_;
};

}  // namespace freshet::control
