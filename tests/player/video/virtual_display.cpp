// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/player/video/virtual_display.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace freshet::test {

VirtualDisplay::VirtualDisplay(int width, int height) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  const std::string screen = std::to_string(width) + "x" + std::to_string(height) + "x24";
  const std::string descriptor = std::to_string(ends[1]);
  // The server writes its display number into the pipe when it is ready to take clients.
  const std::array<const char*, 11> arguments = {
      "Xvfb",      "-displayfd", descriptor.c_str(), "-screen", "0",    screen.c_str(),
      "-nolisten", "tcp",        "-noreset",         nullptr,   nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1 /* O_WRONLY */, 0);
  const int spawned =
      posix_spawnp(&server_, "Xvfb", &actions, nullptr, const_cast<char* const*>(arguments.data()), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (spawned != 0) {
    close(ends[0]);
    throw std::runtime_error("Xvfb cannot be started. Next: apt-get install xvfb");
  }
  std::string number;
  pollfd ready{ends[0], POLLIN, 0};
  constexpr int patience = 30'000;  // milliseconds; a busy machine starts it in 2 s
  char byte = 0;
  while (poll(&ready, 1, patience) > 0 && read(ends[0], &byte, 1) == 1 && byte != '\n') number += byte;
  close(ends[0]);
  if (number.empty()) {
    kill(server_, SIGTERM);
    waitpid(server_, nullptr, 0);
    throw std::runtime_error("Xvfb did not come up");
  }
  name_ = ":" + number;
  setenv("DISPLAY", name_.c_str(), 1);
  setenv("SDL_VIDEODRIVER", "x11", 1);
}

VirtualDisplay::~VirtualDisplay() {
  kill(server_, SIGTERM);
  waitpid(server_, nullptr, 0);
}

}  // namespace freshet::test
