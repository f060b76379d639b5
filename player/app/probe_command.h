// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// `freshet probe` and `--list`: what is inside, without playing it.
#pragma once

#include "player/app/command_line.h"

namespace freshet::app {

// Block. Return the process's exit code; the answer goes to stdout.
[[nodiscard]] int run_probe(const ProbeCommand& command);
// The files of a torrent, "INDEX  SIZE  PATH" a line.
[[nodiscard]] int run_list(const playback::Options& options);

}  // namespace freshet::app
