// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/http_identity.h"

#include <gtest/gtest.h>

#include "streaming/http_readers.h"

namespace freshet::streaming {
namespace {

HttpAnswer part(std::int64_t begin, const std::string& etag, const std::string& date = {}) {
  HttpAnswer answer;
  answer.status = 206;
  answer.range_begin = begin;
  answer.range_total = 1000;
  answer.etag = etag;
  answer.last_modified = date;
  return answer;
}

HttpAnswer whole(const std::string& etag) {
  HttpAnswer answer;
  answer.status = 200;
  answer.content_length = 1000;
  answer.etag = etag;
  return answer;
}

TEST(HttpIdentity, LearnsTheFileFromTheFirstAnswer) {
  HttpIdentity file;
  EXPECT_FALSE(file.known());
  EXPECT_FALSE(file.check(part(0, "\"a\""), 0));
  EXPECT_TRUE(file.known());
  EXPECT_TRUE(file.has_ranges());
  EXPECT_EQ(file.size(), 1000);
  EXPECT_EQ(file.validator(), "\"a\"");
}

TEST(HttpIdentity, TrustsStrongTagsAndDatesForIfRange) {
  const auto validator = [](const std::string& etag, const std::string& date) {
    HttpIdentity file;
    EXPECT_FALSE(file.check(part(0, etag, date), 0));
    return file.validator();
  };
  EXPECT_EQ(validator("\"a\"", "a date"), "\"a\"");
  EXPECT_EQ(validator("", "a date"), "a date");
  EXPECT_EQ(validator("W/\"a\"", "a date"), "");
  EXPECT_EQ(validator("", ""), "");
}

TEST(HttpIdentity, TakesAWeakAndAStrongTagOfTheSameNameForTheSameFile) {
  HttpIdentity file;
  EXPECT_FALSE(file.check(part(0, "W/\"a\""), 0));
  EXPECT_FALSE(file.check(part(500, "\"a\""), 500));
  EXPECT_EQ(file.check(part(500, "W/\"b\""), 500)->code, "changed-on-server");
}

TEST(HttpIdentity, AcceptsThatAServerLosesItsRangesButNotItsFile) {
  HttpIdentity file;
  EXPECT_FALSE(file.check(part(0, "\"a\""), 0));
  EXPECT_EQ(file.check(whole("\"b\""), 500)->code, "changed-on-server");
  EXPECT_TRUE(file.has_ranges());
  EXPECT_FALSE(file.check(whole("\"a\""), 500));
  EXPECT_FALSE(file.has_ranges());
}

TEST(HttpIdentity, RefusesAnotherRangeThanWasAskedFor) {
  HttpIdentity file;
  EXPECT_EQ(file.check(part(5, ""), 0)->code, "bad-server");
  HttpAnswer without_range = part(0, "");
  without_range.range_begin.reset();
  EXPECT_EQ(file.check(without_range, 0)->code, "bad-server");
}

TEST(HttpReaders, TellsTwoReadersApartByTheirDistance) {
  HttpReaders readers;
  readers.note(0, Generation{});
  readers.note(100'000, Generation{});
  EXPECT_EQ(readers.end() - readers.begin(), 1);
  readers.note(50'000'000, Generation{});
  readers.note(200'000, Generation{});
  EXPECT_EQ(readers.end() - readers.begin(), 2);
  readers.note(90'000'000, Generation{});
  EXPECT_EQ(readers.end() - readers.begin(), 2);
  EXPECT_TRUE(readers.any_follows(200'000, 0, 0)) << "the one that read last stays";
  EXPECT_FALSE(readers.any_follows(50'000'000, 10, 10));
}

TEST(HttpReaders, AsksForAPlanWhenItsMarkIsPassed) {
  HttpReaders readers;
  EXPECT_TRUE(readers.note(0, Generation{})) << "a new one always";
  readers.begin()->wake_at = 1000;
  EXPECT_FALSE(readers.note(999, Generation{}));
  EXPECT_TRUE(readers.note(1000, Generation{}));
  readers.begin()->wake_at = 5000;
  EXPECT_TRUE(readers.note(2000, Generation{1})) << "a new generation is a new reader";
}

}  // namespace
}  // namespace freshet::streaming
