// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/http_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "tests/streaming/source_reading.h"

namespace freshet::streaming {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t block = HttpCache::block_size;
const std::string contents = numbered_bytes(64 * static_cast<std::size_t>(block));

void append(HttpCache& cache, std::int64_t begin, std::int64_t end) {
  const auto bytes = std::as_bytes(std::span{contents});
  cache.append(begin, bytes.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
}

std::string copy(HttpCache& cache, std::int64_t offset, std::size_t length) {
  std::string text(length, '\0');
  text.resize(cache.copy(offset, std::as_writable_bytes(std::span{text})));
  return text;
}

ByteRange range(std::int64_t begin, std::int64_t end) {
  return {ByteOffset{begin}, ByteOffset{end}};
}

TEST(HttpCache, GivesBackWhatItHolds) {
  HttpCache cache{mib(1)};
  append(cache, 0, 100);
  append(cache, 100, 2 * block + 5);
  EXPECT_EQ(copy(cache, 50, 100), contents.substr(50, 100));
  EXPECT_EQ(copy(cache, block - 1, 1'000'000),
            contents.substr(static_cast<std::size_t>(block - 1), static_cast<std::size_t>(block + 6)));
  EXPECT_EQ(copy(cache, 2 * block + 5, 10), "");
  EXPECT_THAT(cache.ranges(), ElementsAre(range(0, 2 * block + 5)));
}

TEST(HttpCache, TakesRepeatedBytesOnceAndNoneBehindAHole) {
  HttpCache cache{mib(1)};
  append(cache, 0, 1000);
  append(cache, 500, 1500);
  append(cache, 0, 700);
  append(cache, 2000, 2500);
  append(cache, block + 1, 2 * block + 10);
  EXPECT_THAT(cache.ranges(), ElementsAre(range(0, 1500), range(2 * block, 2 * block + 10)));
  EXPECT_EQ(copy(cache, 0, 5000), contents.substr(0, 1500));
}

TEST(HttpCache, SaysWhereToReadOn) {
  HttpCache cache{mib(1)};
  append(cache, block, 3 * block + 7);
  EXPECT_EQ(cache.missing_from(0, 100'000), 0);
  EXPECT_EQ(cache.missing_from(99, 100'000), 0) << "a block is fetched from its beginning";
  EXPECT_EQ(cache.missing_from(block, 100 * block), 3 * block + 7);
  EXPECT_EQ(cache.missing_from(3 * block + 6, 100 * block), 3 * block + 7);
  EXPECT_EQ(cache.missing_from(3 * block + 9, 100 * block), 3 * block + 7);
  EXPECT_GE(cache.missing_from(block, 2 * block), 2 * block) << "beyond the limit nobody looks";
}

TEST(HttpCache, ThrowsOutWhatWasUsedLongestAgo) {
  HttpCache cache{Bytes{4 * block}};
  append(cache, 0, 6 * block);
  EXPECT_EQ(copy(cache, 0, 1), contents.substr(0, 1));
  cache.shrink({});
  EXPECT_THAT(cache.ranges(), ElementsAre(range(0, block), range(3 * block, 6 * block)));
}

TEST(HttpCache, KeepsWhatItIsTold) {
  HttpCache cache{Bytes{2 * block}};
  append(cache, 0, 6 * block);
  const auto keep = std::vector{range(block + 5, 2 * block + 5)};
  cache.shrink(keep);
  EXPECT_THAT(cache.ranges(), ElementsAre(range(block, 3 * block)));
  cache.shrink(std::vector{range(0, 64 * block)});
  EXPECT_EQ(cache.used(), Bytes{2 * block});
}

TEST(HttpCache, AgreesWithAPlainArray) {
  std::mt19937 random{5};
  HttpCache cache{Bytes{20 * block}};
  std::vector<bool> known(contents.size());
  for (int round = 0; round < 2000; ++round) {
    const auto begin = static_cast<std::int64_t>(random() % 60) * block;
    const auto end =
        std::min<std::int64_t>(begin + static_cast<std::int64_t>(random() % 100'000), std::ssize(contents));
    append(cache, begin, end);
    cache.shrink({});
    ASSERT_LE(cache.used().value, 20 * block);
    const auto offset = static_cast<std::int64_t>(random() % contents.size());
    const std::string text = copy(cache, offset, 70'000);
    ASSERT_EQ(text, contents.substr(static_cast<std::size_t>(offset), text.size()));
    const std::int64_t missing = cache.missing_from(offset, offset + 70'000);
    ASSERT_EQ(missing > offset, !text.empty());
  }
}

}  // namespace
}  // namespace freshet::streaming
