// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Decrypts samples with one key, in place, by OpenSSL.
//
// What the four schemes mean (ISO/IEC 23001-7, 9 and 10):
//   cenc  AES-CTR; one key stream runs through all protected bytes of a sample
//   cens  AES-CTR with a pattern; the key stream advances over what is encrypted alone
//   cbc1  AES-CBC; one chain runs through all protected bytes of a sample
//   cbcs  AES-CBC with a pattern; the chain begins anew in each subsample
// But for cenc, what is left of a range after its last whole block is clear. A pattern begins anew in each
// subsample, and one that is cut short by its end holds for the whole blocks that are there. 0:0 is no
// pattern: all whole blocks are encrypted, as sound is.
//
// Threads: one at a time; a thread that decrypts has a decryptor of its own. No allocation after make().
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "drm/decrypt/protected_sample.h"
#include "streaming/base/error.h"

struct evp_cipher_ctx_st;

namespace freshet::drm {

class SampleDecryptor {
 public:
  // Errors: Internal "no-cipher".
  [[nodiscard]] static Result<SampleDecryptor> make(Scheme scheme, const AesKey& key);

  // Unless Done, the sample's bytes are of no use: some may be decrypted. Malformed maps and patterns are
  // found before anything is touched.
  [[nodiscard]] DecryptStatus decrypt(std::span<std::uint8_t> sample, const ProtectedSample& how);

  [[nodiscard]] Scheme scheme() const { return scheme_; }

 private:
  struct FreeContext {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  using Context = std::unique_ptr<evp_cipher_ctx_st, FreeContext>;

  SampleDecryptor(Scheme scheme, Context context) : scheme_(scheme), context_(std::move(context)) {}

  [[nodiscard]] bool start(const AesIv& iv);
  [[nodiscard]] bool run(std::span<std::uint8_t> bytes);
  [[nodiscard]] bool run_counter(std::span<std::uint8_t> bytes);
  [[nodiscard]] bool run_pattern(std::span<std::uint8_t> bytes, Pattern pattern);
  [[nodiscard]] bool run_protected(std::span<std::uint8_t> bytes, Pattern pattern);

  Scheme scheme_;
  Context context_;
  AesIv iv_{};  // of the sample
  std::uint64_t bytes_to_wrap_ =
      0;  // of key stream, until the counter begins at 0 again; 0: beyond any sample
};

}  // namespace freshet::drm
