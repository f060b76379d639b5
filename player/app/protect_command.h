// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// `freshet protect`: a film becomes an MP4 under Common Encryption. The main thread; blocks until it is done.
#pragma once

#include "player/app/command_line.h"

namespace freshet::app {

// The process exit code. `quiet`: only errors are said.
[[nodiscard]] int run_protect(const ProtectCommand& command, bool quiet);

}  // namespace freshet::app
