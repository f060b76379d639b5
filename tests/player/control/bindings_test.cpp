// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/bindings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "player/control/default_bindings.h"
#include "player/control/key_name.h"

namespace freshet::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(KeyName, HasOneSpellingForEachKey) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a", "a"},
      {"A", "A"},
      {"Shift+a", "A"},
      {"ctrl+V", "Ctrl+V"},
      {"Ctrl+v", "Ctrl+v"},
      {"#", "SHARP"},
      {"sharp", "SHARP"},
      {" ", "SPACE"},
      {"space", "SPACE"},
      {"Ctrl++", "Ctrl++"},
      {"+", "+"},
      {"PLUS", "+"},
      {"Alt+Shift+LEFT", "Shift+Alt+LEFT"},
      {"left", "LEFT"},
      {"F12", "F12"},
      {"KP5", "KP5"},
      {"MOUSE_BTN3", "WHEEL_UP"},
      {"é", "é"},
      {"Shift+!", "!"},
      {"meta+q", "Meta+q"},
      {"PGDOWN", "PGDWN"},
  };
  for (const auto& [typed, name] : cases) EXPECT_EQ(normalized_key(typed), name) << typed;
  for (const std::string_view bad :
       {"", "nokey", "Ctrl+", "F25", "F0", "KP10", "ab", "\x01", "\xFF", "Foo+a"}) {
    EXPECT_FALSE(normalized_key(bad)) << bad;
  }
}

TEST(Bindings, DefaultsAreAllRealKeysAndBoundOnce) {
  Bindings bindings;
  bindings.add_defaults();
  for (const DefaultBinding& row : default_bindings()) {
    ASSERT_TRUE(normalized_key(row.key)) << row.key;
    EXPECT_EQ(bindings.find(row.key), row.command) << row.key;
  }
}

TEST(Bindings, LaterOnesReplaceEarlierOnes) {
  Bindings bindings;
  bindings.add_defaults();
  EXPECT_EQ(bindings.find(" "), "cycle pause");
  EXPECT_TRUE(bindings.bind("SPACE", "show-text hi"));
  EXPECT_EQ(bindings.find(" "), "show-text hi");
  EXPECT_EQ(bindings.find("Ctrl+F5"), std::nullopt);
  EXPECT_EQ(bindings.find("nokey"), std::nullopt);
  EXPECT_EQ(bindings.bind("nokey", "quit").error().code, "bad-key");
  EXPECT_FALSE(bindings.bind("a", "show-text \"open"));
  bool found = false;
  for (const Json& entry : bindings.list()) {
    if (entry["key"] != "SPACE") continue;
    found = true;
    EXPECT_FALSE(entry["is_weak"].get<bool>());
  }
  EXPECT_TRUE(found);
}

TEST(InputConf, ReadsKeysAndNamesWhatIsWrong) {
  const InputConf conf = parse_input_conf(
      "# keys\n\nCtrl+RIGHT seek 30 exact\r\n"
      "# a comment\n#not-a-key x\n"
      "q {default} show-text \"bye\"; quit\n"
      "w {other} quit\n"
      "nokey quit\n"
      "e\n"
      "r show-text \"open\n",
      "/c/input.conf");
  EXPECT_THAT(conf.bindings, ElementsAre(KeyBinding{"Ctrl+RIGHT", "seek 30 exact"},
                                         KeyBinding{"q", "show-text \"bye\"; quit"}));
  EXPECT_THAT(conf.problems, ElementsAre(HasSubstr("/c/input.conf:8: no key is named 'nokey'"),
                                         HasSubstr("/c/input.conf:9: "), HasSubstr("/c/input.conf:10: ")));
}

}  // namespace
}  // namespace freshet::control
