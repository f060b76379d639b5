// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What a program and all that it started have cost until now: the players of the rivals are two programs
// each. Read from /proc; any thread.
#pragma once

#include <cstdint>

namespace freshet::lab {

struct ProcessCost {
  double cpu_seconds = 0;        // user and system
  std::int64_t peak_memory = 0;  // bytes resident, the sum of each one's own peak
};

// Of all processes of the group that `leader` leads, and of its children that have ended and were waited for.
[[nodiscard]] ProcessCost cost_of_group(int leader);

}  // namespace freshet::lab
