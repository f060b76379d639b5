// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The codes that AV1 alone has (AV1 specification, 4.10). Pure.
#pragma once

#include <bit>

#include "drm/protect/bit_reader.h"

namespace freshet::drm {

// su(n)
[[nodiscard]] inline std::int32_t signed_bits(BitReader& bits, unsigned count) {
  const auto value = static_cast<std::int32_t>(bits.bits(count));
  const auto sign = std::int32_t{1} << (count - 1);
  return (value & sign) != 0 ? value - 2 * sign : value;
}

// ns(n): a number below n.
[[nodiscard]] inline std::uint32_t below(BitReader& bits, std::uint32_t n) {
  if (n <= 1) return 0;
  const unsigned width = std::bit_width(n);
  const auto short_codes = (std::uint32_t{1} << width) - n;
  const auto value = bits.bits(width - 1);
  return value < short_codes ? value : (value << 1U) - short_codes + bits.bits(1);
}

}  // namespace freshet::drm
