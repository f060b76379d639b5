// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/playback/watch_later.h"

#include <fstream>
#include <gtest/gtest.h>

#include "tests/support/process/process.h"

namespace freshet::playback {
namespace {

using namespace std::chrono_literals;

TEST(WatchLater, GivesThePlaceBackOnce) {
  const test::TemporaryFolder folder;
  const WatchedFile film{.source = "magnet:?xt=urn:btih:aa\nstart=5", .file = FileIndex{3}};
  EXPECT_EQ(take_place(folder / "later", film), std::nullopt);
  ASSERT_TRUE(save_place(folder / "later", film, 61250ms));
  ASSERT_TRUE(save_place(folder / "later", film, 62500ms)) << "the newer one counts";
  EXPECT_EQ(take_place(folder / "later", {film.source, FileIndex{4}}), std::nullopt);
  EXPECT_EQ(take_place(folder / "later", film), 62500ms);
  EXPECT_EQ(take_place(folder / "later", film), std::nullopt);
}

TEST(WatchLater, KnowsALocalFileByEveryPathToIt) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "film.mkv") << "x";
  ASSERT_TRUE(save_place(folder / "later", {(folder / "film.mkv").string()}, 5s));
  EXPECT_EQ(take_place(folder / "later", {(folder.path() / "." / "film.mkv").string()}), 5s);
}

TEST(WatchLater, BelievesNoFileThatItDidNotWrite) {
  const test::TemporaryFolder folder;
  for (const char* text : {"", "# a\n", "# a\nstart=\n", "# a\nstart=nan\n", "# a\nstart=-3\n",
                           "# a\nstart=1e99\n", "# a\nstart=3x\n", "# b\nstart=3\n"}) {
    ASSERT_TRUE(save_place(folder.path(), {"a"}, 3s));
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      std::ofstream(entry.path()) << text;
    EXPECT_EQ(take_place(folder.path(), {"a"}), std::nullopt) << text;
  }
  EXPECT_FALSE(save_place("/proc/no/such", {"a"}, 3s));
  EXPECT_FALSE(save_place({}, {"a"}, 3s));
}

}  // namespace
}  // namespace freshet::playback
