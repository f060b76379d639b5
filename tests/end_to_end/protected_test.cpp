// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Protected films, with their keys and without. The films are packaged by others: FFmpeg's muxer (flat),
// Shaka Packager and Bento4 (fragments; tests/data/vectors); the truth is what FFmpeg decodes of the clear
// film.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <span>

#include "tests/end_to_end/support/exact_seeks.h"
#include "tests/end_to_end/support/framemd5.h"
#include "tests/end_to_end/support/freshet.h"
#include "tests/end_to_end/support/seeders.h"

namespace freshet::end_to_end {
namespace {

using testing::HasSubstr;

const std::string flat_key = "--key=0123456789abcdef0123456789abcdef:00112233445566778899aabbccddeeff";
const std::string video_key = "--key=30313233343536373839303132333435:ebdd62f16814d27b68ef122afce4ae3c";
const std::string audio_key = "--key=31313233343536373839303132333435:abdd62f16814d27b68ef122afce4ae3c";

std::filesystem::path vector_file(const std::string& name) {
  const char* const folder = std::getenv("FRESHET_TEST_DATA");
  return std::filesystem::path(folder != nullptr ? folder : "tests/data") / "vectors" / name;
}

// Period n of the file that rotates its key has the video's KID and key turned left by n bytes.
Arguments rotated_keys() {
  Arguments keys;
  std::string id = "30313233343536373839303132333435", key = "ebdd62f16814d27b68ef122afce4ae3c";
  for (int period = 0; period < 5; ++period) {
    keys.push_back("--key=" + id + ":" + key);
    std::ranges::rotate(id, id.begin() + 2);
    std::ranges::rotate(key, key.begin() + 2);
  }
  return keys;
}

// The film's pictures as a file has them: of one track they begin at 0; where Bento4 put two tracks together
// there is no edit list any more, and the pictures are as late as the first of them is decoded early.
FrameHashes pictures_of(const std::string& name) {
  auto frames = read_framemd5(vector_file("clear-video.framemd5"));
  if (name.starts_with("av-"))
    for (auto& frame : frames.frames) frame.pts += 2;
  return frames;
}

class Vectors : public testing::TestWithParam<std::string> {};

TEST_P(Vectors, PlayFrameForFrameAndSampleForSample) {
  const auto& name = GetParam();
  const Home home;
  const auto result = test::run(home.headless(Arguments{audio_key, "--framemd5=" + (home / "video").string(),
                                                        "--framemd5-audio=" + (home / "audio").string()} +
                                              rotated_keys() + Arguments{vector_file(name + ".mp4")}),
                                patience);
  ASSERT_EQ(result.status.code, 0) << result.errors;
  const bool has_both = name.starts_with("av-");
  if (has_both || name.ends_with("-v")) expect_same_frames(read_framemd5(home / "video"), pictures_of(name));
  if (has_both || name.ends_with("-a")) {
    auto sound = read_framemd5(home / "audio").digests();
    const auto truth = read_framemd5(vector_file("clear-audio.framemd5")).digests();
    // The packagers dropped the edit list that hides what the sound's encoder begins with.
    ASSERT_EQ(sound.size(), truth.size() + 1);
    sound.erase(sound.begin());
    EXPECT_EQ(sound, truth);
  }
}

INSTANTIATE_TEST_SUITE_P(ShakaAndBento4, Vectors,
                         testing::Values("cenc-lead0-v", "cenc-lead0-a", "cenc-lead4-v", "cenc-lead4-a",
                                         "cens-lead0-v", "cens-lead0-a", "cens-lead4-v", "cens-lead4-a",
                                         "cbc1-lead0-v", "cbc1-lead0-a", "cbc1-lead4-v", "cbc1-lead4-a",
                                         "cbcs-lead0-v", "cbcs-lead0-a", "cbcs-lead4-v", "cbcs-lead4-a",
                                         "cenc-rot-v", "av-cenc", "av-cbcs"),
                         [](const auto& test) { return letters(test.param); });

class VectorSeeks : public testing::TestWithParam<std::string> {};

TEST_P(VectorSeeks, ShowExactlyTheFramesOfTwentyRandomPlaces) {
  expect_exact_seeks(rotated_keys() + Arguments{audio_key, vector_file(GetParam() + ".mp4")},
                     pictures_of(GetParam()), 20);
}

INSTANTIATE_TEST_SUITE_P(ShakaAndBento4, VectorSeeks,
                         testing::Values("cenc-lead0-v", "cenc-lead4-v", "cens-lead0-v", "cbc1-lead4-v",
                                         "cbcs-lead0-v", "cbcs-lead4-v", "cenc-rot-v", "av-cenc", "av-cbcs"),
                         [](const auto& test) { return letters(test.param); });

TEST(FlatFile, PlaysFrameForFrameAndSampleForSample) {
  const Home home;
  const auto result =
      test::run(home.headless({flat_key, "--framemd5=" + (home / "video").string(),
                               "--framemd5-audio=" + (home / "audio").string(), media("protected-film.mp4")}),
                patience);
  ASSERT_EQ(result.status.code, 0) << result.errors;
  expect_same_frames(read_framemd5(home / "video"), ffmpeg_video(media("moov-last.mp4")));
  EXPECT_EQ(read_framemd5(home / "audio").digests(), ffmpeg_audio(media("moov-last.mp4")).digests());
}

TEST(FlatFile, SeeksToExactlyTheFramesOfTwentyRandomPlaces) {
  expect_exact_seeks({flat_key, media("protected-film.mp4")}, ffmpeg_video(media("moov-last.mp4")), 20);
}

class Swarms : public testing::TestWithParam<std::string> {};

TEST_P(Swarms, CarryCiphertextThatPlaysWithItsKeys) {
  const Seeder seeder(vector_file(GetParam() + ".mp4"));
  const Home home;
  const auto result = test::run(
      home.headless(rotated_keys() + Arguments{audio_key, "--framemd5=" + (home / "video").string()} +
                    alone_with({seeder.address()}) + Arguments{seeder.magnet()}),
      patience);
  ASSERT_EQ(result.status.code, 0) << result.errors;
  expect_same_frames(read_framemd5(home / "video"), pictures_of(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Some, Swarms, testing::Values("av-cbcs", "cenc-rot-v"),
                         [](const auto& test) { return letters(test.param); });

TEST(KeyFile, UnlocksLikeKeysOnTheCommandLine) {
  const Home home;
  std::ofstream(home / "keys.json")
      << R"({"keys":[{"kty":"oct","kid":"ASNFZ4mrze8BI0VniavN7w","k":"ABEiM0RVZneImaq7zN3u_w"}]})";
  EXPECT_EQ(test::run(home.headless({"--key-file=" + (home / "keys.json").string(), media("protected.mp4")}),
                      patience)
                .status.code,
            0);
  std::ofstream(home / "keys.txt")
      << "# the film\n0123456789abcdef0123456789abcdef:00112233445566778899aabbccddeeff\n";
  EXPECT_EQ(test::run(home.headless({"--key-file=" + (home / "keys.txt").string(), media("protected.mp4")}),
                      patience)
                .status.code,
            0);
}

struct Refusal {
  std::string name;
  Arguments arguments;
  int exit_code;
  std::string code, message;
};

class Refusals : public testing::TestWithParam<Refusal> {};

TEST_P(Refusals, SayWhyAndWhatToDo) {
  const Home home;
  const auto result = test::run(
      home.headless(Arguments{"--framemd5=" + (home / "video").string()} + GetParam().arguments), patience);
  EXPECT_EQ(result.status.code, GetParam().exit_code) << result.output;
  const auto errors = events_named(events(result.output), "error");
  if (!GetParam().code.empty()) {
    ASSERT_EQ(errors.size(), 1U) << result.output;
    EXPECT_EQ(errors[0]["code"], GetParam().code);
    EXPECT_THAT(errors[0]["message"].get<std::string>(), HasSubstr(GetParam().message));
    EXPECT_FALSE(errors[0]["hint"].get<std::string>().empty());
  }
  EXPECT_THAT(result.errors, HasSubstr(GetParam().message));
  EXPECT_THAT(result.errors + result.output, Not(HasSubstr("ebdd62f1"))) << "keys are never repeated";
}

INSTANTIATE_TEST_SUITE_P(
    All, Refusals,
    testing::Values(
        Refusal{"without_a_key", {vector_file("cenc-lead0-v.mp4")}, 5, "no-licence", "there is no licence"},
        Refusal{"with_another_films_key",
                {flat_key, vector_file("cbcs-lead0-v.mp4")},
                5,
                "no-licence",
                "30313233343536373839303132333435"},
        Refusal{"with_one_key_of_two",
                {video_key, vector_file("av-cenc.mp4")},
                5,
                "key-missing",
                "31313233343536373839303132333435"},
        Refusal{"with_the_first_key_of_five",
                {video_key, vector_file("cenc-rot-v.mp4")},
                5,
                "key-missing",
                "31323334353637383930313233343530"},
        Refusal{"with_a_wrong_key_for_sound",
                {"--key=31313233343536373839303132333435:00112233445566778899aabbccddeeff",
                 vector_file("cenc-lead0-a.mp4")},
                5,
                "wrong-key",
                "not this film's key"},
        Refusal{"with_a_key_that_is_none",
                {"--key=1234:5678", vector_file("cenc-lead0-v.mp4")},
                1,
                "",
                "KID:KEY"},
        Refusal{"with_a_key_file_that_is_not_there", {"--key-file=/nowhere", "x.mp4"}, 2, "", "/nowhere"}),
    [](const auto& test) { return test.param.name; });

// A wrong key is not an error of any cipher: the pictures would be garbage.
class WrongKeys : public testing::TestWithParam<std::string> {};

TEST_P(WrongKeys, ShowNothingOfTheNoise) {
  const bool has_lead = GetParam().find("lead4") != std::string::npos;
  auto lead = read_framemd5(vector_file("clear-video.framemd5")).digests();
  lead.resize(has_lead ? 96 : 0);
  for (const char last : {'0', '1', '2', '3'}) {
    const Home home;
    const auto result = test::run(
        home.headless(
            {std::string("--key=30313233343536373839303132333435:0000000000000000000000000000000") + last,
             "--framemd5=" + (home / "video").string(), vector_file(GetParam() + ".mp4")}),
        patience);
    EXPECT_EQ(result.status.code, 5) << result.output << result.errors;
    const auto errors = events_named(events(result.output), "error");
    ASSERT_EQ(errors.size(), 1U) << result.output;
    EXPECT_EQ(errors[0]["code"], "wrong-key");
    const auto shown = read_framemd5(home / "video").digests();
    ASSERT_LE(shown.size(), lead.size());
    EXPECT_TRUE(std::ranges::equal(shown, std::span(lead).first(shown.size()))) << "of the clear lead alone";
  }
}

INSTANTIATE_TEST_SUITE_P(EachScheme, WrongKeys,
                         testing::Values("cenc-lead0-v", "cens-lead0-v", "cbc1-lead0-v", "cbcs-lead0-v",
                                         "cenc-lead4-v"),
                         [](const auto& test) { return letters(test.param); });

}  // namespace
}  // namespace freshet::end_to_end
