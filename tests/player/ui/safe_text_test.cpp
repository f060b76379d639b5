// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/ui/safe_text.h"

#include <gmock/gmock.h>
#include <random>

namespace freshet::ui {
namespace {

using testing::ElementsAre;

TEST(SafeLine, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(safe_line("3 peers · 1.2 MiB/s"), "3 peers · 1.2 MiB/s");
  EXPECT_EQ(safe_line("日本語 العربية עברית ไทย 👩‍👧"),
            "日本語 العربية עברית ไทย 👩‍👧");
}

TEST(SafeLine, MakesOneSpaceOfWhiteSpace) {
  EXPECT_EQ(safe_line(" a\n\tb \r\n c  "), "a b c");
  EXPECT_EQ(safe_line("a\xE2\x80\xA8"
                      "b"),
            "a b");  // U+2028
}

TEST(SafeLine, DropsWhatCannotBeSeenButTurnsTheRest) {
  EXPECT_EQ(safe_line("gnp.exe\xE2\x80\xAE"
                      "cod"),
            "gnp.execod");  // right-to-left override
  EXPECT_EQ(safe_line("a\xE2\x81\xA6"
                      "b\xE2\x81\xA9"
                      "c"),
            "abc");  // isolates
  EXPECT_EQ(safe_line(std::string("a\0b\x1B[31mc\x7F", 9)), "ab[31mc");
  EXPECT_EQ(safe_line("a\xC2\x9B"
                      "b"),
            "ab");  // a C1 control
}

TEST(SafeLine, ReplacesBrokenUtf8) {
  EXPECT_EQ(safe_line("a\xFF"
                      "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(safe_line("a\xC3"), "a\xEF\xBF\xBD");
  EXPECT_EQ(safe_line("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");                  // overlong
  EXPECT_EQ(safe_line("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate
}

TEST(SafeLine, LowersTowersOfMarks) {
  std::string tower = "a";
  for (int i = 0; i < 50; ++i) tower += "\xCC\x81";
  EXPECT_EQ(safe_line(tower).size(), 1U + 4 * 2);
}

TEST(SafeLine, IsBounded) {
  const std::string line = safe_line(std::string(1 << 20, 'x'));
  EXPECT_LE(line.size(), longest_line);
  EXPECT_TRUE(line.ends_with("…"));
}

TEST(SafeLines, SplitAndAreBounded) {
  EXPECT_THAT(safe_lines("a\nb\n\nc\n\n"), ElementsAre("a", "b", "", "c"));
  EXPECT_EQ(safe_lines(std::string(1000, '\n') + "x").size(), 0U);
  EXPECT_EQ(safe_lines("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14").size(), most_lines);
}

TEST(EscapeForAss, ShowsMarkupInsteadOfObeyingIt) {
  EXPECT_EQ(escape_for_ass("{\\b1}"),
            "\\{\\\xE2\x81\xA0"
            "b1\\}");
  EXPECT_EQ(escape_for_ass("C:\\New"),
            "C:\\\xE2\x81\xA0"
            "New");
}

TEST(CutPositions, KeepMarksAndJoinedCharactersTogether) {
  EXPECT_THAT(cut_positions("ab"), ElementsAre(1, 2));
  EXPECT_THAT(cut_positions("e\xCC\x81x"), ElementsAre(3, 4));
  EXPECT_THAT(cut_positions("👩‍👧x"), ElementsAre(11, 12));
}

TEST(BreakBefore, PrefersSpacesAndHyphens) {
  EXPECT_EQ(break_before("one two", 5), 4U);
  EXPECT_EQ(break_before("one two", 3), 3U);  // before the space
  EXPECT_EQ(break_before("Big.Buck.Bunny", 10), 9U);
  EXPECT_EQ(break_before("abcdefgh", 5), 5U);
  EXPECT_EQ(break_before("日本語", 6), 6U);
}

TEST(SafeLine, GivesValidTextForAnyBytes) {
  std::mt19937 random(7);  // NOLINT: the same bytes each time
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string line = safe_line(bytes);
    EXPECT_EQ(safe_line(line), line) << "what is safe stays as it is";
    const auto cuts = cut_positions(line);
    EXPECT_EQ(cuts.back(), line.size());
    for (const std::size_t cut : cuts) EXPECT_LE(break_before(line, cut), line.size());
  }
}

}  // namespace
}  // namespace freshet::ui
