// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Reading ByteSources in tests, and bytes that show it when they come from the wrong place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "streaming/base/byte_source.h"

namespace freshet::streaming {

// Byte i depends on all of i's lower 24 bits.
[[nodiscard]] inline std::string numbered_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<char>((i * 31 + (i >> 8U) * 7 + (i >> 16U) * 13) & 0xffU);
  return bytes;
}

// Up to `length` bytes; fewer at the end. Instead of them "(cancelled)" or "(error-code)".
[[nodiscard]] inline std::string read_text(ByteSource& source, std::int64_t offset, std::size_t length,
                                           Generation generation = {}) {
  std::string text(length, '\0');
  std::size_t filled = 0;
  while (filled < length) {
    const std::size_t step = std::min<std::size_t>(length - filled, 100'000);
    const auto count = source.read(ByteOffset{offset + static_cast<std::int64_t>(filled)},
                                   std::as_writable_bytes(std::span{text}.subspan(filled, step)), generation);
    if (!count) {
      const Error* error = std::get_if<Error>(&count.error());
      return error == nullptr ? "(cancelled)" : "(" + error->code + ")";
    }
    if (*count == 0) break;
    filled += *count;
  }
  text.resize(filled);
  return text;
}

}  // namespace freshet::streaming
