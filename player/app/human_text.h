// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Sizes, times and errors as people read them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::app {

[[nodiscard]] std::string size_text(Bytes size);      // "2.8 MiB"
[[nodiscard]] std::string time_text(MediaTime time);  // "1:02:03"
// "freshet: <message>" and, on a second line, the next step. Colours when asked for.
[[nodiscard]] std::string error_text(const Error& error, bool colours);
// Text from a torrent or a file, safe for a terminal: control characters become '?'.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace freshet::app
