// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The packager on a film's boxes: what it makes is never read here, but it ends, with an error or a film.
#include <cstdint>
#include <span>

#include "drm/protect/protect_film.h"
#include "tests/fuzz/container_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet;
  if (size == 0) return 0;
  container::MemorySource source(std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  auto out = drm::OutputFile::create(std::filesystem::temp_directory_path() / "freshet-protect-fuzz");
  if (!out) return 0;
  drm::ProtectOptions options;
  options.scheme = static_cast<drm::Scheme>(data[0] & 3U);
  options.clear_lead = (data[0] & 4U) != 0 ? 1 : 0;
  options.rotate = (data[0] & 8U) != 0 ? 1 : 0;
  for (std::uint8_t i = 0; i < (options.rotate > 0 ? 4 : 1); ++i) {
    drm::LabelledKey key;
    key.key.id.fill(i);
    options.keys.push_back(key);
  }
  static_cast<void>(drm::protect_film(source, *out,
                                      (data[0] & 16U) != 0 ? drm::Layout::Flat : drm::Layout::Fragmented,
                                      options, [](double) {}, {}));
  return 0;
}
