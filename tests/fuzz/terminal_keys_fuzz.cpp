// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Bytes of a terminal: every key has a normalized name, and cutting the bytes anywhere changes nothing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "player/control/key_name.h"
#include "player/control/terminal_keys.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet::control;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  TerminalKeys whole;
  const auto keys = whole.feed(bytes);
  TerminalKeys halves;
  auto in_halves = halves.feed(bytes.substr(0, size / 2));
  for (auto& key : halves.feed(bytes.substr(size / 2))) in_halves.push_back(key);
  if (keys != in_halves) std::abort();
  for (const auto& key : keys) {
    if (normalized_key(key) != key) std::abort();
  }
  (void)whole.flush();
  if (whole.pending()) std::abort();
  return 0;
}
