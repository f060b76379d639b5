// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <cstddef>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include "streaming/descriptor.h"
#include "streaming/direct_sources.h"
#include "tests/streaming/temporary_folder.h"

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;

// Byte i of the stream, so that a read from the wrong place shows.
std::byte stream_byte(std::int64_t i) {
  return static_cast<std::byte>((i * 31 + (i >> 8) * 7) & 0xff);
}

class PipeSourceTest : public testing::Test {
 protected:
  PipeSourceTest() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    reading_end_ = Descriptor{ends[0]};
    writing_end_ = Descriptor{ends[1]};
  }

  // Writes stream bytes until `end` or until nobody reads; returns how far it came.
  std::int64_t write_until(std::int64_t end) {
    while (written_ < end) {
      std::vector<std::byte> bytes(static_cast<std::size_t>(std::min<std::int64_t>(end - written_, 50'000)));
      for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = stream_byte(written_ + static_cast<std::int64_t>(i));
      const ssize_t count = ::write(writing_end_.get(), bytes.data(), bytes.size());
      if (count < 0) break;
      written_ += count;
    }
    return written_;
  }

  static std::vector<std::byte> expected(std::int64_t begin, std::int64_t end) {
    std::vector<std::byte> bytes;
    for (std::int64_t i = begin; i < end; ++i) bytes.push_back(stream_byte(i));
    return bytes;
  }

  // Reads until `length` bytes came or the end.
  static std::vector<std::byte> read_all(ByteSource& source, std::int64_t offset, std::size_t length) {
    std::vector<std::byte> bytes(length);
    std::size_t filled = 0;
    while (filled < length) {
      const auto count = source.read(ByteOffset{offset + static_cast<std::int64_t>(filled)},
                                     std::span{bytes}.subspan(filled), Generation{});
      if (!count || *count == 0) break;
      filled += *count;
    }
    bytes.resize(filled);
    return bytes;
  }

  Descriptor reading_end_;
  Descriptor writing_end_;
  std::int64_t written_ = 0;
};

TEST_F(PipeSourceTest, ReadsToTheEnd) {
  const auto source = open_pipe(reading_end_.get(), mib(1));
  EXPECT_EQ(source->seekable(), Seekable::No);
  EXPECT_EQ(source->size(), std::nullopt);
  std::jthread writer{[&] {
    write_until(3'000'000);
    writing_end_ = Descriptor{};
  }};
  EXPECT_EQ(read_all(*source, 0, 5'000'000), expected(0, 3'000'000));
  EXPECT_EQ(source->size(), Bytes{3'000'000});
}

TEST_F(PipeSourceTest, StepsBackInsideItsMemory) {
  const auto source = open_pipe(reading_end_.get(), mib(1));
  std::jthread writer{[&] { write_until(3'000'000); }};
  read_all(*source, 0, 2'000'000);
  EXPECT_EQ(read_all(*source, 1'600'000, 300'000), expected(1'600'000, 1'900'000));
  EXPECT_EQ(read_all(*source, 1'900'000, 1'100'000), expected(1'900'000, 3'000'000));

  std::array<std::byte, 1> byte{};
  const auto gone = source->read(ByteOffset{0}, byte, Generation{});
  ASSERT_FALSE(gone);
  EXPECT_EQ(std::get<Error>(gone.error()).code, "not-seekable");
}

// Once the thread ran on while a read that had been served was not scheduled yet, and threw its bytes out.
TEST_F(PipeSourceTest, KeepsWhatAReadWaitsForHoweverBusyTheMachine) {
  const auto source = open_pipe(reading_end_.get(), kib(128));
  std::jthread writer{[&] { write_until(4'000'000); }};
  std::atomic<bool> stop = false;
  std::vector<std::jthread> busy;
  for (unsigned i = 0; i < 2 * std::max(1U, std::thread::hardware_concurrency()); ++i) {
    busy.emplace_back([&] {
      while (!stop) std::this_thread::yield();
    });
  }
  bool same = false;
  std::jthread reader{[&] {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);  // the last to run
    same = read_all(*source, 0, 4'000'000) == expected(0, 4'000'000);
  }};
  reader.join();
  stop = true;
  EXPECT_TRUE(same);
  read_all(*source, 3'999'999, 1);  // lets the writer end if the reader gave up
}

TEST_F(PipeSourceTest, SkipsForward) {
  const auto source = open_pipe(reading_end_.get(), mib(1));
  std::jthread writer{[&] { write_until(9'000'000); }};
  EXPECT_EQ(read_all(*source, 8'000'000, 1000), expected(8'000'000, 8'001'000));
  read_all(*source, 8'001'000, 999'000);
}

TEST_F(PipeSourceTest, StopsReadingWhenItsMemoryIsFull) {
  const auto source = open_pipe(reading_end_.get(), mib(1));
  ASSERT_EQ(::fcntl(writing_end_.get(), F_SETFL, O_NONBLOCK), 0);
  read_all(*source, 0, 0);
  // Half of the memory, the block in flight and what the kernel holds: then the pipe is full and stays so.
  while (written_ < 20'000'000) {
    const auto before = written_;
    write_until(20'000'000);
    const auto available = source->available();
    if (written_ == before && !available.empty() && available.front().length() >= kib(512)) break;
    std::this_thread::yield();
  }
  EXPECT_LT(written_, 1'000'000);
  EXPECT_LE(source->available().front().length(), mib(1));
}

TEST_F(PipeSourceTest, CancelsAReadThatWaits) {
  const auto source = open_pipe(reading_end_.get(), mib(1));
  auto waiting = std::async(std::launch::async, [&] {
    std::array<std::byte, 16> bytes{};
    return source->read(ByteOffset{0}, bytes, Generation{3});
  });
  EXPECT_EQ(waiting.wait_for(20ms), std::future_status::timeout) << "nothing was written";
  source->cancel_before(Generation{3});
  EXPECT_EQ(waiting.wait_for(20ms), std::future_status::timeout) << "generation 3 is not before 3";
  source->cancel_before(Generation{4});
  ASSERT_EQ(waiting.wait_for(10s), std::future_status::ready);
  const auto result = waiting.get();
  ASSERT_FALSE(result);
  EXPECT_TRUE(std::holds_alternative<ReadCancelled>(result.error()));
}

TEST_F(PipeSourceTest, ServesTwoReadersAtDistantPlaces) {
  const auto source = open_pipe(reading_end_.get(), mib(1));
  auto far = std::async(std::launch::async, [&] { return read_all(*source, 900'000, 10); });
  std::jthread writer{[&] { write_until(1'000'000); }};
  read_all(*source, 0, 10);
  ASSERT_EQ(far.wait_for(10s), std::future_status::ready) << "the reader at the front held up the other";
  EXPECT_EQ(far.get(), expected(900'000, 900'010));
}

TEST_F(PipeSourceTest, ClosesWhileTheWriterIsSilent) {
  auto source = open_pipe(reading_end_.get(), mib(1));
  write_until(10);
  EXPECT_EQ(read_all(*source, 0, 10).size(), 10U);
  source.reset();  // would hang for ever if the thread stayed in poll()
  EXPECT_GE(::fcntl(reading_end_.get(), F_GETFD), 0) << "the descriptor is the caller's to close";
}

TEST_F(PipeSourceTest, UsesNoProcessorTimeWhileNothingHappens) {
  const auto source = open_pipe(reading_end_.get(), mib(1));
  const auto used = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return std::chrono::seconds{usage.ru_utime.tv_sec + usage.ru_stime.tv_sec} +
           std::chrono::microseconds{usage.ru_utime.tv_usec + usage.ru_stime.tv_usec};
  };
  auto waiting = std::async(std::launch::async, [&] { return read_all(*source, 0, 1); });
  const auto before = used();
  EXPECT_EQ(waiting.wait_for(200ms), std::future_status::timeout);
  EXPECT_LT(used() - before, 50ms);
  write_until(1);
  waiting.get();
}

TEST_F(PipeSourceTest, ReadsAFileOnStandardInputAnywhere) {
  const TemporaryFolder folder;
  const auto path = folder / "f";
  std::ofstream{path} << "0123456789";
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  const auto source = open_pipe(file.get(), mib(1));
  EXPECT_EQ(source->seekable(), Seekable::Yes);
  EXPECT_EQ(source->size(), Bytes{10});

  std::array<char, 4> head{};
  ASSERT_EQ(::read(file.get(), head.data(), head.size()), 4);
  EXPECT_EQ(open_pipe(file.get(), mib(1))->seekable(), Seekable::No) << "offset 0 is where the file stands";
}

TEST_F(PipeSourceTest, ReportsWhatCannotBeRead) {
  const TemporaryFolder folder;
  const Descriptor for_writing{::open((folder / "f").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  ASSERT_EQ(::write(for_writing.get(), "x", 1), 1);
  const auto source = open_pipe(for_writing.get(), mib(1));
  std::array<std::byte, 1> byte{};
  const auto result = source->read(ByteOffset{0}, byte, Generation{});
  ASSERT_FALSE(result);
  EXPECT_EQ(std::get<Error>(result.error()).code, "read-failed");
}

}  // namespace
}  // namespace freshet::streaming
