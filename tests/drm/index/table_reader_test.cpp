// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The sample tables of flat files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/drm/container/memory_source.h"
#include "tests/drm/index/add_box.h"

namespace freshet::drm {
namespace {

using container::box;
using container::bytes_of;
using container::full_box;
using container::number;
using testing::ElementsAre;

const std::string first_key = "0123456789abcdef", second_key = "fedcba9876543210";

std::string words(const std::vector<std::uint64_t>& values, std::size_t width = 4) {
  std::string text;
  for (const auto value : values) text += number(value, width);
  return text;
}

// Two descriptions: protected by the first key with IVs of eight bytes, and by the second with a constant
// one.
std::string stsd() {
  const auto entry = [](const std::string& tenc) {
    return box("encv",
               std::string(78, '\0') +
                   box("sinf", box("frma", "avc1") + full_box("schm", 0, "cbcs" + number(0x10000, 4)) +
                                   box("schi", tenc)));
  };
  return full_box(
      "stsd", 0,
      number(2, 4) + entry(full_box("tenc", 0, number(0, 2) + number(1, 1) + number(8, 1) + first_key)) +
          entry(full_box(
              "tenc", 0,
              number(0, 2) + number(1, 1) + number(0, 1) + second_key + number(16, 1) + "constant-iv-0123")));
}

std::string moov(const std::string& tables, const std::string& descriptions = stsd()) {
  const auto tkhd = full_box("tkhd", 0, number(0, 8) + number(7, 4));
  return box("moov", box("trak", tkhd + box("mdia", box("minf", box("stbl", descriptions + tables)))));
}
// Five samples in three chunks: two in each but the last, which is of the second description.
std::string places(const std::string& sizes = full_box("stsz", 0, words({0, 5, 10, 20, 30, 40, 50}))) {
  return sizes + full_box("stsc", 0, words({2, 1, 2, 1, 3, 1, 2})) +
         full_box("stco", 0, words({3, 1000, 2000, 3000}));
}
std::string senc() {
  std::string all = number(5, 4);
  for (const auto* const iv : {"iv-one--", "iv-two--", "iv-three", "iv-four-"})
    all += std::string(iv) + number(0, 2);
  return box("senc", number(2, 4) + all + number(0, 2));
}

struct Read {
  IndexStatus status = IndexStatus::Done;
  ProtectionIndex index;
  std::vector<std::int64_t> offsets;
  std::vector<std::uint32_t> sizes;
};
Read read(const std::string& movie, const ReadBytes& bytes = {}) {
  Read all;
  all.status = add_movie(all.index, bytes_of(movie), 0, bytes);
  for (const auto& sample : all.index.samples()) {
    all.offsets.push_back(sample.offset);
    all.sizes.push_back(sample.size);
  }
  return all;
}

TEST(Tables, TellWhereSamplesAreAndHowTheyAreProtected) {
  const auto all = read(moov(places() + senc()));
  ASSERT_EQ(all.status, IndexStatus::Done);
  EXPECT_THAT(all.offsets, ElementsAre(1000, 1010, 2000, 2030, 3000));
  EXPECT_THAT(all.sizes, ElementsAre(10, 20, 30, 40, 50));
  const auto third = all.index.find(2000), last = all.index.find(3000);
  ASSERT_TRUE(third && last);
  EXPECT_EQ(std::string(third->iv.begin(), third->iv.begin() + 8), "iv-three");
  EXPECT_EQ(std::string(third->defaults->key.begin(), third->defaults->key.end()), first_key);
  EXPECT_EQ(third->track, 7U);
  EXPECT_EQ(std::string(last->iv.begin(), last->iv.end()), "constant-iv-0123");
  EXPECT_EQ(std::string(last->defaults->key.begin(), last->defaults->key.end()), second_key);
}

TEST(Tables, MayBeCompactOrWideOrSayOneSizeForAll) {
  const auto compact = [](int bits, const std::string& sizes) {
    return full_box("stz2", 0,
                    number(0, 3) + number(static_cast<std::uint64_t>(bits), 1) + number(5, 4) + sizes);
  };
  EXPECT_THAT(read(moov(places(compact(4, "\x12\x34\x50")) + senc())).sizes, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(read(moov(places(compact(8, "\x01\x02\x03\x04\x05")) + senc())).sizes,
              ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(read(moov(places(compact(16, words({1, 2, 3, 4, 500}, 2))) + senc())).sizes,
              ElementsAre(1, 2, 3, 4, 500));
  EXPECT_THAT(read(moov(places(full_box("stsz", 0, words({77, 5}))) + senc())).sizes,
              ElementsAre(77, 77, 77, 77, 77));
  const auto wide = full_box("stsz", 0, words({9, 1})) + full_box("stsc", 0, words({1, 1, 1, 2})) +
                    full_box("co64", 0, number(1, 4) + number(0x123456789a, 8));
  EXPECT_THAT(read(moov(wide)).offsets, ElementsAre(0x123456789a));
}

// saio: a place for all samples, or one for each chunk; in moov, or anywhere in the file.
TEST(Tables, FindAuxiliaryInformationWhereverItLies) {
  std::string file(10'000, '.');
  const std::vector<std::string> ivs{"iv-one--", "iv-two--", "iv-three", "iv-four-"};
  for (std::size_t i = 0; i < ivs.size(); ++i)
    file.replace(i < 2 ? 5000 + 8 * i : 7000 + 8 * (i - 2), 8, ivs[i]);
  int asked = 0;
  const ReadBytes from_file = [&](std::int64_t offset, std::size_t length) {
    ++asked;
    const auto bytes = bytes_of(file).subspan(static_cast<std::size_t>(offset), length);
    return std::vector(bytes.begin(), bytes.end());
  };
  const auto saiz = full_box("saiz", 0, number(0, 1) + number(5, 4) + std::string("\x08\x08\x08\x08\x00", 5));
  const auto by_chunk = moov(places() + saiz + full_box("saio", 0, words({3, 5000, 7000, 9000})));
  const auto all = read(by_chunk, from_file);
  ASSERT_EQ(all.status, IndexStatus::Done);
  const auto fourth = all.index.find(2030);
  ASSERT_TRUE(fourth);
  EXPECT_EQ(std::string(fourth->iv.begin(), fourth->iv.begin() + 8), "iv-four-");
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(read(by_chunk).status, IndexStatus::NoAuxiliary);
  EXPECT_EQ(read(by_chunk, [](std::int64_t, std::size_t) { return std::vector<std::byte>(3); }).status,
            IndexStatus::NoAuxiliary)
      << "less than was asked for";
  EXPECT_EQ(read(moov(places() + saiz + full_box("saio", 0, words({2, 5000, 7000}))), from_file).status,
            IndexStatus::BadBox)
      << "neither one place nor one for each chunk";
}

TEST(Tables, ThatContradictThemselvesAreRefused) {
  const auto stsz = full_box("stsz", 0, words({0, 5, 10, 20, 30, 40, 50}));
  const auto stsc = full_box("stsc", 0, words({2, 1, 2, 1, 3, 1, 2}));
  const auto stco = full_box("stco", 0, words({3, 1000, 2000, 3000}));
  const auto refused = [](const std::string& tables) { return read(moov(tables)).status; };
  EXPECT_EQ(refused(full_box("stsz", 0, words({0, 6, 10, 20, 30, 40, 50})) + stsc + stco + senc()),
            IndexStatus::BadBox)
      << "fewer sizes than it says";
  EXPECT_EQ(refused(full_box("stsz", 0, words({0, 0xffffffff})) + stsc + stco + senc()), IndexStatus::BadBox);
  EXPECT_EQ(refused(full_box("stsz", 0, words({1, 0xffffffff})) + stsc + stco + senc()), IndexStatus::BadBox);
  EXPECT_EQ(refused(full_box("stz2", 0, number(7, 4) + number(1, 4) + "x") + stsc + stco + senc()),
            IndexStatus::BadBox);
  EXPECT_EQ(refused(stsz + full_box("stsc", 0, words({1, 2, 2, 1})) + stco + senc()), IndexStatus::BadBox)
      << "nothing about the first chunk";
  EXPECT_EQ(refused(stsz + full_box("stsc", 0, words({3, 1, 2, 1, 2, 2, 1, 2, 2, 1})) + stco + senc()),
            IndexStatus::BadBox)
      << "the same chunk twice";
  EXPECT_EQ(refused(stsz + stsc + full_box("stco", 0, words({2, 1000, 2000})) + senc()), IndexStatus::BadBox)
      << "samples without a chunk";
  EXPECT_EQ(refused(stsz + stsc + full_box("stco", 0, words({4, 1000, 2000, 3000})) + senc()),
            IndexStatus::BadBox);
  EXPECT_EQ(refused(stsz + stsc + full_box("co64", 0, number(3, 4) + words({1, 2, ~0ULL}, 8)) + senc()),
            IndexStatus::BadBox);
  EXPECT_EQ(refused(stsz + stsc + stco), IndexStatus::NoAuxiliary);
  EXPECT_EQ(refused(stsz + stsc + stco + box("senc", number(0, 4) + number(4, 4))), IndexStatus::BadBox);
}

TEST(Tables, OfAFragmentedFileAreEmpty) {
  const auto empty =
      full_box("stsz", 0, words({0, 0})) + full_box("stsc", 0, words({0})) + full_box("stco", 0, words({0}));
  const auto all = read(moov(empty));
  EXPECT_EQ(all.status, IndexStatus::Done);
  EXPECT_TRUE(all.offsets.empty());
}

}  // namespace
}  // namespace freshet::drm
