// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/metadata/metadata_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::streaming {
namespace {

template <class Message>
Message read(const std::string& text) {
  const auto message = decode_metadata_message(text);
  EXPECT_TRUE(message) << text;
  return std::get<Message>(message.value());
}

TEST(MetadataMessages, AreThoseOfBep9) {
  EXPECT_EQ(encode(AskMetadata{3}), "d8:msg_typei0e5:piecei3ee");
  EXPECT_EQ(encode(NoMetadata{3}), "d8:msg_typei2e5:piecei3ee");
  const std::string bytes(1000, 'x');
  EXPECT_EQ(encode(HereIsMetadata{1, metadata_piece_size + 1000, bytes}),
            "d8:msg_typei1e5:piecei1e10:total_sizei17384ee" + bytes);
}

TEST(MetadataMessages, AreReadAsTheyAreWritten) {
  EXPECT_EQ(read<AskMetadata>(encode(AskMetadata{7})).piece, 7);
  EXPECT_EQ(read<NoMetadata>(encode(NoMetadata{7})).piece, 7);
  const std::string bytes(metadata_piece_size, 'x');
  const auto text = encode(HereIsMetadata{0, metadata_piece_size + 1, bytes});
  const auto here = read<HereIsMetadata>(text);
  EXPECT_EQ(here.piece, 0);
  EXPECT_EQ(here.size, metadata_piece_size + 1);
  EXPECT_TRUE(std::ranges::equal(here.bytes, bytes));
}

TEST(MetadataMessages, MayHaveMoreInThem) {
  EXPECT_EQ(read<AskMetadata>("d4:morel1:ae8:msg_typei0e5:piecei3ee").piece, 3);
  static_cast<void>(read<UnknownMetadataMessage>("d8:msg_typei3ee"));
}

TEST(MetadataMessages, ThatBreakTheRulesAreRefused) {
  const std::string data = "d8:msg_typei1e5:piecei0e10:total_sizei4ee";
  for (const std::string& text :
       {std::string(), std::string("d"), std::string("le"), std::string("de"), std::string("i0e"),
        std::string("d8:msg_typei0ee"), std::string("d8:msg_typei0e5:piecei-1ee"),
        std::string("d8:msg_typei0e5:piecei640ee"), std::string("d8:msg_typei-1e5:piecei0ee"), data,
        data + "abc", data + "abcde", std::string("d8:msg_typei1e5:piecei1e10:total_sizei4eeabcd"),
        std::string("d8:msg_typei1e5:piecei0e10:total_sizei0ee"),
        std::string("d8:msg_typei1e5:piecei0eeabcd"),
        std::string("d8:msg_typei1e5:piecei0e10:total_sizei99999999999eeabcd"),
        std::string(20, 'l') + std::string(20, 'e')})
    EXPECT_FALSE(decode_metadata_message(text)) << text;
  EXPECT_TRUE(decode_metadata_message(data + "abcd"));
}

}  // namespace
}  // namespace freshet::streaming
