// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What `cmake --install` and the .deb put on a machine: a program that runs, and all that a desktop and a
// shell look for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/support/freshet.h"

namespace freshet::end_to_end {
namespace {

std::filesystem::path build_folder() {
  return std::getenv("FRESHET_BUILD");
}

void expect_installed(const std::filesystem::path& root) {
  for (const char* file :
       {"bin/freshet", "share/applications/freshet.desktop",
        "share/metainfo/org.freshet.freshet.metainfo.xml", "share/icons/hicolor/scalable/apps/freshet.svg",
        "share/icons/hicolor/128x128/apps/freshet.png", "share/man/man1/freshet.1.gz",
        "share/bash-completion/completions/freshet", "share/zsh/site-functions/_freshet",
        "share/fish/vendor_completions.d/freshet.fish", "share/doc/freshet/copyright",
        "share/doc/freshet/README.md", "share/doc/freshet/docs/command-line.md"})
    EXPECT_GT(std::filesystem::exists(root / file) ? std::filesystem::file_size(root / file) : 0, 50u)
        << file;

  const Home home;
  auto played = home.headless({media("short.mp4")});
  played.arguments[0] = root / "bin/freshet";
  EXPECT_EQ(test::run(played, patience).status.code, 0);

  for (const Arguments& check :
       {Arguments{"desktop-file-validate", root / "share/applications/freshet.desktop"},
        Arguments{"appstreamcli", "validate", "--no-net",
                  root / "share/metainfo/org.freshet.freshet.metainfo.xml"},
        Arguments{"bash", "-n", root / "share/bash-completion/completions/freshet"}}) {
    const auto result = test::run({.arguments = check}, patience);
    EXPECT_EQ(result.status.code, 0) << check[0] << result.output << result.errors;
  }
  EXPECT_EQ(
      test::run({.arguments = {"gzip", "-t", root / "share/man/man1/freshet.1.gz"}}, patience).status.code,
      0);
}

TEST(Install, PutsAProgramThatRunsAndWhatADesktopLooksFor) {
  const test::TemporaryFolder folder;
  const auto result =
      test::run({.arguments = {"cmake", "--install", build_folder(), "--prefix", folder / "usr"}}, patience);
  ASSERT_EQ(result.status.code, 0) << result.output << result.errors;
  expect_installed(folder / "usr");
}

TEST(Package, InstallsTheSameAndNamesTheLibrariesItNeeds) {
  const test::TemporaryFolder folder;
  const auto made = test::run(
      {.arguments = {"cpack", "--config", build_folder() / "CPackConfig.cmake", "-B", folder / "made"}},
      patience);
  ASSERT_EQ(made.status.code, 0) << made.output << made.errors;
  std::filesystem::path package;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "made"))
    if (entry.path().extension() == ".deb") package = entry.path();
  ASSERT_FALSE(package.empty()) << made.output;
  const auto depends = test::run({.arguments = {"dpkg-deb", "--field", package, "Depends"}}, patience).output;
  for (const char* library : {"libtorrent-rasterbar2.0", "libavformat59", "libavcodec59", "libsdl2-2.0-0",
                              "libplacebo208", "libass9", "libcurl4", "libssl3"})
    EXPECT_THAT(depends, testing::HasSubstr(library));
  ASSERT_EQ(
      test::run({.arguments = {"dpkg-deb", "--extract", package, folder / "root"}}, patience).status.code, 0);
  expect_installed(folder / "root/usr");
}

}  // namespace
}  // namespace freshet::end_to_end
