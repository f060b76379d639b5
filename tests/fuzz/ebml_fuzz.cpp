// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// find_protection() and read_matroska() on any bytes, from sources of all habits.
#include <cstdint>

#include "drm/container/ebml.h"
#include "drm/container/protection.h"
#include "tests/fuzz/container_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet;
  auto source = container::fuzz_source(data, size);
  const auto file = container::read_matroska(source, Generation{});
  container::require(file.has_value());
  if (*file) {
    container::require((*file)->tracks.size() <= 256);
    for (const auto& track : (*file)->tracks) container::require(track.encryptions.size() <= 16);
  }
  container::require(source.bytes_read <= (9 << 20));
  container::require(container::find_protection(source, Generation{}).has_value());
  return 0;
}
