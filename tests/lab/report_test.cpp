// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lab/results.h"
#include "tests/support/process/process.h"

namespace freshet::lab {
namespace {

using testing::HasSubstr;
using testing::Not;

Figures run(double first_frame, std::vector<double> seeks, double received = 100, double wasted = 2) {
  Figures figures;
  figures.first_frame = first_frame;
  figures.seeks = std::move(seeks);
  figures.received = received;
  figures.wasted = wasted;
  figures.watched_seconds = 10;
  return figures;
}

SceneResults good() {
  SceneResults scene{"good", "Four seeds & more", "namespaces", "2026-11-22", {}};
  scene.players["btfs+mpv"] = {run(8, {12}), run(10, {14})};
  scene.players["freshet"] = {run(0.9, {0.5}), run(1.1, {0.9}), run(1.0, {0.7})};
  scene.players["peerflix+mpv"] = {run(2.0, {1.0})};
  scene.limit = {.first_frame = 0.5, .seek = 0.1};
  return scene;
}

TEST(Spread, HasTheMiddleOfAllValues) {
  EXPECT_FALSE(spread_of({}));
  const auto odd = spread_of({3, 1, 2});
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->least, 1);
  EXPECT_EQ(odd->median, 2);
  EXPECT_EQ(odd->most, 3);
  EXPECT_EQ(spread_of({4, 1, 3, 2})->median, 2.5);
}

TEST(Summary, IsOfAllRunsOfAPlayer) {
  auto failed = run(1, {});
  failed.failure = "no picture";
  failed.first_frame.reset();
  failed.stalls = 2;
  failed.stalled_seconds = 1;
  const auto summary = summarise("freshet", {run(1, {2, 4}), run(3, {6}, 200, 2), failed});
  EXPECT_EQ(summary.runs, 3);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.first_frame->median, 2);
  EXPECT_EQ(summary.seek->median, 4);
  EXPECT_EQ(summary.redundant->least, 1);
  EXPECT_EQ(summary.stalls, 2);
  EXPECT_EQ(summary.stalled->most, 10);
  EXPECT_FALSE(summary.storm);
}

TEST(Report, ComparesFreshetWithTheBestRivalOfEachFigure) {
  const auto page = markdown_page({good()}, "# Heading\n\n");
  EXPECT_THAT(page, HasSubstr("# Heading"));
  EXPECT_THAT(
      page,
      HasSubstr("| good | freshet | 3 | 1.00 (0.90–1.10) | 0.50 | 2.0 | 0.70 (0.50–0.90) | 0.70 | 7.0 |"));
  EXPECT_THAT(page, HasSubstr("| good | btfs+mpv | 2 | 9.00 (8.00–10.00) |  |"));
  EXPECT_LT(page.find("| freshet |"), page.find("| btfs+mpv |"));
}

TEST(Report, TellsWhereTheTimeOfAStartGoes) {
  auto scene = good();
  EXPECT_THAT(plain_table({scene}), Not(HasSubstr("first gop")));
  auto& runs = scene.players["freshet"];
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i].phases = {{"peers", 0.1 * static_cast<double>(i + 1)}, {"header", 0.5}};
    runs[i].late = 2;
  }
  EXPECT_THAT(plain_table({scene}),
              HasSubstr("good   freshet  0.20     -           0.50      -            -         2.0"));
  EXPECT_THAT(markdown_page({scene}, ""), HasSubstr("| good | freshet | 0.20 | - | 0.50 | - | - | 2.0 |"));
}

TEST(Report, IsATableOnAScreen) {
  const auto table = plain_table({good()});
  EXPECT_THAT(table, HasSubstr("scene  player"));
  EXPECT_THAT(table, Not(HasSubstr(" \n")));
}

TEST(Report, DrawsWellFormedSvg) {
  auto scene = good();
  scene.name = "a<b&c";
  const auto svg = svg_plot({scene});
  EXPECT_THAT(svg, HasSubstr("a&lt;b&amp;c"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  std::size_t opened = 0, closed = 0;
  for (std::size_t at = 0; (at = svg.find('<', at)) != std::string::npos; ++at)
    svg[at + 1] == '/' ? ++closed : ++opened;
  std::size_t self_closed = 0;
  for (std::size_t at = 0; (at = svg.find("/>", at)) != std::string::npos; ++at) ++self_closed;
  EXPECT_EQ(opened - self_closed, closed);
}

TEST(Results, AreTheSameAfterTheyWereKept) {
  const test::TemporaryFolder folder;
  auto scene = good();
  scene.players["freshet"][0].storm = 0.25;
  scene.players["freshet"][0].phases = {{"peers", 0.125}};
  scene.players["freshet"][0].late = 1;
  scene.players["freshet"][0].failure = "odd \"words\"\n";
  save(folder.path(), scene);
  const auto loaded = load_all(folder.path());
  ASSERT_EQ(loaded.size(), 1u);
  EXPECT_EQ(markdown_page(loaded, ""), markdown_page({scene}, ""));
  EXPECT_EQ(loaded[0].players.at("freshet")[0].failure, "odd \"words\"\n");
}

}  // namespace
}  // namespace freshet::lab
