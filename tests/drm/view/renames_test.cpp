// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/view/renames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/drm/container/memory_source.h"

namespace freshet::drm {
namespace {

using container::box;
using container::bytes_of;
using container::full_box;
using container::number;

// The text with its renames, as it would lie at `offset`.
std::string renamed(std::string text, const std::vector<Rename>& renames, std::int64_t offset) {
  apply(renames, std::as_writable_bytes(std::span(text)), offset);
  return text;
}

std::string entry(const std::string& type, const std::string& inside) {
  return box(type, std::string(78, '\0') + inside);
}
std::string moov(const std::string& entries, const std::string& tables, const std::string& behind) {
  const auto stsd = full_box("stsd", 0, number(2, 4) + entries);
  return box("moov", box("trak", box("mdia", box("minf", box("stbl", stsd + tables)))) + behind);
}

TEST(Renames, MakeAProtectedMovieReadAsAClearOne) {
  const auto sinf = box("sinf", box("frma", "avc1") + full_box("schm", 0, "cenc" + number(0, 4)));
  const auto was_sinf = box("free", sinf.substr(8));
  const auto before =
      moov(entry("encv", box("avcC", "x") + sinf) + entry("avc1", ""),
           full_box("senc", 0, "s") + full_box("saiz", 0, "z") + box("stco", "") + full_box("saio", 0, "o"),
           full_box("pssh", 0, "p"));
  const auto after =
      moov(entry("avc1", box("avcC", "x") + was_sinf) + entry("avc1", ""),
           full_box("free", 0, "s") + full_box("free", 0, "z") + box("stco", "") + full_box("free", 0, "o"),
           full_box("free", 0, "p"));
  EXPECT_EQ(renamed(before, renames_of_movie(bytes_of(before), 1000), 1000), after);
  EXPECT_TRUE(renames_of_movie(bytes_of(after), 0).empty()) << "nothing is left to change";
  EXPECT_TRUE(renames_of_fragment(bytes_of(before), 0).empty()) << "no moof";
}

TEST(Renames, LeaveFragmentsWithoutEncryption) {
  const auto before =
      box("moof", full_box("mfhd", 0, "1234") + full_box("pssh", 1, "p") +
                      box("traf", box("tfhd", "t") + full_box("senc", 0, "s") + full_box("saiz", 0, "") +
                                      full_box("saio", 0, "") + box("trun", "senc")));
  const auto after =
      box("moof", full_box("mfhd", 0, "1234") + full_box("free", 1, "p") +
                      box("traf", box("tfhd", "t") + full_box("free", 0, "s") + full_box("free", 0, "") +
                                      full_box("free", 0, "") + box("trun", "senc")));
  EXPECT_EQ(renamed(before, renames_of_fragment(bytes_of(before), 7), 7), after);
}

// A read may begin and end in the middle of a type.
TEST(Renames, AreAppliedToAnyPartOfTheBytes) {
  const auto before = box("moof", box("traf", full_box("senc", 0, "s") + full_box("saiz", 0, "z")));
  const auto renames = renames_of_fragment(bytes_of(before), 0);
  const auto after = renamed(before, renames, 0);
  for (std::size_t begin = 0; begin < before.size(); ++begin)
    for (std::size_t length = 0; begin + length <= before.size(); ++length)
      ASSERT_EQ(renamed(before.substr(begin, length), renames, static_cast<std::int64_t>(begin)),
                after.substr(begin, length));
}

TEST(Renames, EndWhereBoxesAreNestedDeeperThanAnyFileHasThem) {
  std::string inside = full_box("senc", 0, "");
  for (int depth = 0; depth < 10'000; ++depth) inside = number(inside.size() + 8, 4) + "trak" + inside;
  const auto deep = box("moov", inside);
  EXPECT_TRUE(renames_of_movie(bytes_of(deep), 0).empty());
}

}  // namespace
}  // namespace freshet::drm
