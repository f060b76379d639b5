// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/key_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::drm {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kid = "30313233343536373839303132333435", key = "00112233445566778899aabbccddeeff";

TEST(LabelledKey, HasALabelOrNone) {
  const auto plain = parse_labelled_key(kid + ":" + key);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->label, std::nullopt);
  EXPECT_EQ(to_text(plain->key.id), kid);
  EXPECT_EQ(parse_labelled_key("video=" + kid + ":" + key)->label, TrackKind::Video);
  EXPECT_EQ(parse_labelled_key("AUDIO=" + kid + ":" + key)->label, TrackKind::Audio);
  EXPECT_EQ(parse_labelled_key("text=" + kid + ":" + key)->label, TrackKind::Text);
  for (const auto& bad : {"film=" + kid + ":" + key, "=" + kid + ":" + key, "video=" + kid,
                          std::string("video="), std::string()}) {
    const auto refused = parse_labelled_key(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, "bad-key");
    EXPECT_FALSE(refused.error().hint.empty());
  }
}

std::string cpix(const std::string& keys, const std::string& rules) {
  return "<?xml version=\"1.0\"?>\n<!-- <ContentKey> in a comment -->\n<cpix:CPIX "
         "xmlns:cpix=\"urn:dashif:org:cpix\" "
         "xmlns:pskc=\"urn:ietf:params:xml:ns:keyprov:pskc\">\n<cpix:ContentKeyList>" +
         keys + "</cpix:ContentKeyList><cpix:ContentKeyUsageRuleList>" + rules +
         "</cpix:ContentKeyUsageRuleList></cpix:CPIX>\n";
}
std::string content_key(const std::string& id, const std::string& value) {
  return "<cpix:ContentKey explicitIV=\"AAAA\" kid=\"" + id +
         "\"><cpix:Data><pskc:Secret><pskc:PlainValue> " + value +
         "\n</pskc:PlainValue></pskc:Secret></cpix:Data></cpix:ContentKey>";
}
const std::string first = "30313233-3435-3637-3839-303132333435",
                  second = "31313233-3435-3637-3839-303132333435";

TEST(KeyList, ReadsTheKeysAndTracksOfACpixDocument) {
  const auto keys = parse_key_list(
      cpix(content_key(first, "ABEiM0RVZneImaq7zN3u/w==") + content_key(second, "AAAAAAAAAAAAAAAAAAAAAQ=="),
           "<cpix:ContentKeyUsageRule kid='" + second + "' intendedTrackType='AUDIO'/>"));
  ASSERT_TRUE(keys) << keys.error().message;
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ(to_text((*keys)[0].key.id), kid);
  EXPECT_EQ((*keys)[0].key.key[15], 0xff);
  EXPECT_EQ((*keys)[0].key.key[1], 0x11);
  EXPECT_EQ((*keys)[0].label, std::nullopt);
  EXPECT_EQ((*keys)[1].label, TrackKind::Audio);
  EXPECT_EQ((*keys)[1].key.key[15], 1);
}

TEST(KeyList, ReadsKeySetsAndLinesToo) {
  EXPECT_EQ(parse_key_list("# film\n" + kid + ":" + key + "\n")->size(), 1U);
  EXPECT_EQ(parse_key_list(
                R"({"keys":[{"kty":"oct","kid":"ASNFZ4mrze8BI0VniavN7w","k":"ABEiM0RVZneImaq7zN3u_w"}]})")
                ->size(),
            1U);
}

TEST(KeyList, RefusesDocumentsThatDoNotSayAKey) {
  const auto good = content_key(first, "ABEiM0RVZneImaq7zN3u/w==");
  for (const auto& bad :
       {cpix("", ""), cpix(content_key("film", "ABEiM0RVZneImaq7zN3u/w=="), ""),
        cpix(content_key(first, "ABEiM0RVZneImaq7zN3u"), ""),
        cpix(content_key(first, "ABEiM0RVZneImaq7zN3u/w=*"), ""),
        cpix(content_key(first, "ABEiM0RVZneImaq7zN3u===="), ""),
        cpix("<cpix:ContentKey kid=\"" + first + "\"/>", ""),
        cpix(good, "<cpix:ContentKeyUsageRule kid='" + first + "' intendedTrackType='HOLOGRAM'/>"),
        cpix(good, "<cpix:ContentKeyUsageRule intendedTrackType='AUDIO'/>"), std::string("<"),
        std::string("<!-- "), "<CPIX>" + std::string(70'000, ' '), cpix(good, "").substr(0, 100)}) {
    const auto refused = parse_key_list(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, "bad-key-set");
    EXPECT_THAT(refused.error().message, Not(HasSubstr("ABEiM0")));
  }
}

}  // namespace
}  // namespace freshet::drm
