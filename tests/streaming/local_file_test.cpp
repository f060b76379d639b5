// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "streaming/direct_sources.h"
#include "tests/streaming/temporary_folder.h"

namespace freshet::streaming {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string read_text(ByteSource& source, std::int64_t offset, std::size_t length,
                      Generation generation = {}) {
  std::string text(length, '\0');
  const auto count = source.read(ByteOffset{offset}, std::as_writable_bytes(std::span{text}), generation);
  if (!count) return std::holds_alternative<ReadCancelled>(count.error()) ? "(cancelled)" : "(failed)";
  text.resize(*count);
  return text;
}

class LocalFileTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, std::string_view contents) {
    std::ofstream{folder_ / name, std::ios::binary} << contents;
    return folder_ / name;
  }
  TemporaryFolder folder_;
};

TEST_F(LocalFileTest, ReadsAnywhere) {
  const auto source = open_local_file(write("f", "0123456789")).value();
  EXPECT_EQ(read_text(*source, 0, 4), "0123");
  EXPECT_EQ(read_text(*source, 7, 100), "789");
  EXPECT_EQ(read_text(*source, 2, 1), "2");
  EXPECT_EQ(read_text(*source, 10, 1), "");
  EXPECT_EQ(read_text(*source, 1'000'000, 1), "");
  EXPECT_EQ(source->size(), Bytes{10});
  EXPECT_EQ(source->seekable(), Seekable::Yes);
  EXPECT_THAT(source->available(), ElementsAre(ByteRange{ByteOffset{0}, ByteOffset{10}}));
}

TEST_F(LocalFileTest, GrowsWithItsFile) {
  const auto path = write("f", "");
  const auto source = open_local_file(path).value();
  EXPECT_EQ(source->size(), Bytes{0});
  EXPECT_THAT(source->available(), IsEmpty());
  EXPECT_EQ(read_text(*source, 0, 10), "");
  std::ofstream{path, std::ios::app} << "more";
  EXPECT_EQ(source->size(), Bytes{4});
  EXPECT_EQ(read_text(*source, 0, 10), "more");
}

TEST_F(LocalFileTest, GoesOnReadingAFileThatWasDeleted) {
  const auto path = write("f", "still here");
  const auto source = open_local_file(path).value();
  std::filesystem::remove(path);
  EXPECT_EQ(read_text(*source, 0, 10), "still here");
}

TEST_F(LocalFileTest, CancelsOlderGenerationsOnly) {
  const auto source = open_local_file(write("f", "abc")).value();
  source->cancel_before(Generation{5});
  EXPECT_EQ(read_text(*source, 0, 3, Generation{4}), "(cancelled)");
  EXPECT_EQ(read_text(*source, 0, 3, Generation{5}), "abc");
  source->cancel_before(Generation{2});
  EXPECT_EQ(read_text(*source, 0, 3, Generation{4}), "(cancelled)") << "a cancellation is not taken back";
}

TEST_F(LocalFileTest, SaysWhyItCannotBeOpened) {
  const auto code = [](const std::filesystem::path& path) {
    const auto source = open_local_file(path);
    return source ? "opened" : source.error().code;
  };
  EXPECT_EQ(code(folder_ / "none"), "no-such-file");
  EXPECT_EQ(code(write("f", "") / "inside"), "no-such-file");
  EXPECT_EQ(code(folder_.path()), "is-directory");
  if (::geteuid() != 0) {  // root reads everything
    const auto secret = write("secret", "x");
    ASSERT_EQ(::chmod(secret.c_str(), 0), 0);
    EXPECT_EQ(code(secret), "permission-denied");
  }
}

TEST_F(LocalFileTest, ReadsANamedPipeThatHasNoWriterYet) {
  const auto path = folder_ / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto source = open_local_file(path).value();
  EXPECT_EQ(source->seekable(), Seekable::No);
  std::jthread writer{[&] { std::ofstream{path} << "through the pipe"; }};
  EXPECT_EQ(read_text(*source, 0, 7), "through");
  writer.join();
  EXPECT_EQ(read_text(*source, 8, 100), "the pipe");
  EXPECT_EQ(read_text(*source, 16, 100), "");
  EXPECT_EQ(source->size(), Bytes{16});
}

}  // namespace
}  // namespace freshet::streaming
