// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// As little of a window manager as a full screen needs: it maps windows where they want to be, gives them the
// keyboard, and fills the screen with a window that asks for it (EWMH). On a thread of its own for as long as
// the object lives.
#pragma once

#include <string>
#include <thread>

namespace freshet::test {

class WindowManager {
 public:
  // Throws std::runtime_error where the X server cannot be reached.
  explicit WindowManager(const std::string& display);
  ~WindowManager();
  WindowManager(const WindowManager&) = delete;
  WindowManager& operator=(const WindowManager&) = delete;

 private:
  int stop_ = -1;  // an eventfd
  std::jthread thread_;
};

}  // namespace freshet::test
