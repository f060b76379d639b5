// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What `freshet --version` prints: the program and every library with the version that is loaded now.
#pragma once

#include <string>

namespace freshet::app {

[[nodiscard]] std::string version_text();

}  // namespace freshet::app
