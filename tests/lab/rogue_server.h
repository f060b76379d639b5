// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Listens, or dials, and lets RogueConnection speak. Runs until it is killed; one thread.
#pragma once

#include <string>

#include "tests/lab/rogue_behaviour.h"

namespace freshet::lab {

// `listen` and `connect` are IP:PORT; an empty `connect` dials nobody. Writes "ready" when it listens.
// Throws.
[[noreturn]] void serve_rogue(const ServedTorrent& torrent, const RogueBehaviour& behaviour,
                              const std::string& listen, const std::string& connect);

}  // namespace freshet::lab
