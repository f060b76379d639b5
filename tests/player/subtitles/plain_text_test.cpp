// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/subtitles/plain_text.h"

#include <gtest/gtest.h>

namespace freshet::subtitles {
namespace {

TEST(PlainText, DropsTagsAndKeepsWords) {
  EXPECT_EQ(plain_text(R"({\i1}Never{\i0} say {\c&H00FF&}that)"), "Never say that");
}

TEST(PlainText, BreaksLines) {
  EXPECT_EQ(plain_text(R"(one\Ntwo\nthree\hfour)"), "one\ntwo\nthree four");
}

TEST(PlainText, DropsDrawingsButNotWordsBesideThem) {
  EXPECT_EQ(plain_text(R"(A{\p1}m 0 0 l 10 10{\p0}B)"), "AB");
  EXPECT_EQ(plain_text(R"({\pos(3,4)}shown)"), "shown") << "not every \\p is a drawing";
  EXPECT_EQ(plain_text(R"({\an7\p4\bord0}m 0 0 l 1 1)"), "");
}

TEST(PlainText, TakesWhatIsNoTagAsText) {
  EXPECT_EQ(plain_text("1 { 2"), "1 { 2");
  EXPECT_EQ(plain_text("a\\"), "a\\");
  EXPECT_EQ(plain_text("\\N\\N"), "");
  EXPECT_EQ(plain_text(""), "");
}

TEST(PlainText, LeavesUnicodeAlone) {
  EXPECT_EQ(plain_text("{\\b1}שלום 日本 é"), "שלום 日本 é");
}

}  // namespace
}  // namespace freshet::subtitles
