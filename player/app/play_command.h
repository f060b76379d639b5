// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// `freshet SOURCE…`: puts the player together from its rooms and runs it.
#pragma once

#include "player/app/command_line.h"
#include "streaming/base/units.h"

namespace freshet::app {

// Blocks until the player ends. `start` is when the process started. Returns the process's exit code.
[[nodiscard]] int run_play(const CommandLine& command_line, MonotonicTime start);

}  // namespace freshet::app
