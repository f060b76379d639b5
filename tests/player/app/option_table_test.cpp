// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/option_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace freshet::app {
namespace {

TEST(OptionTable, HasNoNameTwice) {
  std::set<std::string_view> seen;
  for (const std::string_view name : option_names()) EXPECT_TRUE(seen.insert(name).second) << name;
}

TEST(OptionTable, FindsNamesAndAliases) {
  for (const std::string_view name : option_names()) EXPECT_NE(find_option(name), nullptr) << name;
  EXPECT_EQ(find_option("fs"), find_option("fullscreen"));
  EXPECT_EQ(find_option("memory-cache"), find_option("demuxer-max-bytes"));
  EXPECT_EQ(find_option(""), nullptr);
  EXPECT_EQ(find_option("fs fullscreen"), nullptr);
}

TEST(OptionTable, SaysSomethingOfEveryOption) {
  for (const OptionInfo& option : option_table()) {
    EXPECT_TRUE(option.help.ends_with('.')) << option.name;
    EXPECT_NE(option.commands, 0) << option.name;
    ASSERT_NE(option.apply, nullptr) << option.name;
    if (needs_value(option) && option.type != ValueType::Choice && option.type != ValueType::Track) {
      EXPECT_FALSE(option.value_name.empty()) << option.name;
    }
    if (option.type == ValueType::Integer || option.type == ValueType::Number ||
        option.type == ValueType::Size) {
      EXPECT_LT(option.minimum, option.maximum) << option.name;
    }
    EXPECT_TRUE(option.type != ValueType::Choice || !option.choices.empty()) << option.name;
  }
}

TEST(OptionTable, AcceptsItsOwnExamplesAndChoices) {
  for (const OptionInfo& option : option_table()) {
    if (!option.example.empty()) {
      std::string example(option.example);
      std::erase(example, '\'');
      const auto equals = example.find('=');
      ASSERT_NE(equals, std::string::npos) << option.name;
      EXPECT_EQ(example.substr(2, equals - 2), option.name);
      CommandLine into;
      const auto set = set_option(into, option, std::string_view(example).substr(equals + 1));
      EXPECT_TRUE(set) << option.name << ": " << (set ? "" : set.error().message);
    }
    std::string_view choices = option.choices;
    while (!choices.empty()) {
      const auto end = choices.find('|');
      CommandLine into;
      EXPECT_TRUE(set_option(into, option, choices.substr(0, end))) << option.name << " " << choices;
      choices = end == std::string_view::npos ? std::string_view{} : choices.substr(end + 1);
    }
  }
}

TEST(OptionTable, RefusesWhatIsOutsideTheRange) {
  CommandLine into;
  EXPECT_FALSE(set_option(into, *find_option("speed"), "0"));
  EXPECT_FALSE(set_option(into, *find_option("speed"), "101"));
  EXPECT_FALSE(set_option(into, *find_option("speed"), "nan"));
  EXPECT_FALSE(set_option(into, *find_option("frames"), "-1"));
  EXPECT_FALSE(set_option(into, *find_option("aid"), "9000"));
  EXPECT_TRUE(set_option(into, *find_option("volume"), "250"));
  EXPECT_EQ(into.play.volume, 130);
}

TEST(OptionTable, NamesTheOptionInItsErrors) {
  CommandLine into;
  const auto set = set_option(into, *find_option("start"), "soon");
  ASSERT_FALSE(set);
  EXPECT_THAT(set.error().message, ::testing::StartsWith("--start: "));
  EXPECT_THAT(set.error().hint, ::testing::HasSubstr("--start=1:02:03.5"));
}

}  // namespace
}  // namespace freshet::app
