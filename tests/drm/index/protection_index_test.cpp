// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/index/protection_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "drm/index/box_walk.h"
#include "tests/drm/container/memory_source.h"
#include "tests/drm/index/add_box.h"
#include "tests/drm/vectors.h"

namespace freshet::drm {
namespace {

using container::box;
using container::bytes_of;
using container::full_box;
using container::number;

const std::string kid = "0123456789abcdef", other_kid = "fedcba9876543210";

// One track of protected video, IVs of eight bytes.
std::string moov(const std::string& scheme = "cenc", std::uint64_t iv_size = 8) {
  const auto tenc = full_box("tenc", 0, number(0, 2) + number(1, 1) + number(iv_size, 1) + kid);
  const auto sinf =
      box("sinf", box("frma", "avc1") + full_box("schm", 0, scheme + number(0x10000, 4)) + box("schi", tenc));
  const auto stsd = full_box("stsd", 0, number(1, 4) + box("encv", std::string(78, '\0') + sinf));
  const auto trak = box("trak", full_box("tkhd", 0, number(0, 8) + number(1, 4) + number(0, 60)) +
                                    box("mdia", box("minf", box("stbl", stsd))));
  const auto trex =
      full_box("trex", 0, number(1, 4) + number(1, 4) + number(0, 4) + number(0, 4) + number(0, 4));
  return box("moov", trak + box("mvex", trex));
}

std::string with_flags(const std::string& type, std::uint64_t flags, const std::string& content,
                       std::uint64_t version = 0) {
  return box(type, number(version, 1) + number(flags, 3) + content);
}
std::string tfhd(std::uint64_t track = 1) {
  return with_flags("tfhd", 0x20000, number(track, 4));
}
std::string trun(const std::vector<std::uint32_t>& sizes, std::uint64_t data_offset = 1000) {
  std::string content = number(sizes.size(), 4) + number(data_offset, 4);
  for (const auto size : sizes) content += number(size, 4);
  return with_flags("trun", 0x201, content);
}
std::string senc(std::uint64_t samples, const std::string& entries, std::uint64_t flags = 2) {
  return with_flags("senc", flags, number(samples, 4) + entries);
}
std::string aux(const std::string& iv, const std::vector<std::pair<int, int>>& map) {
  std::string text = iv + number(map.size(), 2);
  for (const auto& [clear, hidden] : map)
    text += number(static_cast<std::uint64_t>(clear), 2) + number(static_cast<std::uint64_t>(hidden), 4);
  return text;
}
std::string moof(const std::string& track) {
  return box("moof", full_box("mfhd", 0, number(1, 4)) + box("traf", track));
}

class Index {
 public:
  explicit Index(const std::string& movie = moov()) {
    EXPECT_EQ(add_movie(index_, bytes_of(movie)), IndexStatus::Done);
  }
  IndexStatus add(const std::string& fragment, std::int64_t offset = 5000) {
    return add_fragment(index_, bytes_of(fragment), offset);
  }
  ProtectionIndex* operator->() { return &index_; }

 private:
  ProtectionIndex index_;
};

TEST(ProtectionIndex, TellsWhereSamplesAreAndHowTheyAreProtected) {
  Index index;
  ASSERT_EQ(index.add(moof(tfhd() + trun({100, 50}) +
                           senc(2, aux("iv-one--", {{4, 96}}) + aux("iv-two--", {{10, 16}, {8, 16}})))),
            IndexStatus::Done);
  const auto first = index->find(6000), second = index->find(6100);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->size, 100U);
  EXPECT_EQ(first->track, 1U);
  EXPECT_TRUE(first->defaults->is_protected);
  EXPECT_EQ(std::string(first->defaults->key.begin(), first->defaults->key.end()), kid);
  EXPECT_EQ(std::string(first->iv.begin(), first->iv.begin() + 8), "iv-one--");
  EXPECT_EQ(first->iv[8], 0);
  ASSERT_EQ(second->subsamples.size(), 2U);
  EXPECT_EQ(second->subsamples[1].clear, 8U);
  EXPECT_EQ(second->subsamples[1].protected_bytes, 16U);
  EXPECT_FALSE(index->find(6001));
  EXPECT_FALSE(index->find(5999));
  EXPECT_FALSE(index->find(6150));
}

TEST(ProtectionIndex, ReadsAuxiliaryInformationInsideTheFragment) {
  // saiz says how long each is, saio where they begin: here behind all other boxes, in a free box.
  const auto one = aux("iv-one--", {{4, 96}}), two = std::string("iv-two--");
  const auto saiz =
      full_box("saiz", 0, number(0, 1) + number(2, 4) + number(one.size(), 1) + number(two.size(), 1));
  const auto make = [&](std::uint64_t place) {
    return moof(tfhd() + trun({100, 50}) + saiz + full_box("saio", 0, number(1, 4) + number(place, 4)) +
                box("free", one + two));
  };
  const auto place = make(0).size() - one.size() - two.size();
  Index index;
  ASSERT_EQ(index.add(make(place)), IndexStatus::Done);
  EXPECT_EQ(index->find(6000)->subsamples.size(), 1U);
  EXPECT_TRUE(index->find(6100)->subsamples.empty());
  EXPECT_EQ(index->find(6100)->iv[3], 't');
  EXPECT_EQ(Index().add(make(place - 1)), IndexStatus::BadBox);
  EXPECT_EQ(Index().add(make(place + 1)), IndexStatus::NoAuxiliary) << "its end lies elsewhere";
  EXPECT_EQ(Index().add(make(100'000)), IndexStatus::NoAuxiliary) << "it lies elsewhere";
}

TEST(ProtectionIndex, TakesKeysAndClearSamplesFromGroups) {
  const auto entry = [](std::uint64_t is_protected, std::uint64_t iv_size, const std::string& key) {
    return number(0, 2) + number(is_protected, 1) + number(iv_size, 1) + key;
  };
  const auto sgpd =
      full_box("sgpd", 1, "seig" + number(20, 4) + number(2, 4) + entry(1, 8, other_kid) + entry(0, 0, kid));
  const auto sbgp = [](std::uint64_t last) {
    return full_box(
        "sbgp", 0,
        "seig" + number(2, 4) + number(1, 4) + number(0x10001, 4) + number(1, 4) + number(last, 4));
  };
  const auto entries = aux("iv-one--", {{0, 10}}) + number(0, 2) + aux("iv-thre-", {{0, 30}});
  const auto make = [&](std::uint64_t last) {
    return moof(tfhd() + trun({10, 20, 30}) + sgpd + sbgp(last) + senc(3, entries));
  };
  Index index;
  ASSERT_EQ(index.add(make(0x10002)), IndexStatus::Done);
  EXPECT_EQ(index->find(6000)->defaults->key[0], 'f');
  EXPECT_FALSE(index->find(6010)->defaults->is_protected);
  EXPECT_EQ(index->find(6030)->defaults->key[0], '0') << "of no group: as tenc says";
  EXPECT_EQ(Index().add(make(0x10003)), IndexStatus::BadBox) << "a group that is not there";
  EXPECT_EQ(Index().add(make(1)), IndexStatus::BadBox) << "nor in stbl";
}

TEST(ProtectionIndex, RefusesWhatContradictsItself) {
  const auto good = aux("iv-one--", {{4, 96}});
  EXPECT_EQ(Index().add(moof(tfhd(2) + trun({100}) + senc(1, good))), IndexStatus::UnknownTrack);
  EXPECT_EQ(Index().add(moof(trun({100}) + tfhd() + senc(1, good))), IndexStatus::BadBox)
      << "no header before";
  EXPECT_EQ(Index().add(moof("")), IndexStatus::BadBox);
  EXPECT_EQ(Index().add(moof(tfhd() + tfhd() + trun({100}) + senc(1, good))), IndexStatus::BadBox);
  EXPECT_EQ(Index().add(moof(tfhd() + trun({100}) + senc(2, good + good))), IndexStatus::BadBox)
      << "one sample";
  EXPECT_EQ(Index().add(moof(tfhd() + trun({100, 100}) + senc(2, good))), IndexStatus::BadBox) << "too short";
  EXPECT_EQ(Index().add(moof(tfhd() + trun({99}) + senc(1, good))), IndexStatus::BadBox)
      << "not of this size";
  EXPECT_EQ(Index().add(moof(tfhd() + trun({100}))), IndexStatus::NoAuxiliary);
  EXPECT_EQ(Index().add(moof(tfhd() + with_flags("trun", 0, number(5000, 4)))), IndexStatus::TooMuch);
  EXPECT_EQ(Index().add(moof(tfhd() + with_flags("trun", 0x200, number(200'000, 4)))), IndexStatus::TooMuch);
  EXPECT_EQ(Index().add(moof(tfhd() + trun({100}, 0x80000000) + senc(1, good))), IndexStatus::BadBox)
      << "before the file";
  EXPECT_EQ(Index().add(box("moov", "")), IndexStatus::BadBox);
  EXPECT_EQ(Index().add(moof(tfhd() + trun({100}) + senc(1, good)), -1), IndexStatus::BadBox);
  ProtectionIndex fresh;
  EXPECT_EQ(add_movie(fresh, bytes_of(moov("what"))), IndexStatus::UnknownScheme);
  EXPECT_EQ(add_movie(fresh, bytes_of(moov("cenc", 7))), IndexStatus::BadBox) << "no such IV";
  EXPECT_EQ(add_movie(fresh, bytes_of(moov("cenc", 0))), IndexStatus::BadBox) << "no IV at all";
}

TEST(ProtectionIndex, RefusesABoxThatIsCut) {
  const auto movie = moov(), fragment = moof(tfhd() + trun({100}) + senc(1, aux("iv-one--", {{4, 96}})));
  for (std::size_t length = 0; length < movie.size(); ++length) {
    const auto cut = movie.substr(0, length);
    EXPECT_EQ(ProtectionIndex::read_movie(bytes_of(cut), 0).error(), IndexStatus::BadBox) << length;
  }
  for (std::size_t length = 0; length < fragment.size(); ++length)
    EXPECT_EQ(Index().add(fragment.substr(0, length)), IndexStatus::BadBox) << length;
}

TEST(ProtectionIndex, ForgetsNothingOfAFragmentThatComesTwice) {
  Index index;
  const auto fragment = moof(tfhd() + trun({100}) + senc(1, aux("iv-one--", {{4, 96}})));
  EXPECT_EQ(index.add(fragment), IndexStatus::Done);
  EXPECT_EQ(index.add(fragment), IndexStatus::Done);
  EXPECT_EQ(index->samples().size(), 1U);
}

// Bytes of real files changed at random: refused, or consistent.
TEST(ProtectionIndex, StaysConsistentWhateverItIsGiven) {
  std::mt19937 random(7);
  for (const auto* const name : {"cenc-rot-v", "av-cbcs", "cbcs-lead4-v"}) {
    const auto original = test::read_vector(std::string(name) + ".mp4");
    for (int round = 0; round < 300; ++round) {
      ProtectionIndex index;
      BoxWalk walk(bytes_of(original));
      std::size_t begin = 0;
      while (const auto part = walk.next()) {
        const auto end = part->content_begin + part->content.size();
        auto whole = original.substr(begin, part->type == "mdat" ? 0 : end - begin);
        for (auto changes = random() % 4; changes > 0 && !whole.empty(); --changes)
          whole[random() % whole.size()] = static_cast<char>(random());
        if (part->type == "moov") static_cast<void>(add_movie(index, bytes_of(whole)));
        if (part->type == "moof")
          static_cast<void>(add_fragment(index, bytes_of(whole), static_cast<std::int64_t>(begin)));
        begin = end;
      }
      for (const auto& sample : index.samples()) {
        std::uint64_t sum = 0;
        for (const auto& subsample : sample.subsamples)
          sum += std::uint64_t{subsample.clear} + subsample.protected_bytes;
        EXPECT_TRUE(sample.subsamples.empty() || sum == sample.size);
        EXPECT_GE(sample.offset, 0);
      }
    }
  }
}

}  // namespace
}  // namespace freshet::drm
