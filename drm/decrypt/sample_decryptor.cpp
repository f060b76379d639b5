// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/decrypt/sample_decryptor.h"

#include <algorithm>
#include <limits>
#include <openssl/evp.h>
#include <utility>

namespace freshet::drm {
namespace {

struct FreeCipher {
  void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
};
using Cipher = std::unique_ptr<EVP_CIPHER, FreeCipher>;

bool is_counter_mode(Scheme scheme) {
  return scheme == Scheme::Cenc || scheme == Scheme::Cens;
}
bool has_patterns(Scheme scheme) {
  return scheme == Scheme::Cens || scheme == Scheme::Cbcs;
}

// Fetched once: a fetch searches the providers under a lock.
const EVP_CIPHER* cipher_for(Scheme scheme) {
  static const Cipher counter(EVP_CIPHER_fetch(nullptr, "AES-128-CTR", nullptr));
  static const Cipher chain(EVP_CIPHER_fetch(nullptr, "AES-128-CBC", nullptr));
  return is_counter_mode(scheme) ? counter.get() : chain.get();
}

// 23001-7 keeps both in four bits.
constexpr int longest_pattern = 15;

bool is_pattern(Pattern pattern) {
  return pattern.crypt <= longest_pattern && pattern.skip <= longest_pattern &&
         (pattern.crypt > 0 || pattern.skip == 0);
}

bool fits(Scheme scheme, std::size_t size, std::span<const Subsample> subsamples) {
  std::uint64_t sum = 0;
  for (const auto& subsample : subsamples) {
    sum += std::uint64_t{subsample.clear} + subsample.protected_bytes;
    // The chain of cbc1 goes on in the next one.
    if (scheme == Scheme::Cbc1 && subsample.protected_bytes % aes_block != 0) return false;
  }
  return subsamples.empty() || sum == size;
}

std::size_t whole_blocks(std::size_t bytes) {
  return bytes / aes_block * aes_block;
}

}  // namespace

std::string_view name_of(DecryptStatus status) {
  switch (status) {
    case DecryptStatus::Done: return "done";
    case DecryptStatus::BadSubsamples: return "bad-subsamples";
    case DecryptStatus::BadPattern: return "bad-pattern";
    case DecryptStatus::CipherFailed: break;
  }
  return "cipher-failed";
}

void SampleDecryptor::FreeContext::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);  // wipes the key
}

Result<SampleDecryptor> SampleDecryptor::make(Scheme scheme, const AesKey& key) {
  Context context(EVP_CIPHER_CTX_new());
  const auto* const cipher = cipher_for(scheme);
  if (!context || cipher == nullptr ||
      EVP_DecryptInit_ex2(context.get(), cipher, key.data(), nullptr, nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1)
    return fail(ErrorCategory::Internal, "no-cipher", "OpenSSL has no AES here");
  return SampleDecryptor(scheme, std::move(context));
}

bool SampleDecryptor::start(const AesIv& iv) {
  return EVP_DecryptInit_ex2(context_.get(), nullptr, nullptr, iv.data(), nullptr) == 1;
}

bool SampleDecryptor::run(std::span<std::uint8_t> bytes) {
  constexpr std::size_t most = std::numeric_limits<int>::max() / aes_block * aes_block;  // EVP counts in int
  while (!bytes.empty()) {
    const auto now = bytes.first(std::min(bytes.size(), most));
    int written = 0;
    if (EVP_DecryptUpdate(context_.get(), now.data(), &written, now.data(), static_cast<int>(now.size())) !=
            1 ||
        written != static_cast<int>(now.size()))
      return false;
    bytes = bytes.subspan(now.size());
  }
  return true;
}

// The counter is the low half of the block alone and wraps within it (23001-7, 9.3); OpenSSL's would carry
// into the other half.
bool SampleDecryptor::run_counter(std::span<std::uint8_t> bytes) {
  if (bytes_to_wrap_ == 0) return run(bytes);
  if (bytes.size() < bytes_to_wrap_) {
    bytes_to_wrap_ -= bytes.size();
    return run(bytes);
  }
  const std::size_t before = std::exchange(bytes_to_wrap_, 0U);
  if (!run(bytes.first(before))) return false;
  std::fill(iv_.begin() + 8, iv_.end(), std::uint8_t{0});
  return start(iv_) && run(bytes.subspan(before));
}

bool SampleDecryptor::run_pattern(std::span<std::uint8_t> bytes, Pattern pattern) {
  const auto crypt = pattern.crypt * aes_block, turn = crypt + pattern.skip * aes_block;
  auto blocks = bytes.first(whole_blocks(bytes.size()));
  while (!blocks.empty()) {
    const auto encrypted = blocks.first(std::min(crypt, blocks.size()));
    if (!(is_counter_mode(scheme_) ? run_counter(encrypted) : run(encrypted))) return false;
    blocks = blocks.subspan(std::min(turn, blocks.size()));
  }
  return true;
}

bool SampleDecryptor::run_protected(std::span<std::uint8_t> bytes, Pattern pattern) {
  if (pattern != Pattern{}) return run_pattern(bytes, pattern);
  if (scheme_ == Scheme::Cenc) return run_counter(bytes);
  const auto blocks = bytes.first(whole_blocks(bytes.size()));
  return is_counter_mode(scheme_) ? run_counter(blocks) : run(blocks);
}

DecryptStatus SampleDecryptor::decrypt(std::span<std::uint8_t> sample, const ProtectedSample& how) {
  if (!is_pattern(how.pattern) || (!has_patterns(scheme_) && how.pattern != Pattern{}))
    return DecryptStatus::BadPattern;
  if (!fits(scheme_, sample.size(), how.subsamples)) return DecryptStatus::BadSubsamples;

  iv_ = how.iv;
  std::uint64_t counter = 0;
  for (std::size_t i = 8; i < aes_block; ++i) counter = counter << 8U | iv_[i];
  const std::uint64_t blocks_to_wrap = 0 - counter;
  bytes_to_wrap_ = blocks_to_wrap <= std::numeric_limits<std::uint64_t>::max() / aes_block
                       ? blocks_to_wrap * aes_block
                       : 0;
  if (!start(iv_)) return DecryptStatus::CipherFailed;
  if (how.subsamples.empty())
    return run_protected(sample, how.pattern) ? DecryptStatus::Done : DecryptStatus::CipherFailed;

  bool is_first = true;
  for (const auto& subsample : how.subsamples) {
    const auto bytes = sample.subspan(subsample.clear, subsample.protected_bytes);
    sample = sample.subspan(std::size_t{subsample.clear} + subsample.protected_bytes);
    if (bytes.empty()) continue;
    if (scheme_ == Scheme::Cbcs && !std::exchange(is_first, false) && !start(iv_))
      return DecryptStatus::CipherFailed;
    if (!run_protected(bytes, how.pattern)) return DecryptStatus::CipherFailed;
  }
  return DecryptStatus::Done;
}

}  // namespace freshet::drm
