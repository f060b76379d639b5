// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/scheduler/picker_check.h"

#include <gtest/gtest.h>

#include "tests/support/process/process.h"

namespace freshet::test {
namespace {

using streaming::Picker;

TEST(PickerCheck, FindsThatThisLibtorrentTakesBlocksItHasNotAskedFor) {
  const TemporaryFolder folder;
  EXPECT_EQ(streaming::check_picker(folder / "check", {}), Picker::Blocks);
  EXPECT_FALSE(std::filesystem::exists(folder / "check")) << "nothing stays";
}

TEST(PickerCheck, IsNoAnswerWhenItWasStopped) {
  const TemporaryFolder folder;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(streaming::check_picker(folder / "check", stop.get_token()), std::nullopt);
}

TEST(PickerCheck, IsRememberedForTheNextStart) {
  const TemporaryFolder folder;
  EXPECT_EQ(streaming::remembered_picker(folder.path()), std::nullopt);
  streaming::remember_picker(folder.path(), Picker::Deadlines);
  EXPECT_EQ(streaming::remembered_picker(folder.path()), Picker::Deadlines);
  streaming::remember_picker(folder.path(), Picker::Blocks);
  EXPECT_EQ(streaming::remembered_picker(folder.path()), Picker::Blocks);
}

}  // namespace
}  // namespace freshet::test
