// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// ${properties} in texts, as mpv writes them:
//   ${NAME}           for people, "(unavailable)" or "(error)"      ${=NAME}          for programs
//   ${NAME:TEXT}      TEXT when unavailable                         ${?NAME:TEXT}     TEXT when available
//   ${!NAME:TEXT}     TEXT when not                                 ${?NAME==V:TEXT}  TEXT when it is V
//   $$ a dollar       $} a brace                                    $> the rest as it stands
// TEXT is expanded in turn. Main thread only, as the properties are.
#pragma once

#include <string>
#include <string_view>

#include "player/control/properties.h"

namespace freshet::control {

[[nodiscard]] std::string expand_text(std::string_view text, const Properties& properties);

}  // namespace freshet::control
