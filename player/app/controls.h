// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Everything that steers a player from outside: keys of the window and the terminal, input.conf, the IPC socket.
// Main thread only.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "player/app/command_line.h"
#include "player/app/log.h"
#include "player/playback/player.h"
#include "player/video/video_output.h"

namespace freshet::app {

class Controls {
 public:
  // `player` and `log` outlive the controls. Errors: those of the IPC server; Storage of an input.conf that was named and
  // cannot be read.
  [[nodiscard]] static Result<std::unique_ptr<Controls>> make(const CommandLine& command_line, playback::Player& player,
                                                              Log& log);
  ~Controls();
  Controls(const Controls&) = delete;
  Controls& operator=(const Controls&) = delete;

  void handle(const video::InputEvent& event);
  void press(const std::string& key);

 private:
  Controls();
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace freshet::app
