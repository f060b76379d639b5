// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Which bytes of a sample stay clear. The first byte chooses codec and scheme, the next two how long the
// codec's header is; the rest are samples, each behind its length in two bytes.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "drm/container/source_reader.h"
#include "drm/protect/frame_map.h"
#include "drm/protect/nal_map.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet::drm;
  freshet::container::BigEndian reader(std::as_bytes(std::span(data, size)));
  const unsigned kind = reader.byte();
  const auto record = reader.take(reader.number(2));
  const auto alignment = (kind & 1U) != 0 ? BlockAlignment::Whole : BlockAlignment::None;
  std::unique_ptr<SampleMap> map;
  switch (kind >> 1U & 3U) {
    case 0: map = make_avc_map(record, alignment); break;
    case 1: map = make_hevc_map(record, alignment); break;
    case 2: map = make_av1_map(record, alignment); break;
    default: map = make_vp9_map(); break;
  }
  while (map && reader.left() > 2) {
    const auto length = reader.number(2);
    const auto bytes = reader.take(std::min<std::size_t>(length, reader.left()));
    const auto made = map->map({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    if (!made) continue;
    std::uint64_t sum = 0;
    for (const auto& part : *made) {
      sum += std::uint64_t{part.clear} + part.protected_bytes;
      if (part.clear > 65'535 ||
          (alignment == BlockAlignment::Whole && part.protected_bytes % aes_block != 0))
        std::abort();
    }
    if (sum != bytes.size() || made->size() > 39) std::abort();
  }
  return 0;
}
