// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/drm/decrypt/plain_decryptor.h"

#include <memory>
#include <openssl/evp.h>
#include <stdexcept>
#include <vector>

namespace freshet::drm {
namespace {

using Block = std::array<std::uint8_t, aes_block>;

class Aes {
 public:
  explicit Aes(const AesKey& key) : encrypt_(make(key, 1)), decrypt_(make(key, 0)) {}
  Block encrypt(const Block& block) const { return run(encrypt_.get(), block); }
  Block decrypt(const Block& block) const { return run(decrypt_.get(), block); }

 private:
  using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
  static Context make(const AesKey& key, int encrypts) {
    Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    if (EVP_CipherInit_ex(context.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr, encrypts) != 1 ||
        EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1)
      throw std::runtime_error("no AES");
    return context;
  }
  static Block run(EVP_CIPHER_CTX* context, const Block& block) {
    Block result{};
    int written = 0;
    if (EVP_CipherUpdate(context, result.data(), &written, block.data(), aes_block) != 1 ||
        written != aes_block)
      throw std::runtime_error("AES failed");
    return result;
  }
  Context encrypt_, decrypt_;
};

// The places of the encrypted bytes of each subsample.
std::vector<std::vector<std::size_t>> encrypted_places(Scheme scheme, std::size_t size,
                                                       const ProtectedSample& how) {
  std::vector<Subsample> subsamples(how.subsamples.begin(), how.subsamples.end());
  if (subsamples.empty()) subsamples.push_back({0, static_cast<std::uint32_t>(size)});
  const bool whole_blocks_only = scheme != Scheme::Cenc;
  std::vector<std::vector<std::size_t>> all;
  std::size_t at = 0;
  for (const auto& subsample : subsamples) {
    at += subsample.clear;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < subsample.protected_bytes; ++i) {
      const auto block = i / aes_block;
      const bool is_whole = (block + 1) * aes_block <= subsample.protected_bytes;
      const auto turn = static_cast<std::size_t>(how.pattern.crypt) + how.pattern.skip;
      const bool is_of_pattern = turn == 0 || block % turn < how.pattern.crypt;
      if ((is_whole || !whole_blocks_only) && is_of_pattern) places.push_back(at + i);
    }
    at += subsample.protected_bytes;
    all.push_back(std::move(places));
  }
  return all;
}

void run_counter(const Aes& aes, std::span<std::uint8_t> sample, const AesIv& iv,
                 const std::vector<std::vector<std::size_t>>& places) {
  std::uint64_t count = 0;
  for (const auto& subsample : places) {
    for (const auto place : subsample) {
      Block counter = iv;
      std::uint64_t low = 0;
      for (std::size_t i = 8; i < aes_block; ++i) low = low << 8U | iv[i];
      low += count / aes_block;
      for (std::size_t i = aes_block; i-- > 8; low >>= 8U) counter[i] = static_cast<std::uint8_t>(low);
      sample[place] ^= aes.encrypt(counter)[count % aes_block];
      ++count;
    }
  }
}

void run_chain(const Aes& aes, std::span<std::uint8_t> sample, const AesIv& iv, bool begins_anew,
               const std::vector<std::vector<std::size_t>>& places) {
  Block before = iv;
  for (const auto& subsample : places) {
    if (begins_anew) before = iv;
    for (std::size_t first = 0; first < subsample.size(); first += aes_block) {
      Block block{};
      for (std::size_t i = 0; i < aes_block; ++i) block[i] = sample[subsample[first + i]];
      const auto clear = aes.decrypt(block);
      for (std::size_t i = 0; i < aes_block; ++i) sample[subsample[first + i]] = clear[i] ^ before[i];
      before = block;
    }
  }
}

}  // namespace

void decrypt_plainly(Scheme scheme, const AesKey& key, std::span<std::uint8_t> sample,
                     const ProtectedSample& how) {
  const Aes aes(key);
  const auto places = encrypted_places(scheme, sample.size(), how);
  if (scheme == Scheme::Cenc || scheme == Scheme::Cens)
    run_counter(aes, sample, how.iv, places);
  else
    run_chain(aes, sample, how.iv, scheme == Scheme::Cbcs, places);
}

}  // namespace freshet::drm
