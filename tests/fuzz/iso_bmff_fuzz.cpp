// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// find_protection() and read_iso_movie() on any bytes, from sources of all habits.
#include <cstdint>

#include "drm/container/iso_bmff.h"
#include "drm/container/protection.h"
#include "tests/fuzz/container_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet;
  auto source = container::fuzz_source(data, size);
  const auto movie = container::read_iso_movie(source, Generation{});
  container::require(movie.has_value());
  if (*movie) {
    container::require((*movie)->tracks.size() <= 256 && (*movie)->systems.size() <= 64);
    container::require((*movie)->header.begin <= (*movie)->header.end);
  }
  container::require(source.bytes_read <= (9 << 20));
  container::require(container::find_protection(source, Generation{}).has_value());
  return 0;
}
