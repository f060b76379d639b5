// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// TCP over IPv4, as much as the lab's own servers need. Any thread.
#pragma once

#include <netinet/in.h>
#include <string>

#include "tests/lab/host.h"

namespace freshet::lab {

// "IP:PORT". Throws std::runtime_error.
[[nodiscard]] sockaddr_in parse_address(const std::string& text);
// In the network namespace of the calling thread. Throws std::system_error.
[[nodiscard]] FileDescriptor listen_at(const std::string& where);

}  // namespace freshet::lab
