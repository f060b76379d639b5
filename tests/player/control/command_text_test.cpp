// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/command_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace freshet::control {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> words(const Command& command) {
  std::vector<std::string> result{command.name};
  for (const Json& argument : command.arguments) result.push_back(argument.get<std::string>());
  return result;
}

TEST(CommandText, SplitsWordsAndCommands) {
  const auto commands = parse_command_text("  seek  10 exact ;show-text hi;; quit");
  ASSERT_TRUE(commands);
  ASSERT_EQ(commands->size(), 3U);
  EXPECT_THAT(words((*commands)[0]), ElementsAre("seek", "10", "exact"));
  EXPECT_THAT(words((*commands)[1]), ElementsAre("show-text", "hi"));
  EXPECT_THAT(words((*commands)[2]), ElementsAre("quit"));
  EXPECT_TRUE(parse_command_text("")->empty());
  EXPECT_TRUE(parse_command_text(" # only a comment ; quit")->empty());
}

TEST(CommandText, KeepsWhatQuotesHold) {
  const auto commands = parse_command_text(R"(show-text "a;b \"c\" \n\x41é\\" 'it"s $x;' `#"both'#`)");
  ASSERT_TRUE(commands) << commands.error().message;
  ASSERT_EQ(commands->size(), 1U);
  EXPECT_THAT(words((*commands)[0]), ElementsAre("show-text", "a;b \"c\" \nAé\\", "it\"s $x;", "\"both'"));
}

TEST(CommandText, UnderstandsPrefixesAndOldSpellings) {
  const auto commands =
      parse_command_text("no-osd async raw show_text x; osd-msg-bar seek 1; repeatable osd-bar add volume 2");
  ASSERT_TRUE(commands);
  ASSERT_EQ(commands->size(), 3U);
  EXPECT_EQ((*commands)[0].name, "show-text");
  EXPECT_EQ((*commands)[0].osd, OsdMode::No);
  EXPECT_EQ((*commands)[0].expand, Expand::No);
  EXPECT_EQ((*commands)[1].osd, OsdMode::MessageBar);
  EXPECT_EQ((*commands)[1].expand, Expand::Yes);
  EXPECT_EQ((*commands)[2].osd, OsdMode::Bar);
}

TEST(CommandText, RefusesWhatIsMalformed) {
  for (const std::string_view text :
       {"show-text \"open", "show-text 'open", "show-text \"bad \\q\"", "a \"x\"y", "a `#open",
        "show-text \"\\x4\"", "show-text \"\\uZZZZ\"", "\"\""}) {
    EXPECT_FALSE(parse_command_text(text)) << text;
  }
  EXPECT_FALSE(parse_command_text(std::string_view("a\0b", 3)));
  std::string many;
  for (std::size_t i = 0; i <= max_commands; ++i) many += "ignore;";
  EXPECT_FALSE(parse_command_text(many));
  std::string long_one = "a";
  for (std::size_t i = 0; i <= max_arguments; ++i) long_one += " b";
  EXPECT_FALSE(parse_command_text(long_one));
}

TEST(CommandJson, ReadsListsAndObjects) {
  auto command = parse_command_json(Json::parse(R"(["seek", 10.5, "exact"])"));
  ASSERT_TRUE(command);
  EXPECT_EQ(command->name, "seek");
  EXPECT_EQ(command->arguments, (std::vector<Json>{10.5, "exact"}));
  EXPECT_EQ(command->osd, OsdMode::No);
  EXPECT_EQ(command->expand, Expand::No);
  command = parse_command_json(Json::parse(R"(["osd-auto", "expand-properties", "show-text", "x"])"));
  ASSERT_TRUE(command);
  EXPECT_EQ(command->osd, OsdMode::Auto);
  EXPECT_EQ(command->expand, Expand::Yes);
  command = parse_command_json(Json::parse(R"({"name": "seek", "target": 1, "_flags": ["osd-bar"]})"));
  ASSERT_TRUE(command);
  EXPECT_EQ(command->osd, OsdMode::Bar);
  ASSERT_EQ(command->named.size(), 1U);
  EXPECT_EQ(command->named[0].first, "target");
  for (const char* text : {"5", "[]", "[1]", R"([""])", R"({"target": 1})", R"({"name": 3})", R"(["no-osd"])",
                           R"({"name":"a","_flags":["nope"]})"}) {
    EXPECT_FALSE(parse_command_json(Json::parse(text))) << text;
  }
}

TEST(JsonText, WritesNumbersAsMpvDoes) {
  EXPECT_EQ(json_text(Json::parse(R"({"a":[1,2.5,true,null,"é"]})")), R"({"a":[1,2.500000,true,null,"é"]})");
  EXPECT_EQ(json_text(Json("bad \xFF")), "\"bad \xEF\xBF\xBD\"");
}

TEST(JsonText, RefusesDeepNesting) {
  EXPECT_TRUE(parse_json(std::string(32, '[') + std::string(32, ']')));
  EXPECT_FALSE(parse_json(std::string(33, '[') + std::string(33, ']')));
  EXPECT_TRUE(parse_json("\"" + std::string(100, '[') + "\""));
  EXPECT_FALSE(parse_json("{"));
}

}  // namespace
}  // namespace freshet::control
