// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/keys/key_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::drm {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* good_id = "00010203040506070809000a0b0c0d0e";
constexpr const char* good_key = "ffEEddCC00112233445566778899aabb";

TEST(Key, IsTwoTimesThirtyTwoDigits) {
  const auto key = parse_key(std::string(good_id) + ":" + good_key);
  ASSERT_TRUE(key);
  EXPECT_EQ(to_text(key->id), good_id);
  EXPECT_EQ(key->key[0], 0xff);
  EXPECT_EQ(key->key[15], 0xbb);
  const auto with_dashes = parse_key(std::string("00010203-0405-0607-0809-000a0b0c0d0e:") + good_key);
  ASSERT_TRUE(with_dashes);
  EXPECT_EQ(with_dashes->id, key->id);
}

TEST(Key, OfAnyOtherFormIsRefusedAndNeverRepeated) {
  const std::string id = good_id, key = good_key;
  for (const auto& text :
       {std::string(), id, id + ":", ":" + key, id + key, id + ":" + key + "0", id + ":" + key.substr(1),
        id.substr(1) + ":" + key, id + ":" + key + ":" + key, id + ": " + key.substr(1),
        id + ":g" + key.substr(1), "0001-02030405060708090-00a0b0c0d0e00:" + key, id + " :" + key}) {
    const auto refused = parse_key(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, "bad-key");
    EXPECT_EQ(refused.error().category, ErrorCategory::Usage);
    EXPECT_THAT(refused.error().message + refused.error().hint, Not(HasSubstr(key.substr(1)))) << text;
  }
}

// The example of the W3C's text, with both values 16 bytes long.
TEST(KeySet, IsAJwkSet) {
  const auto keys = parse_key_set(
      R"({"keys":[{"kty":"oct","kid":"LwVHf8JLtPrv2GUXFW2v_A","k":"tQ0bJVWb6b0KPL6KtZIy_A"}],"type":"temporary"})");
  ASSERT_TRUE(keys) << keys.error().message;
  ASSERT_EQ(keys->size(), 1U);
  EXPECT_EQ(to_text(keys->front().id), "2f05477fc24bb4faefd86517156daffc");
  EXPECT_EQ(keys->front().key[0], 0xb5);
  EXPECT_TRUE(parse_key_set(R"({"keys":[]})")) << "a licence may have none";
}

TEST(KeySet, RefusesWhatIsNone) {
  for (const char* text :
       {"", "{", "[]", "7", "null", R"({"keys":{}})", R"({"keys":[7]})", R"({"keys":[{}]})",
        R"({"keys":[{"kty":"RSA","kid":"LwVHf8JLtPrv2GUXFW2v_A","k":"tQ0bJVWb6b0KPL6KtZIy_A"}]})",
        R"({"keys":[{"kty":"oct","kid":"LwVHf8JLtPrv2GUXFW2v_A"}]})",
        R"({"keys":[{"kty":"oct","kid":"LwVHf8JLtPrv2GUXFW2v_A","k":7}]})",
        // padding, the other alphabet, a byte less, bits that mean nothing
        R"({"keys":[{"kty":"oct","kid":"LwVHf8JLtPrv2GUXFW2v_A==","k":"tQ0bJVWb6b0KPL6KtZIy_A"}]})",
        R"({"keys":[{"kty":"oct","kid":"LwVHf8JLtPrv2GUXFW2v/A","k":"tQ0bJVWb6b0KPL6KtZIy_A"}]})",
        R"({"keys":[{"kty":"oct","kid":"LwVHf8JLtPrv2GUXFW2v","k":"tQ0bJVWb6b0KPL6KtZIy_A"}]})",
        R"({"keys":[{"kty":"oct","kid":"LwVHf8JLtPrv2GUXFW2v_B","k":"tQ0bJVWb6b0KPL6KtZIy_A"}]})"}) {
    const auto refused = parse_key_set(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, "bad-key-set") << text;
    EXPECT_THAT(refused.error().message, Not(HasSubstr("tQ0b")));
  }
}

TEST(KeySet, IsBounded) {
  EXPECT_EQ(parse_key_set(std::string(70'000, ' ')).error().code, "bad-key-set");
  EXPECT_EQ(parse_key_set(std::string(60'000, '[')).error().code, "bad-key-set");
  std::string deep;
  for (int i = 0; i < 3000; ++i) deep += R"({"keys":)";
  EXPECT_EQ(parse_key_set(deep).error().code, "bad-key-set");
}

TEST(KeyFile, IsAKeySetOrLines) {
  const std::string line = std::string(good_id) + ":" + good_key;
  const auto lines =
      parse_key_file("# the film\n\n  " + line + " \r\n" + std::string(32, '1') + ":" + good_key);
  ASSERT_TRUE(lines) << lines.error().message;
  EXPECT_EQ(lines->size(), 2U);
  EXPECT_TRUE(parse_key_file("\n {\"keys\":[]}"));
  const auto wrong = parse_key_file(line + "\nnonsense\n");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("line 2"));
  EXPECT_FALSE(parse_key_file("# nothing\n"));
}

}  // namespace
}  // namespace freshet::drm
