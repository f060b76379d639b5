// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Files of keys: JWK sets, CPIX documents, lines.
#include <cstdint>
#include <string_view>

#include "drm/protect/key_list.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(freshet::drm::parse_key_list({reinterpret_cast<const char*>(data), size}));
  return 0;
}
