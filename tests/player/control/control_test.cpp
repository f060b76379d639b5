// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/control.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/player/control/simple_player.h"

namespace freshet::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ControlTest : public ::testing::Test {
 protected:
  ControlTest() {
    std::string name = (std::filesystem::temp_directory_path() / "freshet-control-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    player_.options_.terminal = false;
  }
  ~ControlTest() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
  SimplePlayer player_;
};

TEST_F(ControlTest, KeysOfTheWindowRunTheirCommands) {
  std::ofstream(folder_ / "input.conf") << "a set volume 12\nnokey quit\n";
  const auto control = Control::start(player_, {.version = "1", .config_dir = folder_});
  ASSERT_TRUE(control);
  EXPECT_THAT((*control)->problems(), ElementsAre(HasSubstr("input.conf:2:")));
  (*control)->handle_input(video::KeyPress{"a"});
  EXPECT_EQ(player_.volume_, 12);
  (*control)->handle_input(video::KeyPress{"SPACE"});
  EXPECT_TRUE(player_.paused_);
  (*control)->handle_input(video::KeyPress{"Ctrl+F19"});
  (*control)->handle_input(video::KeyPress{"q"});
  EXPECT_EQ(player_.exit_code_, 0);
}

TEST_F(ControlTest, WithoutDefaultBindingsOnlyTheUsersWork) {
  std::ofstream(folder_ / "keys") << "b cycle pause\n";
  player_.options_.input_default_bindings = false;
  player_.options_.input_conf = folder_ / "keys";
  const auto control = Control::start(player_, {.version = "1", .config_dir = {}});
  ASSERT_TRUE(control);
  (*control)->handle_input(video::KeyPress{"SPACE"});
  EXPECT_FALSE(player_.paused_);
  (*control)->handle_input(video::KeyPress{"b"});
  EXPECT_TRUE(player_.paused_);
}

TEST_F(ControlTest, SaysWhatCannotBeStarted) {
  player_.options_.input_conf = folder_ / "missing";
  auto control = Control::start(player_, {.version = "1", .config_dir = {}});
  ASSERT_FALSE(control);
  EXPECT_EQ(control.error().code, "no-such-file");
  player_.options_.input_conf.reset();
  player_.options_.ipc_server = folder_;
  control = Control::start(player_, {.version = "1", .config_dir = {}});
  ASSERT_FALSE(control);
  EXPECT_EQ(control.error().code, "ipc-not-a-socket");
}

}  // namespace
}  // namespace freshet::control
