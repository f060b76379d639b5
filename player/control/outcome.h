// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What a command gives back. Apart from interpreter.h, so that only those who look into it need the JSON
// library.
#pragma once

#include <nlohmann/json.hpp>

#include "player/control/properties.h"

namespace freshet::control {

struct Outcome {
  Status status = Status::Success;
  Json data;  // null where mpv gives null
};

}  // namespace freshet::control
