// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// `freshet seed`: makes torrents where plain files are given, prints their magnet links and serves them until
// it is interrupted.
#pragma once

#include "player/app/command_line.h"

namespace freshet::app {

// Blocks. Returns the process's exit code. Magnet links go to stdout, one a line; all else to stderr.
// `start` is when the process started.
[[nodiscard]] int run_seed(const SeedCommand& command, MonotonicTime start);

}  // namespace freshet::app
