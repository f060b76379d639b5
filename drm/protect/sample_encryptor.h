// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Encrypts samples with one key, in place, by OpenSSL: what decrypt/sample_decryptor.h undoes, by the same
// rules. Threads: one at a time.
#pragma once

#include <memory>
#include <span>

#include "drm/decrypt/protected_sample.h"
#include "streaming/base/error.h"

struct evp_cipher_ctx_st;

namespace freshet::drm {

class SampleEncryptor {
 public:
  // Errors: Internal "no-cipher".
  [[nodiscard]] static Result<SampleEncryptor> make(Scheme scheme, const AesKey& key);

  // `how` is a map of this sample with a valid pattern, and in the counter modes its IV's low half does not
  // wrap within the sample (iv_sequence.h). Errors: Internal "cipher-failed".
  [[nodiscard]] Result<void> encrypt(std::span<std::uint8_t> sample, const ProtectedSample& how);

 private:
  struct FreeContext {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  using Context = std::unique_ptr<evp_cipher_ctx_st, FreeContext>;

  SampleEncryptor(Scheme scheme, Context context) : scheme_(scheme), context_(std::move(context)) {}

  [[nodiscard]] bool start(const AesIv& iv);
  [[nodiscard]] bool run(std::span<std::uint8_t> bytes);
  [[nodiscard]] bool run_protected(std::span<std::uint8_t> bytes, Pattern pattern);

  Scheme scheme_;
  Context context_;
};

}  // namespace freshet::drm
