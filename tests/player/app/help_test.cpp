// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/help.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "player/app/completion.h"
#include "player/app/man_page.h"

namespace freshet::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Help, ShowsEveryCommonOptionOfTheCommandAndNoOther) {
  for (const Command command : {Command::Play, Command::Seed, Command::Probe, Command::Protect}) {
    const std::string common = help_text(command, Listed::Common, Style::Plain);
    const std::string all = help_text(command, Listed::All, Style::Plain);
    for (const OptionInfo& option : option_table()) {
      const bool taken = (option.commands & command_bit(command)) != 0;
      const std::string row = "\n  " + usage_of(option);
      EXPECT_EQ(common.find(row + " ") != std::string::npos || common.find(row + "\n") != std::string::npos,
                taken && option.listed == Listed::Common)
          << option.name;
      EXPECT_EQ(all.find(row + " ") != std::string::npos || all.find(row + "\n") != std::string::npos,
                taken && option.listed != Listed::Hidden)
          << option.name;
    }
    EXPECT_THAT(common, HasSubstr("Examples"));
  }
}

TEST(Help, ColoursOnlyWhenAsked) {
  EXPECT_THAT(help_text(Command::Play, Listed::All, Style::Plain), Not(HasSubstr("\x1b")));
  EXPECT_THAT(help_text(Command::Play, Listed::All, Style::Colour), HasSubstr("\x1b[1m"));
}

TEST(Help, FitsAHundredColumns) {
  for (const Command command : {Command::Play, Command::Seed, Command::Probe, Command::Protect}) {
    std::istringstream lines(help_text(command, Listed::All, Style::Plain));
    for (std::string line; std::getline(lines, line);) {
      const auto columns = std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; });
      EXPECT_LE(columns, 102) << line;
    }
  }
}

TEST(Help, ListsOptionsAsMpvDoes) {
  const std::string text = list_options_text();
  EXPECT_THAT(text, HasSubstr(" --volume                         Double (0 to 1000) (default: 100)\n"));
  EXPECT_THAT(text, HasSubstr(" --fs                             alias for fullscreen\n"));
  EXPECT_THAT(text, Not(HasSubstr("--generate")));
}

TEST(ManPage, NamesEveryOption) {
  const std::string page = man_page("0.1.0");
  for (const OptionInfo& option : option_table()) {
    EXPECT_EQ(page.find(troff_text(usage_of(option)) + "\n") != std::string::npos,
              option.listed != Listed::Hidden)
        << option.name;
  }
}

TEST(ManPage, EscapesWhatTroffWouldObey) {
  EXPECT_EQ(troff_text(".so /etc/passwd"), "\\&.so /etc/passwd");
  EXPECT_EQ(troff_text("a\n'b"), "a\n\\&\\(aqb");
  EXPECT_EQ(troff_text("\\-"), "\\e\\-");
}

// Checkers that the machine has are asked about the whole text.
class Checked : public ::testing::Test {
 protected:
  Checked() {
    std::string name = (std::filesystem::temp_directory_path() / "freshet-help-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Checked() override { std::filesystem::remove_all(folder_); }
  // What the checker printed and its status, or nullopt where it is not installed.
  std::optional<std::string> check(std::string_view program, const std::string& command,
                                   const std::string& text) {
    const std::string file = (folder_ / "text").string();
    std::ofstream(file) << text;
    if (std::system(("command -v " + std::string(program) + " >/dev/null 2>&1").c_str()) != 0)
      return std::nullopt;
    const std::string output = (folder_ / "output").string();
    const int status = std::system((command + " " + file + " >" + output + " 2>&1").c_str());
    std::stringstream said;
    said << std::ifstream(output).rdbuf();
    return status == 0 ? said.str() : "failed: " + said.str();
  }
  std::filesystem::path folder_;
};

TEST_F(Checked, GroffHasNothingToSayOfTheManPage) {
  const auto said = check("groff", "groff -k -man -ww -z", man_page("0.1.0"));
  if (!said) GTEST_SKIP() << "no groff";
  EXPECT_EQ(*said, "");
}

TEST_F(Checked, ShellsReadTheirCompletions) {
  int checked = 0;
  if (const auto said = check("bash", "bash -n", completion(Shell::Bash))) {
    EXPECT_EQ(*said, "");
    ++checked;
  }
  if (const auto said = check("zsh", "zsh -n", completion(Shell::Zsh))) {
    EXPECT_EQ(*said, "");
    ++checked;
  }
  if (const auto said = check("fish", "fish --no-execute", completion(Shell::Fish))) {
    EXPECT_EQ(*said, "");
    ++checked;
  }
  EXPECT_GE(checked, 1);
}

TEST_F(Checked, BashCompletesOptionsAndTheirValues) {
  const std::string script = completion(Shell::Bash) +
                             "complete_line() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); "
                             "_freshet; echo \"${COMPREPLY[@]}\"; }\n"
                             "complete_line freshet --full\n"
                             "complete_line freshet --vo=n\n"
                             "complete_line freshet seed --form\n"
                             "complete_line freshet --form\n"
                             "complete_line freshet prob\n"
                             "complete_line freshet protect --scheme=cb\n"
                             "complete_line freshet protect --clear\n";
  const auto said = check("bash", "bash", script);
  ASSERT_TRUE(said);
  EXPECT_EQ(*said,
            "--fullscreen\n--vo=null\n--format=\n\nprobe\n--scheme=cbc1 --scheme=cbcs\n--clear-lead=\n");
}

}  // namespace
}  // namespace freshet::app
