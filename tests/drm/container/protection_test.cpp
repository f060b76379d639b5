// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// find_protection() on files that others made: Shaka Packager and Bento4 (tests/data/vectors), FFmpeg here
// and now.
#include "drm/container/protection.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/drm/container/memory_source.h"
#include "tests/drm/vectors.h"
#include "tests/support/process/process.h"

namespace freshet::container {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string video_key = "30313233343536373839303132333435";
const std::string audio_key = "31313233343536373839303132333435";

std::string contents(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>{file}, {}};
}

// All that says how a file is protected, and no whole fragment.
constexpr std::size_t beginning = 6144;

ProtectionSummary protection_of(MemorySource& source) {
  auto summary = find_protection(source, Generation{});
  EXPECT_TRUE(summary);
  return summary.value_or(ProtectionSummary{});
}

std::vector<std::string> keys(const ProtectionSummary& summary) {
  std::vector<std::string> texts;
  for (const KeyId& key : summary.key_ids) texts.push_back(to_text(key));
  return texts;
}

struct PackagedFile {
  std::string name;
  std::string scheme;
  std::vector<std::string> keys;  // of the track, then those the packager names beside it in pssh
  std::vector<int> tracks;
  friend void PrintTo(const PackagedFile& file, std::ostream* out) { *out << file.name; }
};

class PackagedFiles : public testing::TestWithParam<PackagedFile> {};

TEST_P(PackagedFiles, AreKnownByTheirBeginning) {
  MemorySource source{test::read_vector(GetParam().name + ".mp4").substr(0, beginning)};
  const ProtectionSummary summary = protection_of(source);
  EXPECT_TRUE(summary.is_protected);
  EXPECT_EQ(summary.scheme, GetParam().scheme);
  EXPECT_EQ(keys(summary), GetParam().keys);
  EXPECT_EQ(summary.tracks, GetParam().tracks);
  ASSERT_THAT(summary.system_ids, testing::SizeIs(1));
  EXPECT_EQ(to_text(summary.system_ids[0]), "1077efec-c0b2-4d02-ace3-3c1e52e2fb4b");
  EXPECT_EQ(system_name(summary.system_ids[0]), "Common (W3C)");
}

INSTANTIATE_TEST_SUITE_P(ShakaAndBento4, PackagedFiles,
                         testing::Values(PackagedFile{"cenc-lead0-v", "cenc", {video_key, audio_key}, {1}},
                                         PackagedFile{"cens-lead0-v", "cens", {video_key, audio_key}, {1}},
                                         PackagedFile{"cbc1-lead0-v", "cbc1", {video_key, audio_key}, {1}},
                                         PackagedFile{"cbcs-lead0-a", "cbcs", {audio_key, video_key}, {1}},
                                         PackagedFile{"cbcs-lead4-v", "cbcs", {video_key, audio_key}, {1}},
                                         PackagedFile{"cenc-rot-v", "cenc", {video_key}, {1}},
                                         PackagedFile{"av-cenc", "cenc", {video_key, audio_key}, {1, 2}},
                                         PackagedFile{"av-cbcs", "cbcs", {video_key, audio_key}, {1, 2}}));

class MadeByFfmpeg : public testing::Test {
 protected:
  ProtectionSummary protection(const std::string& name, const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {
        "ffmpeg", "-loglevel", "error", "-f",      "lavfi", "-i", "testsrc2=s=160x90:d=1",
        "-f",     "lavfi",     "-i",    "sine=d=1"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.push_back((folder_ / name).string());
    const auto made = freshet::test::run({.arguments = arguments}, 60s);
    EXPECT_EQ(made.status.code, 0) << made.errors;
    MemorySource source{contents(folder_ / name)};
    return protection_of(source);
  }

  test::TemporaryFolder folder_;
};

TEST_F(MadeByFfmpeg, ClearFilesOfAllContainersAreNotProtected) {
  for (const char* name : {"a.mp4", "a.mov", "a.mkv", "a.webm", "a.avi", "a.ts", "a.ogg"}) {
    const ProtectionSummary summary =
        protection(name, std::string{name} == "a.webm" ? std::vector<std::string>{"-c:v", "vp8"}
                                                       : std::vector<std::string>{});
    EXPECT_FALSE(summary.is_protected) << name;
    EXPECT_THAT(summary.tracks, IsEmpty());
  }
  EXPECT_FALSE(protection("f.mp4", {"-movflags", "frag_keyframe+empty_moov"}).is_protected);
}

TEST_F(MadeByFfmpeg, EncryptedFilesAreProtectedWhereverTheMovieStands) {
  for (const char* flags : {"0", "faststart"}) {
    const auto summary =
        protection(std::string{flags} + ".mp4", {"-movflags", flags, "-encryption_scheme", "cenc-aes-ctr",
                                                 "-encryption_key", audio_key, "-encryption_kid", video_key});
    EXPECT_TRUE(summary.is_protected) << flags;
    EXPECT_EQ(summary.scheme, "cenc");
    EXPECT_THAT(keys(summary), ElementsAre(video_key));
    EXPECT_THAT(summary.tracks, ElementsAre(1, 2));
  }
}

TEST(FindProtection, ReadsEncryptedWebm) {
  const std::string settings = element(0x47e7, element(0x47e8, number(2, 1)));
  const std::string encoding =
      element(0x6d80, element(0x6240, element(0x5035, element(0x47e1, number(5, 1)) +
                                                          element(0x47e2, "0123456789012345") + settings)));
  const std::string tracks = element(0x1654ae6b, element(0xae, element(0xd7, number(3, 1)) + encoding));
  MemorySource source{element(0x1a45dfa3, element(0x4282, "webm")) + element(0x18538067, tracks)};
  const ProtectionSummary summary = protection_of(source);
  EXPECT_TRUE(summary.is_protected);
  EXPECT_EQ(summary.scheme, "webm-aes-cbc");
  EXPECT_THAT(keys(summary), ElementsAre(video_key));
  EXPECT_THAT(summary.tracks, ElementsAre(3));
}

TEST(FindProtection, PassesOnWhatTheSourceReports) {
  const std::string bytes = box("ftyp", std::string(20'000, 'x')) + box("moov", "");
  MemorySource failing{bytes};
  failing.fails_at = 20'010;
  const auto failed = find_protection(failing, Generation{1});
  ASSERT_FALSE(failed);
  EXPECT_EQ(std::get<Error>(failed.error()).code, "connection-lost");

  MemorySource cancelled{bytes};
  cancelled.cancel_before(Generation{2});
  const auto stopped = find_protection(cancelled, Generation{1});
  ASSERT_FALSE(stopped);
  EXPECT_TRUE(std::holds_alternative<ReadCancelled>(stopped.error()));
}

TEST(FindProtection, TakesWhatItDoesNotKnowForClear) {
  for (const std::string& bytes :
       {std::string{}, std::string{"RIFF"}, std::string(1000, '\0'), std::string(1000, '\xff')}) {
    MemorySource source{bytes};
    EXPECT_FALSE(protection_of(source).is_protected);
  }
}

TEST(SystemNames, AreTextForPeople) {
  SystemId widevine{
      {0xed, 0xef, 0x8b, 0xa9, 0x79, 0xd6, 0x4a, 0xce, 0xa3, 0xc8, 0x27, 0xdc, 0xd5, 0x1d, 0x21, 0xed}};
  EXPECT_EQ(system_name(widevine), "Widevine");
  EXPECT_EQ(to_text(widevine), "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed");
  widevine.bytes[0] = 0;
  EXPECT_EQ(system_name(widevine), "");
}

}  // namespace
}  // namespace freshet::container
