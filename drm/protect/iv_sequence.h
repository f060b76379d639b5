// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The IVs of all samples under one key, whatever their track, so that no counter block is used twice
// (ISO/IEC 23001-7, 9.3). One for each key in a run of the packager. One thread.
//
// A file that is packaged again under the same key begins elsewhere at random: with IVs of 8 bytes two runs
// of n samples each meet with a probability of about 2n / 2^64 (a film of two hours with its sound, n = 10^6:
// one in 10^13); with 16 bytes the upper halves are equal once in 2^64.
#pragma once

#include <cstdint>

#include "drm/decrypt/protected_sample.h"
#include "streaming/base/error.h"

namespace freshet::drm {

class IvSequence {
 public:
  // `iv_size`: 8 or 16. Errors: Internal "no-random".
  [[nodiscard]] static Result<IvSequence> make(Scheme scheme, std::uint8_t iv_size);

  // For a sample of which so many bytes are protected. cenc and cens count on: an IV of 8 bytes by one for
  // each sample, as its lower half counts blocks from 0; one of 16 bytes by the blocks that were used. cbc1:
  // random. cbcs: always the same, which is random.
  [[nodiscard]] Result<AesIv> next(std::uint64_t protected_bytes);

 private:
  IvSequence(Scheme scheme, std::uint8_t iv_size, const AesIv& first)
      : scheme_(scheme), iv_size_(iv_size), next_(first) {}

  Scheme scheme_;
  std::uint8_t iv_size_;
  AesIv next_;
};

}  // namespace freshet::drm
