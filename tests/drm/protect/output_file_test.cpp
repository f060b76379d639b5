// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/output_file.h"

#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/support/process/process.h"

namespace freshet::drm {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}
std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}
std::ptrdiff_t files_in(const std::filesystem::path& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
}

TEST(OutputFile, AppearsWholeUnderItsName) {
  const test::TemporaryFolder folder;
  auto file = OutputFile::create(folder / "film.mp4").value();
  ASSERT_TRUE(file.write(bytes("a film")));
  ASSERT_TRUE(file.write_at(2, bytes("F")));
  EXPECT_EQ(file.size(), 6);
  EXPECT_FALSE(std::filesystem::exists(folder / "film.mp4"));
  ASSERT_TRUE(file.keep(Replace::No));
  EXPECT_EQ(text_of(folder / "film.mp4"), "a Film");
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(OutputFile, LeavesNothingUnlessItIsKept) {
  const test::TemporaryFolder folder;
  {
    auto file = OutputFile::create(folder / "film.mp4").value();
    ASSERT_TRUE(file.write(bytes("half")));
    EXPECT_EQ(files_in(folder.path()), 1);
    const auto moved = std::move(file);
  }
  EXPECT_EQ(files_in(folder.path()), 0);
}

TEST(OutputFile, ReplacesOnlyWhenTold) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "film.mp4") << "old";
  {
    auto file = OutputFile::create(folder / "film.mp4").value();
    ASSERT_TRUE(file.write(bytes("new")));
    const auto kept = file.keep(Replace::No);
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().code, "file-exists");
    EXPECT_THAT(kept.error().hint, testing::HasSubstr("--force"));
    EXPECT_EQ(text_of(folder / "film.mp4"), "old");
    ASSERT_TRUE(file.keep(Replace::Yes));
  }
  EXPECT_EQ(text_of(folder / "film.mp4"), "new");
  EXPECT_EQ(files_in(folder.path()), 1);
}

TEST(OutputFile, SaysThatTheDiskIsFull) {
  const test::TemporaryFolder folder;
  auto file = OutputFile::create(folder / "film.mp4").value();
  // What a quota does: the file may not grow further.
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit small{4096, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto written = file.write(bytes(std::string(10'000, 'x')));
  EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, before);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "disk-full");
  EXPECT_EQ(written.error().category, ErrorCategory::Storage);
}

TEST(OutputFile, SaysThatTheFolderIsNotThere) {
  const auto file = OutputFile::create("/nowhere/film.mp4");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, "write-failed");
  EXPECT_FALSE(file.error().hint.empty());
}

}  // namespace
}  // namespace freshet::drm
