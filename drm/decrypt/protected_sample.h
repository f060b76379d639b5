// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// How one sample (a packet) is protected, as Common Encryption says it (ISO/IEC 23001-7). Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace freshet::drm {

inline constexpr std::size_t aes_block = 16;
using AesKey = std::array<std::uint8_t, aes_block>;
using AesIv = std::array<std::uint8_t, aes_block>;

enum class Scheme : std::uint8_t { Cenc, Cens, Cbc1, Cbcs };

// A part of a sample that is clear and one that is protected, in this order; bytes.
struct Subsample {
  std::uint32_t clear = 0;
  std::uint32_t protected_bytes = 0;
};

// Blocks that are encrypted, and blocks that are not, in turn (cens and cbcs). 0:0: no pattern.
struct Pattern {
  std::uint8_t crypt = 0;
  std::uint8_t skip = 0;
  constexpr bool operator==(const Pattern&) const = default;
};

struct ProtectedSample {
  AesIv iv{};                             // one of 8 bytes stands at the front; the rest is 0
  std::span<const Subsample> subsamples;  // empty: all of the sample is protected
  Pattern pattern;
};

enum class DecryptStatus : std::uint8_t {
  Done,
  BadSubsamples,  // the map is not of this sample, or cuts a block where the scheme forbids it
  BadPattern,     // one that is no pattern (16 blocks or more; none to decrypt), or a scheme without patterns
                  // has one
  CipherFailed,
};
// "bad-subsamples" and so on.
[[nodiscard]] std::string_view name_of(DecryptStatus status);

}  // namespace freshet::drm
