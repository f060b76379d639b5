// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Keys from the terminal. While it lives the terminal gives single keys without echo; it is put back at the
// end, before a stop (Ctrl+Z), and when the program crashes. In the background it leaves the terminal alone.
// Ctrl+C stays a signal. One per process; its thread sleeps until a key or a signal comes.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "streaming/base/error.h"

namespace freshet::control {

class Terminal {
 public:
  // `descriptor` is a terminal. `on_key` gets names of keys (key_name.h) on the terminal's thread and must
  // return at once. Errors: Internal "no-terminal".
  [[nodiscard]] static Result<std::unique_ptr<Terminal>> open(int descriptor,
                                                              std::function<void(std::string)> on_key);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

 private:
  class Implementation;
  explicit Terminal(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace freshet::control
