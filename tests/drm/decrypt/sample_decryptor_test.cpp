// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/decrypt/sample_decryptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <string>

#include "tests/drm/decrypt/plain_decryptor.h"

namespace freshet::drm {
namespace {

using Bytes8 = std::vector<std::uint8_t>;

Bytes8 hex(std::string_view text) {
  Bytes8 bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return bytes;
}
template <class Array>
Array as(const Bytes8& bytes) {
  Array array{};
  std::ranges::copy(bytes, array.begin());
  return array;
}

SampleDecryptor decryptor(Scheme scheme, const AesKey& key) {
  auto made = SampleDecryptor::make(scheme, key);
  EXPECT_TRUE(made);
  return std::move(made).value();
}

// The example key and plaintext of NIST SP 800-38A, appendix F.
const AesKey nist_key = as<AesKey>(hex("2b7e151628aed2a6abf7158809cf4f3c"));
const Bytes8 nist_clear =
    hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");

TEST(SampleDecryptor, KnowsTheCounterModeOfNist) {  // F.5.2
  auto sample =
      hex("874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
          "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee");
  const ProtectedSample how{
      .iv = as<AesIv>(hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")), .subsamples = {}, .pattern = {}};
  EXPECT_EQ(decryptor(Scheme::Cenc, nist_key).decrypt(sample, how), DecryptStatus::Done);
  EXPECT_EQ(sample, nist_clear);
}

TEST(SampleDecryptor, KnowsTheChainModeOfNist) {  // F.2.2
  const auto cipher =
      hex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
          "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7");
  const ProtectedSample how{
      .iv = as<AesIv>(hex("000102030405060708090a0b0c0d0e0f")), .subsamples = {}, .pattern = {}};
  for (const auto scheme : {Scheme::Cbc1, Scheme::Cbcs}) {
    auto sample = cipher;
    EXPECT_EQ(decryptor(scheme, nist_key).decrypt(sample, how), DecryptStatus::Done);
    EXPECT_EQ(sample, nist_clear);
  }
}

TEST(SampleDecryptor, WrapsTheCounterInItsLowHalf) {
  auto iv = as<AesIv>(hex("00112233445566778899aabbccddeeff"));
  std::fill(iv.begin() + 8, iv.end(), std::uint8_t{0xff});  // one block before the end
  const ProtectedSample how{.iv = iv, .subsamples = {}, .pattern = {}};
  for (const std::size_t size : {15U, 16U, 17U, 100U}) {
    Bytes8 sample(size, 7), expected = sample;
    decrypt_plainly(Scheme::Cenc, nist_key, expected, how);
    EXPECT_EQ(decryptor(Scheme::Cenc, nist_key).decrypt(sample, how), DecryptStatus::Done);
    EXPECT_EQ(sample, expected) << size;
  }
}

struct PatternCase {
  Pattern pattern;
  std::vector<int> encrypted;  // of six blocks and five bytes: which blocks change
};

class CbcsPattern : public testing::TestWithParam<PatternCase> {};

TEST_P(CbcsPattern, TouchesTheseBlocks) {
  const Bytes8 before(6 * aes_block + 5, 0x55);
  auto sample = before;
  const ProtectedSample how{.iv = {}, .subsamples = {}, .pattern = GetParam().pattern};
  EXPECT_EQ(decryptor(Scheme::Cbcs, nist_key).decrypt(sample, how), DecryptStatus::Done);
  std::vector<int> changed;
  for (int block = 0; block < 7; ++block) {
    const auto begin = static_cast<std::size_t>(block) * aes_block;
    const auto end = std::min(begin + aes_block, sample.size());
    if (!std::equal(sample.begin() + static_cast<std::ptrdiff_t>(begin),
                    sample.begin() + static_cast<std::ptrdiff_t>(end),
                    before.begin() + static_cast<std::ptrdiff_t>(begin)))
      changed.push_back(block);
  }
  EXPECT_EQ(changed, GetParam().encrypted);
}

INSTANTIATE_TEST_SUITE_P(Patterns, CbcsPattern,
                         testing::Values(PatternCase{{0, 0}, {0, 1, 2, 3, 4, 5}},
                                         PatternCase{{1, 0}, {0, 1, 2, 3, 4, 5}},
                                         PatternCase{{1, 1}, {0, 2, 4}}, PatternCase{{2, 1}, {0, 1, 3, 4}},
                                         PatternCase{{1, 9}, {0}}, PatternCase{{5, 5}, {0, 1, 2, 3, 4}},
                                         PatternCase{{8, 2}, {0, 1, 2, 3, 4, 5}},
                                         PatternCase{{10, 0}, {0, 1, 2, 3, 4, 5}}));

TEST(SampleDecryptor, RefusesWhatIsNoPattern) {
  Bytes8 sample(64, 1);
  const auto before = sample;
  for (const Pattern pattern : {Pattern{16, 0}, Pattern{1, 16}, Pattern{0, 1}, Pattern{0, 15}}) {
    for (const auto scheme : {Scheme::Cens, Scheme::Cbcs})
      EXPECT_EQ(decryptor(scheme, nist_key).decrypt(sample, {.iv = {}, .subsamples = {}, .pattern = pattern}),
                DecryptStatus::BadPattern);
  }
  for (const auto scheme : {Scheme::Cenc, Scheme::Cbc1})
    EXPECT_EQ(decryptor(scheme, nist_key).decrypt(sample, {.iv = {}, .subsamples = {}, .pattern = {1, 9}}),
              DecryptStatus::BadPattern);
  EXPECT_EQ(sample, before);
}

TEST(SampleDecryptor, RefusesAMapThatIsNotOfThisSample) {
  Bytes8 sample(64, 1);
  const auto before = sample;
  const auto status = [&](Scheme scheme, const std::vector<Subsample>& map) {
    return decryptor(scheme, nist_key).decrypt(sample, {.iv = {}, .subsamples = map, .pattern = {}});
  };
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();
  for (const auto scheme : {Scheme::Cenc, Scheme::Cens, Scheme::Cbc1, Scheme::Cbcs}) {
    EXPECT_EQ(status(scheme, {{0, 48}}), DecryptStatus::BadSubsamples) << "too short";
    EXPECT_EQ(status(scheme, {{17, 48}}), DecryptStatus::BadSubsamples) << "too long";
    EXPECT_EQ(status(scheme, {{0, 32}, {0, 48}}), DecryptStatus::BadSubsamples);
    EXPECT_EQ(status(scheme, {{most, most}, {most, most}}), DecryptStatus::BadSubsamples);
    EXPECT_EQ(status(scheme, {{most, 65}}), DecryptStatus::BadSubsamples) << "the sum wraps in 32 bits";
  }
  EXPECT_EQ(status(Scheme::Cbc1, {{4, 20}, {8, 32}}), DecryptStatus::BadSubsamples) << "a block is cut";
  EXPECT_EQ(sample, before);
  EXPECT_EQ(status(Scheme::Cbcs, {{4, 20}, {8, 32}}), DecryptStatus::Done);
}

TEST(SampleDecryptor, TakesAnEmptySample) {
  Bytes8 sample;
  const std::vector<Subsample> map{{0, 0}, {0, 0}};
  for (const auto scheme : {Scheme::Cenc, Scheme::Cens, Scheme::Cbc1, Scheme::Cbcs}) {
    EXPECT_EQ(decryptor(scheme, nist_key).decrypt(sample, {}), DecryptStatus::Done);
    EXPECT_EQ(decryptor(scheme, nist_key).decrypt(sample, {.iv = {}, .subsamples = map, .pattern = {}}),
              DecryptStatus::Done);
  }
}

TEST(SampleDecryptor, DoesWhatThePlainOneDoes) {
  std::mt19937 random(20261122);
  const auto below = [&](unsigned bound) { return static_cast<std::uint32_t>(random() % bound); };
  constexpr std::array schemes{Scheme::Cenc, Scheme::Cens, Scheme::Cbc1, Scheme::Cbcs};
  std::vector<SampleDecryptor> all;
  AesKey key{};
  for (auto& byte : key) byte = static_cast<std::uint8_t>(random());
  for (const auto scheme : schemes) all.push_back(decryptor(scheme, key));
  for (int round = 0; round < 12'000; ++round) {
    auto& one = all[static_cast<std::size_t>(round) % schemes.size()];
    const bool has_pattern = one.scheme() == Scheme::Cens || one.scheme() == Scheme::Cbcs;
    std::vector<Subsample> map;
    std::size_t size = 0;
    for (auto count = below(8); count > 0; --count) {
      Subsample subsample{below(3) == 0 ? 0 : below(60), below(4) == 0 ? below(20) : below(400)};
      if (one.scheme() == Scheme::Cbc1) subsample.protected_bytes &= ~15U;
      map.push_back(subsample);
      size += subsample.clear + subsample.protected_bytes;
    }
    if (map.empty()) size = below(900);
    ProtectedSample how{.iv = {}, .subsamples = map, .pattern = {}};
    for (auto& byte : how.iv) byte = static_cast<std::uint8_t>(random());
    if (below(3) == 0) std::fill(how.iv.begin() + 8, how.iv.end(), std::uint8_t{0});  // an IV of 8 bytes
    if (below(3) == 0) std::fill(how.iv.begin() + 8, how.iv.end() - 1, std::uint8_t{0xff});  // soon wraps
    if (has_pattern && below(3) > 0)
      how.pattern = {static_cast<std::uint8_t>(1 + below(15)), static_cast<std::uint8_t>(below(16))};
    Bytes8 sample(size);
    for (auto& byte : sample) byte = static_cast<std::uint8_t>(random());
    auto expected = sample;
    decrypt_plainly(one.scheme(), key, expected, how);
    ASSERT_EQ(one.decrypt(sample, how), DecryptStatus::Done) << "round " << round;
    ASSERT_EQ(sample, expected) << "round " << round;
  }
}

TEST(DecryptStatus, HasANameForEach) {
  EXPECT_EQ(name_of(DecryptStatus::Done), "done");
  EXPECT_EQ(name_of(DecryptStatus::BadSubsamples), "bad-subsamples");
  EXPECT_EQ(name_of(DecryptStatus::BadPattern), "bad-pattern");
  EXPECT_EQ(name_of(DecryptStatus::CipherFailed), "cipher-failed");
}

}  // namespace
}  // namespace freshet::drm
