// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/process/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <string>

namespace freshet::test {
namespace {

using namespace std::chrono_literals;

Command shell(const std::string& script) {
  return {.arguments = {"sh", "-c", script}};
}

TEST(Process, TellsExitCodeOutputAndErrorsApart) {
  const auto result = run(shell("echo out; echo err >&2; exit 3"), 20s);
  EXPECT_EQ(result.status.code, 3);
  EXPECT_FALSE(result.status.by_signal);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
}

TEST(Process, PassesInputLargerThanAPipe) {
  const std::string text(1'000'000, 'x');
  auto command = shell("cat");
  command.input = text;
  EXPECT_EQ(run(command, 20s).output, text);
}

TEST(Process, FindsALineThatComesLater) {
  Process process({.arguments = {"cat"}, .keep_input_open = true});
  process.write_input("first\nsecond\n");
  EXPECT_EQ(process.wait_for_line(
                Stream::Output, [](auto line) { return line.starts_with("sec"); }, 20s),
            "second");
  process.close_input();
  EXPECT_EQ(process.wait(20s)->code, 0);
  EXPECT_FALSE(process.wait_for_line(Stream::Output, [](auto line) { return line == "third"; }, 20s));
}

TEST(Process, SaysWhichSignalEndedIt) {
  Process process(shell("exec sleep 100"));
  process.signal(SIGTERM);
  const auto status = process.wait(20s);
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->by_signal);
  EXPECT_EQ(status->code, 128 + SIGTERM);
}

TEST(Process, KillsWhatTheProgramStarted) {
  std::string grandchild;
  {
    Process process(shell("sleep 100 & echo $!; wait"));
    grandchild = process.wait_for_line(Stream::Output, [](auto) { return true; }, 20s).value();
  }
  // A killed process may linger as a zombie until init takes it; it runs no more.
  const auto state = run(shell("ps -o stat= -p " + grandchild), 20s).output;
  EXPECT_TRUE(state.empty() || state.starts_with("Z")) << state;
}

TEST(Process, RunsInTheEnvironmentItIsGiven) {
  auto command = shell("echo $ONE-$HOME; pwd");
  command.environment = {{"ONE", "1"}, {"HOME", ""}};
  command.working_folder = "/";
  EXPECT_EQ(run(command, 20s).output, "1-\n/\n");
}

TEST(TemporaryFolder, GoesAwayWithItsContents) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    std::filesystem::create_directories(folder / "a/b");
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace freshet::test
