// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Completion scripts for three shells, made from the option table. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>

namespace freshet::app {

enum class Shell : std::uint8_t { Bash, Zsh, Fish };

[[nodiscard]] std::string completion(Shell shell);

}  // namespace freshet::app
