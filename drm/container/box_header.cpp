// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/container/box_header.h"

#include <algorithm>

#include "drm/container/source_reader.h"

namespace freshet::container {
namespace {

// More than any file has; sums with an offset in a file do not overflow.
constexpr std::uint64_t largest_box = 1ULL << 62U;

}  // namespace

std::optional<BoxHeader> read_box_header(std::span<const std::byte> bytes, std::int64_t enclosing) {
  BigEndian reader{bytes};
  std::uint64_t size = reader.word();
  const auto type = reader.take(4);
  BoxHeader box;
  if (size == 1) {
    size = reader.number(8);
    box.header = 16;
  } else if (size == 0) {
    size = static_cast<std::uint64_t>(std::max<std::int64_t>(enclosing, 0));
  }
  box.type = {reinterpret_cast<const char*>(type.data()), type.size()};
  box.size = static_cast<std::int64_t>(std::min(size, largest_box));
  if (!reader.ok() || box.size < box.header) return std::nullopt;
  return box;
}

}  // namespace freshet::container
