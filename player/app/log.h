// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What the program says beside the status line: to stderr as much as --msg-level asks for, to --log-file
// everything but traces. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "player/app/command_line.h"
#include "player/playback/observer.h"

namespace freshet::app {

class Log {
 public:
  // Errors: Storage "log-not-writable".
  [[nodiscard]] static Result<std::unique_ptr<Log>> open(const LogOptions& options);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // `before_line` runs before a line goes to the terminal, to take a status line away; empty: none.
  void set_before_line(std::function<void()> before_line);
  void write(playback::LogLevel level, std::string_view room, const std::string& text);
  // An error that a person must see, with its next step.
  void error(const Error& error);

 private:
  Log();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freshet::app
