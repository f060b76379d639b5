// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/iv_sequence.h"

#include <algorithm>
#include <openssl/rand.h>
#include <span>

namespace freshet::drm {
namespace {

Result<AesIv> random_iv() {
  AesIv iv{};
  if (RAND_bytes(iv.data(), static_cast<int>(iv.size())) != 1)
    return fail(ErrorCategory::Internal, "no-random", "The system gives no random numbers");
  return iv;
}

// A big-endian number of 8 bytes; wraps.
void add(std::span<std::uint8_t, 8> number, std::uint64_t what) {
  std::uint64_t value = 0;
  for (const auto byte : number) value = value << 8U | byte;
  value += what;
  for (std::size_t i = number.size(); i-- > 0; value >>= 8U) number[i] = static_cast<std::uint8_t>(value);
}

}  // namespace

Result<IvSequence> IvSequence::make(Scheme scheme, std::uint8_t iv_size) {
  auto first = random_iv();
  if (!first) return std::unexpected(first.error());
  if (scheme == Scheme::Cenc || scheme == Scheme::Cens) {
    if (iv_size == 8) std::fill(first->begin() + 8, first->end(), std::uint8_t{0});
    // The lower half has room for 2^63 blocks before it would wrap.
    if (iv_size == 16) (*first)[8] &= 0x7fU;
  }
  return IvSequence(scheme, iv_size, *first);
}

Result<AesIv> IvSequence::next(std::uint64_t protected_bytes) {
  if (scheme_ == Scheme::Cbc1) return random_iv();
  const auto iv = next_;
  if (scheme_ == Scheme::Cbcs) return iv;
  const std::span all(next_);
  if (iv_size_ == 8) {
    add(all.first<8>(), 1);
  } else {
    add(all.last<8>(), (protected_bytes + aes_block - 1) / aes_block);
  }
  return iv;
}

}  // namespace freshet::drm
