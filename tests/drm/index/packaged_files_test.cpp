// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Files that other people's packagers encrypted, decrypted by index and decryptor. Whether every frame came
// out right is FFmpeg's to say, which is shown the file as if it had never been encrypted.
#include <algorithm>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "drm/decrypt/sample_decryptor.h"
#include "drm/index/box_walk.h"
#include "drm/index/protection_index.h"
#include "tests/drm/index/add_box.h"
#include "tests/drm/vectors.h"
#include "tests/support/process/process.h"

namespace freshet::drm {
namespace {

using namespace std::chrono_literals;
using Data = std::vector<std::uint8_t>;

Data read(const std::string& name) {
  const auto text = test::read_vector(name);
  return {text.begin(), text.end()};
}

template <class Array>
Array turned(Array array, int steps) {
  std::ranges::rotate(array, array.begin() + steps);
  return array;
}

std::map<KeyId16, AesKey> known_keys() {
  constexpr KeyId16 video{0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
                          0x38, 0x39, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35};
  constexpr AesKey video_key{0xeb, 0xdd, 0x62, 0xf1, 0x68, 0x14, 0xd2, 0x7b,
                             0x68, 0xef, 0x12, 0x2a, 0xfc, 0xe4, 0xae, 0x3c};
  auto audio = video;
  audio[0] = 0x31;
  auto audio_key = video_key;
  audio_key[0] = 0xab;
  std::map<KeyId16, AesKey> keys{{audio, audio_key}};
  for (int period = 0; period < 5; ++period) keys.emplace(turned(video, period), turned(video_key, period));
  return keys;
}

void index(const Data& file, ProtectionIndex& result) {
  const auto bytes = std::as_bytes(std::span(file));
  BoxWalk walk(bytes);
  std::size_t begin = 0;
  while (const auto box = walk.next()) {
    const auto end = box->content_begin + box->content.size();
    const auto whole = bytes.subspan(begin, end - begin);
    if (box->type == "moov") {
      ASSERT_EQ(add_movie(result, whole), IndexStatus::Done);
    } else if (box->type == "moof") {
      ASSERT_EQ(add_fragment(result, whole, static_cast<std::int64_t>(begin)), IndexStatus::Done);
    }
    begin = end;
  }
  ASSERT_TRUE(walk.ok());
}

// Everything that tells of protection gets another name of the same length.
void rename_protection(Data& file) {
  const auto replace = [&](std::string_view from, std::string_view to) {
    for (auto at = file.begin(); (at = std::search(at, file.end(), from.begin(), from.end())) != file.end();)
      at = std::ranges::copy(to, at).out;
  };
  for (const auto* const name : {"senc", "saiz", "saio", "pssh", "sinf", "sgpd", "sbgp"})
    replace(name, "free");
  replace("encv", "avc1");
  replace("enca", "mp4a");
}

std::vector<std::string> digests(const std::string& text) {
  std::vector<std::string> result;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    if (!line.empty() && line[0] != '#') result.push_back(line.substr(line.rfind(' ') + 1));
    begin = end + 1;
  }
  return result;
}

struct Packaged {
  const char* name;
  bool has_video, has_audio;
};
void PrintTo(const Packaged& file, std::ostream* out) {
  *out << file.name;
}

class PackagedFiles : public testing::TestWithParam<Packaged> {};

TEST_P(PackagedFiles, AreDecryptedToTheFramesOfTheFilm) {
  auto file = read(std::string(GetParam().name) + ".mp4");
  ASSERT_FALSE(file.empty());
  ProtectionIndex protection;
  index(file, protection);
  const auto keys = known_keys();
  int decrypted = 0;
  for (const auto& sample : protection.samples()) {
    const auto found = protection.find(sample.offset);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->size, sample.size);
    if (!sample.defaults->is_protected) continue;
    ASSERT_TRUE(keys.contains(sample.defaults->key));
    auto decryptor = SampleDecryptor::make(sample.defaults->scheme, keys.at(sample.defaults->key)).value();
    const auto bytes = std::span(file).subspan(static_cast<std::size_t>(sample.offset), sample.size);
    ASSERT_EQ(decryptor.decrypt(bytes, sample.how()), DecryptStatus::Done);
    ++decrypted;
  }
  EXPECT_GT(decrypted, 50);
  rename_protection(file);
  const test::TemporaryFolder folder;
  const auto clear = folder / "clear.mp4";
  std::ofstream(clear, std::ios::binary).write(reinterpret_cast<const char*>(file.data()), std::ssize(file));
  const auto check = [&](const std::string& stream, const std::string& truth) {
    const auto result = test::run({.arguments = {"ffmpeg", "-v", "error", "-nostdin", "-i", clear.string(),
                                                 "-map", "0:" + stream, "-f", "framemd5", "-"}},
                                  60s);
    EXPECT_EQ(result.errors, "");
    auto frames = digests(result.output);
    const auto truth_frames = digests(test::read_vector(truth));
    // The packagers dropped the edit list that hides what the sound's encoder begins with.
    if (stream == "a:0" && frames.size() == truth_frames.size() + 1) frames.erase(frames.begin());
    EXPECT_EQ(frames, truth_frames);
  };
  if (GetParam().has_video) check("v:0", "clear-video.framemd5");
  if (GetParam().has_audio) check("a:0", "clear-audio.framemd5");
}

constexpr Packaged files[] = {
    {"cenc-lead0-v", true, false}, {"cens-lead0-v", true, false}, {"cbc1-lead0-v", true, false},
    {"cbcs-lead0-v", true, false}, {"cenc-lead4-v", true, false}, {"cens-lead4-v", true, false},
    {"cbc1-lead4-v", true, false}, {"cbcs-lead4-v", true, false}, {"cenc-lead0-a", false, true},
    {"cens-lead0-a", false, true}, {"cbc1-lead0-a", false, true}, {"cbcs-lead0-a", false, true},
    {"cenc-lead4-a", false, true}, {"cens-lead4-a", false, true}, {"cbc1-lead4-a", false, true},
    {"cbcs-lead4-a", false, true}, {"cenc-rot-v", true, false},   {"av-cenc", true, true},
    {"av-cbcs", true, true}};
INSTANTIATE_TEST_SUITE_P(ShakaAndBento4, PackagedFiles, testing::ValuesIn(files));

TEST(PackagedFiles, AreTakenInAnyOrderOfTheirFragments) {
  const auto file = read("av-cenc.mp4");
  ProtectionIndex forward, backward;
  index(file, forward);
  const auto bytes = std::as_bytes(std::span(file));
  std::vector<std::pair<std::size_t, std::size_t>> fragments;
  BoxWalk walk(bytes);
  std::size_t begin = 0;
  while (const auto box = walk.next()) {
    const auto end = box->content_begin + box->content.size();
    if (box->type == "moov") {
      ASSERT_EQ(add_movie(backward, bytes.subspan(begin, end - begin)), IndexStatus::Done);
    }
    if (box->type == "moof") fragments.emplace_back(begin, end);
    begin = end;
  }
  for (const auto& [from, to] : std::vector(fragments.rbegin(), fragments.rend()))
    EXPECT_EQ(add_fragment(backward, bytes.subspan(from, to - from), static_cast<std::int64_t>(from)),
              IndexStatus::Done);
  const auto all = forward.samples();
  EXPECT_EQ(backward.samples().size(), all.size());
  for (const auto& sample : all) {
    const auto found = backward.find(sample.offset);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->iv, sample.iv);
    EXPECT_EQ(found->track, sample.track);
  }
}

}  // namespace
}  // namespace freshet::drm
