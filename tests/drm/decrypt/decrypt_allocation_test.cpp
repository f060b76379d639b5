// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Nothing is allocated for a packet, by us or by OpenSSL. A program of its own: OpenSSL's allocator can be
// replaced only before its first use.
#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>
#include <openssl/crypto.h>

#include "drm/decrypt/sample_decryptor.h"

namespace {

std::atomic<int> allocations{0};

void* counted_malloc(std::size_t size, const char*, int) {
  ++allocations;
  return std::malloc(size);
}
void* counted_realloc(void* old, std::size_t size, const char*, int) {
  ++allocations;
  return std::realloc(old, size);
}
void counted_free(void* bytes, const char*, int) {
  std::free(bytes);
}

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* bytes = std::malloc(size)) return bytes;
  throw std::bad_alloc();
}
void operator delete(void* bytes) noexcept {
  std::free(bytes);
}
void operator delete(void* bytes, std::size_t) noexcept {
  std::free(bytes);
}

namespace freshet::drm {
namespace {

TEST(SampleDecryptor, AllocatesNothingForASample) {
  ASSERT_EQ(CRYPTO_set_mem_functions(counted_malloc, counted_realloc, counted_free), 1);
  std::vector<std::uint8_t> sample(20'000, 1);
  const std::vector<Subsample> map{{100, 9'600}, {300, 10'000}};
  for (const auto scheme : {Scheme::Cenc, Scheme::Cens, Scheme::Cbc1, Scheme::Cbcs}) {
    const int before_all = allocations;
    auto decryptor = SampleDecryptor::make(scheme, AesKey{}).value();
    EXPECT_GT(allocations, before_all) << "the counter counts";
    const bool has_pattern = scheme == Scheme::Cens || scheme == Scheme::Cbcs;
    const ProtectedSample how{
        .iv = {}, .subsamples = map, .pattern = has_pattern ? Pattern{1, 9} : Pattern{}};
    ASSERT_EQ(decryptor.decrypt(sample, how), DecryptStatus::Done);
    const int before = allocations;
    for (int i = 0; i < 100; ++i) static_cast<void>(decryptor.decrypt(sample, how));
    EXPECT_EQ(allocations, before);
  }
}

}  // namespace
}  // namespace freshet::drm
