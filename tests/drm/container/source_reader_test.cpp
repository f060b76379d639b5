// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/container/source_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/drm/container/memory_source.h"

namespace freshet::container {
namespace {

std::string text(SourceReader& reader, std::int64_t offset, std::size_t length) {
  const auto bytes = reader.read(offset, length);
  if (!bytes) return "(failed)";
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

TEST(SourceReader, ReadsAcrossShortReadsAndStopsAtTheEnd) {
  MemorySource source{"0123456789"};
  source.longest_read = 3;
  SourceReader reader{source, Generation{}};
  EXPECT_EQ(text(reader, 0, 8), "01234567");
  EXPECT_EQ(text(reader, 8, 8), "89");
  EXPECT_EQ(text(reader, 1, 2), "12");
  EXPECT_EQ(text(reader, 10, 1), "");
  EXPECT_EQ(text(reader, -1, 1), "");
}

TEST(SourceReader, ReadsASourceOfUnknownSize) {
  MemorySource source{"0123456789"};
  source.size_known = false;
  SourceReader reader{source, Generation{}};
  EXPECT_EQ(text(reader, 5, 100), "56789");
  EXPECT_EQ(text(reader, 50, 100), "");
}

TEST(SourceReader, AsksOnceForNeighbours) {
  MemorySource source{std::string(100'000, 'x')};
  SourceReader reader{source, Generation{}};
  for (std::int64_t i = 0; i < 1000; ++i) EXPECT_EQ(text(reader, i * 16, 16).size(), 16U);
  EXPECT_LE(source.bytes_read, 20'000);
}

TEST(SourceReader, DoesNotWaitForMoreThanItNeeds) {
  MemorySource source{std::string(100'000, 'x')};
  source.longest_read = 16;
  source.fails_at = 20;
  SourceReader reader{source, Generation{}};
  EXPECT_EQ(text(reader, 0, 16).size(), 16U);
  EXPECT_EQ(text(reader, 0, 17), "(failed)");
}

TEST(SourceReader, StaysInsideItsBudget) {
  MemorySource source{"x"};
  source.gap_begin = 1;
  source.gap_size = 1LL << 40U;
  SourceReader reader{source, Generation{}};
  for (std::int64_t i = 0; i < 10'000; ++i) static_cast<void>(reader.read(i << 20, 16));
  EXPECT_LE(source.bytes_read, 9 << 20);
}

TEST(SourceReader, StaysAtTheBeginningOfASourceThatCannotSeek) {
  MemorySource source{std::string(3 << 20, 'x')};
  source.can_seek = false;
  SourceReader reader{source, Generation{}};
  EXPECT_EQ(text(reader, (1 << 20) - 4, 16).size(), 4U);
  EXPECT_EQ(text(reader, 2 << 20, 16), "");
}

TEST(BigEndian, ReadsNumbersAndKnowsItsEnd) {
  const std::string bytes{"\x01\x02\x03\x04\x05", 5};
  BigEndian reader{std::as_bytes(std::span{bytes})};
  EXPECT_EQ(reader.byte(), 1);
  EXPECT_EQ(reader.word(), 0x02030405U);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.number(3), 0U);
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace freshet::container
