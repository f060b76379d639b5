// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A fuzzer's input as a file in a container: the first byte says how its source behaves, the rest is the
// file.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/drm/container/memory_source.h"

namespace freshet::container {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline MemorySource fuzz_source(const std::uint8_t* data, std::size_t size) {
  const std::uint8_t habits = size > 0 ? data[0] : 0;
  MemorySource source{size > 0 ? std::string{reinterpret_cast<const char*>(data + 1), size - 1}
                               : std::string{}};
  if ((habits & 1U) != 0) source.longest_read = 7;
  source.size_known = (habits & 2U) == 0;
  source.can_seek = (habits & 4U) == 0;
  return source;
}

}  // namespace freshet::container
