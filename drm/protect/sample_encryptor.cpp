// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/sample_encryptor.h"

#include <algorithm>
#include <openssl/evp.h>
#include <utility>

namespace freshet::drm {
namespace {

bool is_counter_mode(Scheme scheme) {
  return scheme == Scheme::Cenc || scheme == Scheme::Cens;
}

}  // namespace

void SampleEncryptor::FreeContext::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);  // wipes the key
}

Result<SampleEncryptor> SampleEncryptor::make(Scheme scheme, const AesKey& key) {
  Context context(EVP_CIPHER_CTX_new());
  const auto* const cipher = is_counter_mode(scheme) ? EVP_aes_128_ctr() : EVP_aes_128_cbc();
  if (!context || EVP_EncryptInit_ex2(context.get(), cipher, key.data(), nullptr, nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1)
    return fail(ErrorCategory::Internal, "no-cipher", "OpenSSL has no AES here");
  return SampleEncryptor(scheme, std::move(context));
}

bool SampleEncryptor::start(const AesIv& iv) {
  return EVP_EncryptInit_ex2(context_.get(), nullptr, nullptr, iv.data(), nullptr) == 1;
}

bool SampleEncryptor::run(std::span<std::uint8_t> bytes) {
  int written = 0;  // samples are below 2 GiB (clear_film.h)
  return EVP_EncryptUpdate(context_.get(), bytes.data(), &written, bytes.data(),
                           static_cast<int>(bytes.size())) == 1 &&
         written == static_cast<int>(bytes.size());
}

bool SampleEncryptor::run_protected(std::span<std::uint8_t> bytes, Pattern pattern) {
  if (scheme_ == Scheme::Cenc) return run(bytes);
  auto blocks = bytes.first(bytes.size() / aes_block * aes_block);
  if (pattern == Pattern{}) return run(blocks);
  const std::size_t crypt = pattern.crypt * aes_block, turn = crypt + pattern.skip * aes_block;
  while (!blocks.empty()) {
    if (!run(blocks.first(std::min(crypt, blocks.size())))) return false;
    blocks = blocks.subspan(std::min(turn, blocks.size()));
  }
  return true;
}

Result<void> SampleEncryptor::encrypt(std::span<std::uint8_t> sample, const ProtectedSample& how) {
  const auto run_all = [&] {
    if (!start(how.iv)) return false;
    if (how.subsamples.empty()) return run_protected(sample, how.pattern);
    auto rest = sample;
    for (const auto& subsample : how.subsamples) {
      const auto bytes = rest.subspan(subsample.clear, subsample.protected_bytes);
      rest = rest.subspan(std::size_t{subsample.clear} + subsample.protected_bytes);
      if (bytes.empty()) continue;
      if (scheme_ == Scheme::Cbcs && !start(how.iv)) return false;
      if (!run_protected(bytes, how.pattern)) return false;
    }
    return true;
  };
  if (!run_all()) return fail(ErrorCategory::Internal, "cipher-failed", "OpenSSL could not encrypt");
  return {};
}

}  // namespace freshet::drm
