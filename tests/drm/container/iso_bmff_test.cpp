// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/container/iso_bmff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "tests/drm/container/memory_source.h"

namespace freshet::container {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kid = "0123456789abcdef";
const std::string common_system = "\x10\x77\xef\xec\xc0\xb2\x4d\x02\xac\xe3\x3c\x1e\x52\xe2\xfb\x4b";

std::string tenc(std::uint64_t version, std::uint64_t pattern, std::uint64_t is_protected,
                 std::uint64_t iv_size, const std::string& constant_iv = {}) {
  return full_box(
      "tenc", version,
      number(0, 1) + number(pattern, 1) + number(is_protected, 1) + number(iv_size, 1) + kid + constant_iv);
}
std::string sinf(const std::string& scheme, const std::string& track_encryption) {
  return box("sinf", box("frma", "avc1") + full_box("schm", 0, scheme + number(0x10000, 4)) +
                         box("schi", track_encryption));
}
std::string video_entry(const std::string& type, const std::string& children) {
  return box(type, std::string(78, '\0') + children);
}
std::string track(std::uint64_t id, const std::string& entries) {
  const std::string stsd = full_box("stsd", 0, number(1, 4) + entries);
  return box("trak", full_box("tkhd", 0, number(0, 8) + number(id, 4) + number(0, 60)) +
                         box("mdia", box("minf", box("stbl", stsd + full_box("stts", 0, number(0, 4))))));
}
std::string pssh(std::uint64_t version, const std::string& keys) {
  const std::string list = version > 0 ? number(keys.size() / 16, 4) + keys : "";
  return full_box("pssh", version, common_system + list + number(3, 4) + "abc");
}
const std::string ftyp = box("ftyp", "isom" + number(512, 4) + "isom");
const std::string protected_track =
    track(7, video_entry("encv", box("avcC", "x") + sinf("cenc", tenc(0, 0, 1, 8))));

std::optional<IsoMovie> movie_of(MemorySource& source) {
  auto movie = read_iso_movie(source, Generation{});
  EXPECT_TRUE(movie);
  return movie ? *movie : std::nullopt;
}
std::optional<IsoMovie> movie_of(const std::string& bytes) {
  MemorySource source{bytes};
  return movie_of(source);
}

TEST(IsoBmff, IsKnownByItsFirstBox) {
  EXPECT_TRUE(movie_of(ftyp));
  EXPECT_TRUE(movie_of(box("moov", "")));
  EXPECT_TRUE(movie_of(box("wide", "") + box("mdat", "x")));
  for (const std::string& other :
       {std::string{}, std::string{"\x1a\x45\xdf\xa3"}, std::string{"RIFFxxxxAVI "}, number(4, 4) + "ftyp",
        box("text", "moov"), std::string{"\0\0", 2}}) {
    EXPECT_FALSE(movie_of(other)) << other;
  }
}

TEST(IsoBmff, FindsAProtectedTrack) {
  const auto movie = movie_of(ftyp + box("moov", protected_track + track(8, video_entry("avc1", ""))));
  ASSERT_TRUE(movie);
  EXPECT_EQ(movie->position, MoviePosition::BeforeMedia);
  EXPECT_FALSE(movie->fragmented);
  ASSERT_THAT(movie->tracks, SizeIs(2));
  EXPECT_EQ(movie->tracks[0].id, 7U);
  ASSERT_THAT(movie->tracks[0].entries, SizeIs(1));
  const ProtectedEntry& entry = movie->tracks[0].entries[0];
  EXPECT_EQ(entry.entry, "encv");
  EXPECT_EQ(entry.original_format, "avc1");
  EXPECT_EQ(entry.scheme, "cenc");
  EXPECT_EQ(to_text(entry.default_key.value()), "30313233343536373839616263646566");
  EXPECT_EQ(entry.per_sample_iv_size, 8);
  EXPECT_THAT(movie->tracks[1].entries, IsEmpty());
}

TEST(IsoBmff, ReadsPatternsAndConstantIvs) {
  const auto movie = movie_of(
      ftyp +
      box("moov", track(1, video_entry("encv", sinf("cbcs", tenc(1, 0x19, 1, 0, number(16, 1) + kid))))));
  const ProtectedEntry& entry = movie->tracks.at(0).entries.at(0);
  EXPECT_EQ(entry.crypt_blocks, 1);
  EXPECT_EQ(entry.skip_blocks, 9);
  EXPECT_EQ(entry.per_sample_iv_size, 0);
  EXPECT_EQ(std::string(entry.constant_iv.begin(), entry.constant_iv.end()), kid);
}

TEST(IsoBmff, FindsProtectionInAudioEntriesOfAllVersions) {
  for (const std::size_t fixed_fields : {28U, 44U, 64U}) {
    const std::string entry =
        box("enca", std::string(fixed_fields, '\0') + box("esds", "x") + sinf("cenc", tenc(0, 0, 1, 8)));
    const auto movie = movie_of(ftyp + box("moov", track(1, entry)));
    EXPECT_EQ(movie->tracks.at(0).entries.at(0).scheme, "cenc") << fixed_fields;
  }
}

TEST(IsoBmff, KnowsAnEncryptedEntryWithoutItsDetails) {
  for (const char* type : {"encv", "enca", "enct", "drms"}) {
    const auto movie = movie_of(ftyp + box("moov", track(1, box(type, "short"))));
    ASSERT_THAT(movie->tracks.at(0).entries, SizeIs(1)) << type;
    EXPECT_EQ(movie->tracks[0].entries[0].scheme, "");
  }
}

TEST(IsoBmff, FindsTheMovieBehindTheMedia) {
  const auto movie = movie_of(ftyp + box("mdat", std::string(100'000, 'x')) + box("moov", protected_track));
  EXPECT_EQ(movie->position, MoviePosition::AfterMedia);
  EXPECT_EQ(movie->header.begin, ByteOffset{static_cast<std::int64_t>(ftyp.size()) + 100'008});
  EXPECT_THAT(movie->tracks.at(0).entries, SizeIs(1));
}

TEST(IsoBmff, StepsOverMediaOfManyGigabytes) {
  const std::int64_t media = 60LL << 30;
  const std::string large_header = number(1, 4) + "mdat" + number(static_cast<std::uint64_t>(media) + 16, 8);
  MemorySource source{ftyp + large_header + box("moov", protected_track)};
  source.gap_begin = static_cast<std::int64_t>(ftyp.size()) + 16;
  source.gap_size = media;
  EXPECT_THAT(movie_of(source)->tracks.at(0).entries, SizeIs(1));
  EXPECT_LT(source.bytes_read, 64 << 10);
}

TEST(IsoBmff, ReadsSystemHeadersOfMovieAndFirstFragment) {
  const auto movie =
      movie_of(ftyp + box("moov", box("mvex", "") + pssh(0, "") + pssh(1, kid + kid)) + box("sidx", "") +
               box("moof", box("traf", "") + pssh(1, kid)) + box("mdat", "") + box("moof", pssh(0, "")));
  EXPECT_TRUE(movie->fragmented);
  ASSERT_THAT(movie->systems, SizeIs(3));
  EXPECT_THAT(movie->systems[0].keys, IsEmpty());
  EXPECT_THAT(movie->systems[1].keys, SizeIs(2));
  EXPECT_FALSE(movie->systems[1].in_fragment);
  EXPECT_TRUE(movie->systems[2].in_fragment);
  EXPECT_EQ(system_name(movie->systems[0].system), "Common (W3C)");
}

TEST(IsoBmff, ReadsPiffBoxes) {
  const std::string header = "\xd0\x8a\x4f\x18\x10\xf3\x4a\x82\xb6\xc8\x32\xd8\xab\xa1\x83\xd3";
  const std::string encryption = "\x89\x74\xdb\xce\x7b\xe7\x4c\x51\x84\xf9\x71\x48\xf9\x88\x25\x54";
  const std::string track_encryption = box("uuid", encryption + tenc(0, 0, 1, 8).substr(8));
  const auto movie =
      movie_of(ftyp + box("moov", track(1, video_entry("encv", sinf("piff", track_encryption))) +
                                      box("uuid", header + pssh(0, "").substr(8)) + box("uuid", kid)));
  EXPECT_EQ(movie->tracks.at(0).entries.at(0).scheme, "piff");
  EXPECT_TRUE(movie->tracks[0].entries[0].default_key);
  EXPECT_THAT(movie->systems, SizeIs(1));
}

TEST(IsoBmff, SurvivesSizesThatLie) {
  // The box says it is larger than its parent, than the file, than any file.
  for (const std::string& size :
       {number(0xffffffff, 4), number(1, 4), number(0, 4), number(7, 4), number(2, 4)}) {
    EXPECT_TRUE(movie_of(ftyp + size + "moov" + number(~0ULL, 8) + protected_track));
    EXPECT_TRUE(movie_of(ftyp + box("moov", size + "trak" + number(~0ULL, 8))));
    EXPECT_TRUE(movie_of(ftyp + box("moov", track(1, size + "encv" + number(~0ULL, 8)))));
    EXPECT_TRUE(
        movie_of(ftyp + box("moov", track(1, video_entry("encv", size + "sinf" + number(~0ULL, 8))))));
  }
}

TEST(IsoBmff, ReadsATruncatedFileAsFarAsItGoes) {
  const std::string whole = ftyp + box("moov", protected_track + pssh(1, kid));
  for (std::size_t length = 0; length < whole.size(); ++length) movie_of(whole.substr(0, length));
  EXPECT_THAT(movie_of(whole.substr(0, whole.size() - 10))->tracks.at(0).entries, SizeIs(1));
}

TEST(IsoBmff, GivesUpOnFilesOfNothingButBoxes) {
  std::string boxes = ftyp;
  for (int i = 0; i < 200'000; ++i) boxes += box("free", "");
  MemorySource source{boxes + box("moov", protected_track)};
  EXPECT_EQ(movie_of(source)->position, MoviePosition::Missing);
  EXPECT_LT(source.bytes_read, 1 << 20);
}

TEST(IsoBmff, BoundsNestingAndLists) {
  std::string deep = "x";
  for (int i = 0; i < 1000; ++i) deep = box("mdia", deep);
  EXPECT_TRUE(movie_of(ftyp + box("moov", box("trak", deep))));
  std::string many;
  for (int i = 0; i < 1000; ++i) many += protected_track + pssh(1, kid);
  const auto movie = movie_of(ftyp + box("moov", many));
  EXPECT_THAT(movie->tracks, SizeIs(256));
  EXPECT_THAT(movie->systems, SizeIs(64));
  const auto keys =
      movie_of(ftyp + box("moov", full_box("pssh", 1, common_system + number(0xffffffff, 4) + kid)));
  EXPECT_THAT(keys->systems.at(0).keys, SizeIs(1));
}

TEST(IsoBmff, SurvivesRandomDamage) {
  const std::string whole =
      ftyp + box("moov", protected_track + box("mvex", "") + pssh(1, kid)) + box("moof", pssh(0, ""));
  std::mt19937 random{11};
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = whole;
    for (auto count = 1 + random() % 4; count > 0; --count)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    movie_of(damaged);
  }
}

}  // namespace
}  // namespace freshet::container
