// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/container/box_header.h"

#include <gtest/gtest.h>
#include <string>

#include "tests/drm/container/memory_source.h"

namespace freshet::container {
namespace {

std::optional<BoxHeader> read(const std::string& bytes, std::int64_t enclosing = 1000) {
  return read_box_header(std::as_bytes(std::span(bytes)), enclosing);
}

TEST(BoxHeader, HasTypeAndSize) {
  const std::string bytes = number(24, 4) + "moov";
  const auto box = read(bytes);
  ASSERT_TRUE(box);
  EXPECT_EQ(box->type, "moov");
  EXPECT_EQ(box->header, 8);
  EXPECT_EQ(box->size, 24);
}

TEST(BoxHeader, MayHaveALargeSize) {
  const std::string bytes = number(1, 4) + "mdat" + number(5'000'000'000, 8);
  const auto box = read(bytes);
  ASSERT_TRUE(box);
  EXPECT_EQ(box->header, 16);
  EXPECT_EQ(box->size, 5'000'000'000);
}

TEST(BoxHeader, EndsWithWhatItIsInWhenItSaysZero) {
  const std::string bytes = number(0, 4) + "mdat";
  EXPECT_EQ(read(bytes, 77)->size, 77);
  EXPECT_FALSE(read(bytes, 7)) << "not even its header";
  EXPECT_FALSE(read(bytes, -7));
}

TEST(BoxHeader, IsNotLargerThanSumsCanHold) {
  const std::string bytes = number(1, 4) + "mdat" + std::string(8, '\xff');
  EXPECT_EQ(read(bytes)->size, std::int64_t{1} << 62);
}

TEST(BoxHeader, IsNoneWhenItIsCutOrTooSmall) {
  const std::string large = number(1, 4) + "mdat" + number(64, 8);
  for (std::size_t length = 0; length < large.size(); ++length) {
    const auto cut = large.substr(0, length);
    EXPECT_FALSE(read(cut)) << length;
  }
  for (std::uint64_t size = 2; size < 8; ++size) {
    const std::string small = number(size, 4) + "free";
    EXPECT_FALSE(read(small)) << size;
  }
  const std::string small = number(1, 4) + "free" + number(15, 8);
  EXPECT_FALSE(read(small));
}

}  // namespace
}  // namespace freshet::container
