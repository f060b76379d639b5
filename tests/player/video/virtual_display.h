// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// An X server without a screen (Xvfb) for as long as the object lives; it picks a free display number itself.
#pragma once

#include <string>
#include <sys/types.h>

namespace freshet::test {

class VirtualDisplay {
 public:
  // Sets DISPLAY and SDL_VIDEODRIVER=x11. Throws std::runtime_error where Xvfb cannot be started.
  explicit VirtualDisplay(int width = 1280, int height = 720);
  ~VirtualDisplay();
  VirtualDisplay(const VirtualDisplay&) = delete;
  VirtualDisplay& operator=(const VirtualDisplay&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }  // ":7"

 private:
  pid_t server_ = -1;
  std::string name_;
};

}  // namespace freshet::test
