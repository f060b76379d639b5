// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Paths as torrents and URLs spell them: with '/', whatever the system. Pure; any thread.
#pragma once

#include <string_view>

namespace freshet {

// What follows the last '/': all of it when there is none, nothing when it ends with one.
[[nodiscard]] constexpr std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace freshet
