// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/container/ebml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "tests/drm/container/memory_source.h"

namespace freshet::container {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

const std::string head = element(0x1a45dfa3, element(0x4286, number(1, 1)) + element(0x4282, "webm"));
const std::string aes_ctr = element(0x47e7, element(0x47e8, number(1, 1)));

std::string encryption(const std::string& key, const std::string& settings = aes_ctr) {
  return element(0x6d80, element(0x6240, element(0x5031, number(0, 1)) + element(0x5033, number(1, 1)) +
                                             element(0x5035, element(0x47e1, number(5, 1)) +
                                                                 element(0x47e2, key) + settings)));
}
std::string entry(std::uint64_t track, const std::string& more) {
  return element(0xae, element(0xd7, number(track, 1)) + element(0x83, number(1, 1)) +
                           element(0x63a2, std::string(500, 'c')) + more);
}
const std::string tracks = element(0x1654ae6b, entry(1, encryption("the key")) + entry(2, ""));
const std::string cluster =
    element(0x1f43b675, element(0xe7, number(0, 1)) + element(0xa3, std::string(1000, 'v')));

std::optional<MatroskaFile> file_of(MemorySource& source) {
  auto file = read_matroska(source, Generation{});
  EXPECT_TRUE(file);
  return file ? *file : std::nullopt;
}
std::optional<MatroskaFile> file_of(const std::string& bytes) {
  MemorySource source{bytes};
  return file_of(source);
}

void expect_the_key(const std::optional<MatroskaFile>& file) {
  ASSERT_TRUE(file);
  ASSERT_THAT(file->tracks, SizeIs(2));
  EXPECT_EQ(file->tracks[0].number, 1U);
  ASSERT_THAT(file->tracks[0].encryptions, SizeIs(1));
  EXPECT_EQ(file->tracks[0].encryptions[0].algorithm, 5U);
  EXPECT_EQ(file->tracks[0].encryptions[0].cipher_mode, 1U);
  EXPECT_EQ(to_text(file->tracks[0].encryptions[0].key.value()), "746865206b6579");
  EXPECT_THAT(file->tracks[1].encryptions, IsEmpty());
}

TEST(Ebml, IsKnownByItsHeader) {
  EXPECT_EQ(file_of(head)->doc_type, "webm");
  EXPECT_FALSE(file_of(""));
  EXPECT_FALSE(file_of("\x1a\x45\xdf"));
  EXPECT_FALSE(file_of(box("ftyp", "isom")));
}

TEST(Ebml, FindsTheEncryptionOfATrack) {
  const auto file = file_of(head + element(0x18538067, element(0xec, "void") + tracks + cluster));
  expect_the_key(file);
  EXPECT_TRUE(file->tracks_at);
}

TEST(Ebml, ReadsLiveStreamsWithoutSizes) {
  expect_the_key(file_of(head + endless_element(0x18538067, tracks + cluster)));
  const std::string entries = entry(1, encryption("the key")) + entry(2, "");
  expect_the_key(file_of(head + endless_element(0x18538067, endless_element(0x1654ae6b, entries) + cluster)));
}

TEST(Ebml, FindsTracksBehindTheMediaBySeekHead) {
  const auto seek_head = [](std::uint64_t position) {
    return element(
        0x114d9b74,
        element(0x4dbb, element(0x53ab, number(0x1549a966, 4)) + element(0x53ac, number(1, 8))) +
            element(0x4dbb, element(0x53ab, number(0x1654ae6b, 4)) + element(0x53ac, number(position, 8))));
  };
  const std::string before = seek_head(seek_head(0).size() + cluster.size()) + cluster;
  expect_the_key(file_of(head + element(0x18538067, before + tracks)));
  for (const std::uint64_t position : {std::uint64_t{0}, std::uint64_t{1} << 40U, ~std::uint64_t{0}}) {
    EXPECT_THAT(file_of(head + element(0x18538067, seek_head(position) + cluster + tracks))->tracks,
                IsEmpty())
        << position;
  }
}

TEST(Ebml, ReadsNothingOfTheMedia) {
  MemorySource source{head + element(0x18538067, tracks + cluster) + std::string(5'000'000, 'v')};
  expect_the_key(file_of(source));
  EXPECT_LT(source.bytes_read, 64 << 10);
}

TEST(Ebml, SurvivesSizesThatLie) {
  for (const std::string& lie : {std::string{"\x01\xff\xff\xff\xff\xff\xff\xfe", 8}, std::string{"\xff"},
                                 std::string{"\x00", 1}, std::string{"\x80"}, std::string{"\xbf"}}) {
    for (const std::uint32_t id : {0x18538067U, 0x1654ae6bU}) {
      EXPECT_TRUE(file_of(head + number(id, 4) + lie + tracks));
    }
    EXPECT_TRUE(
        file_of(head + element(0x18538067, number(0x1654ae6b, 4) + lie + "\xae" + lie + "\x6d\x80" + lie)));
  }
}

TEST(Ebml, ReadsATruncatedFileAsFarAsItGoes) {
  const std::string whole = head + element(0x18538067, tracks);
  for (std::size_t length = 0; length < whole.size(); ++length) file_of(whole.substr(0, length));
  EXPECT_THAT(file_of(whole.substr(0, whole.size() - 10))->tracks.at(0).encryptions, SizeIs(1));
}

TEST(Ebml, BoundsCountsAndSizes) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += entry(1, "");
  EXPECT_THAT(file_of(head + element(0x18538067, element(0x1654ae6b, many)))->tracks, SizeIs(256));
  std::string voids;
  for (int i = 0; i < 100'000; ++i) voids += "\xec\x80";
  EXPECT_THAT(file_of(head + element(0x18538067, voids + tracks))->tracks, IsEmpty());
  const auto long_key =
      file_of(head + element(0x18538067, element(0x1654ae6b, entry(1, encryption(std::string(65, 'k'))))));
  EXPECT_FALSE(long_key->tracks.at(0).encryptions.at(0).key);
}

TEST(Ebml, SurvivesRandomDamage) {
  const std::string whole = head + element(0x18538067, tracks + cluster);
  std::mt19937 random{11};
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = whole;
    for (auto count = 1 + random() % 4; count > 0; --count)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    file_of(damaged);
  }
}

}  // namespace
}  // namespace freshet::container
