// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// SIGINT, SIGTERM and SIGHUP as calls on a thread, where code may do what it wants. The second one while the
// first is still being handled ends the process at once: a person who presses Ctrl-C twice means it.
#pragma once

#include <functional>
#include <memory>

namespace freshet::app {

class SignalWatcher {
 public:
  // One at a time in a process. `handler` gets the signal's number on the watcher's thread.
  explicit SignalWatcher(std::function<void(int)> handler);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freshet::app
