// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Everything that acts on the player from outside, put together: the window's keys, the terminal's keys and
// status line, input.conf, and the socket for other programs. The main program makes one when the player is
// there and passes it the window's input. Main thread, but for clear_status_line().
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "player/playback/player.h"
#include "player/video/video_output.h"
#include "streaming/base/error.h"

namespace freshet::control {

struct ControlOptions {
  std::string version;               // freshet's, for mpv-version
  std::filesystem::path config_dir;  // holds input.conf; empty: --no-config
  bool status_line = true;           // false: --quiet, --really-quiet, --no-terminal, or nothing to tell
  std::function<void(const std::string&)> print = {};  // print-text; empty: standard error
};

class Control {
 public:
  // Takes keys, --input-ipc-server, --input-conf and --terminal from player.options(). `player` outlives it.
  // Errors: those of IpcServer::start; Usage "no-such-file" when --input-conf names none.
  [[nodiscard]] static Result<std::unique_ptr<Control>> start(playback::Player& player,
                                                              const ControlOptions& options);
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  // Keys and the wheel run their commands; keys that are not bound do nothing.
  void handle_input(const video::InputEvent& event);

  // What was wrong in input.conf, a sentence each with file and line, for the log.
  [[nodiscard]] const std::vector<std::string>& problems() const;

  // Before somebody else writes to the terminal. Any thread.
  void clear_status_line();
  // In place of the status for a while: what show-text says when there is no window.
  void show_message(std::string text, std::chrono::milliseconds duration);

 private:
  class Implementation;
  explicit Control(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace freshet::control
