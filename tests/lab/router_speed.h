// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What the lab can carry on this machine: senders at full speed to one viewer, through real TCP.
#pragma once

#include "tests/lab/router.h"

namespace freshet::lab {

struct RouterSpeed {
  double bits_per_second = 0;  // received by the viewer's TCP
  RouterReport report;
};

// `senders` lines of `rate` each, for `length`. Throws std::system_error.
[[nodiscard]] RouterSpeed measure_router(int senders, BitRate rate, std::chrono::seconds length);

}  // namespace freshet::lab
