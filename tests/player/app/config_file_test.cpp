// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ConfigLine line(int number, std::string name, std::optional<std::string> value) {
  return {.line = number, .name = std::move(name), .value = std::move(value)};
}

TEST(ConfigFile, ReadsNamesWithAndWithoutValues) {
  const auto lines = parse_config("fs\n# all quiet\n\n  volume = 40  # percent\r\n--sid=no\n", "f");
  ASSERT_TRUE(lines);
  EXPECT_THAT(*lines,
              ElementsAre(line(1, "fs", std::nullopt), line(4, "volume", "40"), line(5, "sid", "no")));
}

TEST(ConfigFile, KeepsWhatQuotesHold) {
  const auto lines = parse_config("keep=\"/my films # here\"\nproxy='a b' # c\nlog-file=", "f");
  ASSERT_TRUE(lines);
  EXPECT_THAT(*lines, ElementsAre(line(1, "keep", "/my films # here"), line(2, "proxy", "a b"),
                                  line(3, "log-file", "")));
}

TEST(ConfigFile, LeavesProfilesOut) {
  const auto lines = parse_config("a=1\n[fast]\nb=2\n[default]\nc=3\n", "f");
  ASSERT_TRUE(lines);
  EXPECT_THAT(*lines, ElementsAre(line(1, "a", "1"), line(5, "c", "3")));
}

TEST(ConfigFile, NamesFileAndLineOfWhatIsWrong) {
  for (const std::string_view bad :
       {"ok\nhas blank\n", "ok\n=x\n", "ok\nname=\"open\n", "ok\nname='a' b\n", "ok\n[open\n"}) {
    const auto lines = parse_config(bad, "/etc/f.conf");
    ASSERT_FALSE(lines) << bad;
    EXPECT_EQ(lines.error().code, "bad-config");
    EXPECT_THAT(lines.error().message, HasSubstr("/etc/f.conf:2:")) << bad;
  }
  EXPECT_FALSE(parse_config(std::string_view("a=\0b", 4), "f"));
}

}  // namespace
}  // namespace freshet::app
