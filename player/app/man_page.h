// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// freshet(1), in groff's man macros, made from the option table and the default keys. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace freshet::app {

[[nodiscard]] std::string man_page(std::string_view version);

// Text as troff prints it unchanged: no line of it is a request, no character an escape.
[[nodiscard]] std::string troff_text(std::string_view text);

}  // namespace freshet::app
