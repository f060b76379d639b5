// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/sample_encryptor.h"

#include <gtest/gtest.h>
#include <random>

#include "drm/decrypt/sample_decryptor.h"

namespace freshet::drm {
namespace {

using Bytes8 = std::vector<std::uint8_t>;

// NIST SP 800-38A, F.2.1 and F.5.1.
TEST(SampleEncryptor, KnowsTheModesOfNist) {
  const AesKey key{0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
                   0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c};
  const Bytes8 clear{0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96,
                     0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a};
  auto counted = clear, chained = clear;
  ASSERT_TRUE(SampleEncryptor::make(Scheme::Cenc, key)
                  .value()
                  .encrypt(counted, {.iv = {0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
                                            0xfb, 0xfc, 0xfd, 0xfe, 0xff},
                                     .subsamples = {},
                                     .pattern = {}}));
  EXPECT_EQ(counted, (Bytes8{0x87, 0x4d, 0x61, 0x91, 0xb6, 0x20, 0xe3, 0x26, 0x1b, 0xef, 0x68, 0x64, 0x99,
                             0x0d, 0xb6, 0xce}));
  ASSERT_TRUE(SampleEncryptor::make(Scheme::Cbc1, key)
                  .value()
                  .encrypt(chained, {.iv = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                     .subsamples = {},
                                     .pattern = {}}));
  EXPECT_EQ(chained, (Bytes8{0x76, 0x49, 0xab, 0xac, 0x81, 0x19, 0xb2, 0x46, 0xce, 0xe9, 0x8e, 0x9b, 0x12,
                             0xe9, 0x19, 0x7d}));
}

// The decryptor is checked against plain code and other people's files; a thousand random maps for each
// scheme.
TEST(SampleEncryptor, IsUndoneByTheDecryptor) {
  std::mt19937 random(7);
  for (const auto scheme : {Scheme::Cenc, Scheme::Cens, Scheme::Cbc1, Scheme::Cbcs}) {
    AesKey key{};
    for (auto& byte : key) byte = static_cast<std::uint8_t>(random());
    auto encryptor = SampleEncryptor::make(scheme, key).value();
    auto decryptor = SampleDecryptor::make(scheme, key).value();
    for (int round = 0; round < 1000; ++round) {
      std::vector<Subsample> map;
      std::size_t size = random() % 5 == 0 ? random() % 300 : 0;
      const bool is_whole = size != 0;
      for (auto parts = is_whole ? 0 : random() % 6 + 1; parts > 0; --parts) {
        Subsample part{.clear = static_cast<std::uint32_t>(random() % 50),
                       .protected_bytes = static_cast<std::uint32_t>(random() % 400)};
        if (scheme == Scheme::Cbc1) part.protected_bytes = part.protected_bytes / 16 * 16;
        map.push_back(part);
        size += part.clear + part.protected_bytes;
      }
      Bytes8 clear(size);
      for (auto& byte : clear) byte = static_cast<std::uint8_t>(random());
      ProtectedSample how{.iv = {}, .subsamples = map, .pattern = {}};
      for (auto& byte : how.iv) byte = static_cast<std::uint8_t>(random());
      how.iv[8] &= 0x7fU;
      if ((scheme == Scheme::Cens || scheme == Scheme::Cbcs) && random() % 2 == 0) how.pattern = {1, 9};
      auto sample = clear;
      ASSERT_TRUE(encryptor.encrypt(sample, how));
      if (size > 200 && is_whole) {
        EXPECT_NE(sample, clear);
      }
      ASSERT_EQ(decryptor.decrypt(sample, how), DecryptStatus::Done);
      ASSERT_EQ(sample, clear);
    }
  }
}

}  // namespace
}  // namespace freshet::drm
