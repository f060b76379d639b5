// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What freshet protect makes, read by programs that nobody here wrote: FFmpeg (cenc, through a pipe, one
// track and its key at a time) and Shaka Packager (all schemes, picture and sound in one file). The truth is
// what FFmpeg decodes of the clear film. And the command as people meet it.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iostream>
#include <sys/stat.h>

#include "tests/end_to_end/support/exact_seeks.h"
#include "tests/end_to_end/support/framemd5.h"
#include "tests/end_to_end/support/freshet.h"

namespace freshet::end_to_end {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string video_kid = "30313233343536373839303132333435",
                  video_key = "ebdd62f16814d27b68ef122afce4ae3c";
const std::string audio_kid = "31313233343536373839303132333435",
                  audio_key = "abdd62f16814d27b68ef122afce4ae3c";
const Arguments both_keys = {"--key=video=" + video_kid + ":" + video_key,
                             "--key=audio=" + audio_kid + ":" + audio_key};

test::Finished protect(const Home& home, const std::filesystem::path& film, const Arguments& options) {
  return test::run(
      home.command(Arguments{"protect", film.string(), "-o", (home / "out.mp4").string()} + options),
      patience);
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::ptrdiff_t files_in(const std::filesystem::path& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
}

// FFmpeg's own MP4 of the clear film: what sound begins and ends with is kept differently in other
// containers.
std::vector<std::string> clear_sound(const Home& home, const std::string& film) {
  const auto copy = home / "clear.mp4";
  const auto made = test::run({.arguments = {"ffmpeg", "-v", "error", "-nostdin", "-y", "-i", media(film),
                                             "-map", "0:a:0", "-c", "copy", "-strict", "-2", copy}},
                              patience);
  EXPECT_EQ(made.status.code, 0) << made.errors;
  return ffmpeg_audio(copy).digests();
}

std::vector<std::string> through_a_pipe(const std::filesystem::path& file, const std::string& key,
                                        const std::string& stream) {
  const auto result =
      test::run({.arguments = {"ffmpeg", "-v", "quiet", "-decryption_key", key, "-i", "pipe:0", "-map",
                               "0:" + stream, "-fps_mode", "passthrough", "-f", "framemd5", "-"},
                 .input = read(file)},
                patience);
  return parse_framemd5(result.output).digests();
}

// Decrypts picture and sound into files of their own. False: it is not installed.
bool decrypt_with_shaka(const Home& home, const std::string& keys) {
  const char* const modules = std::getenv("FRESHET_NODE_MODULES");
  const auto packager =
      std::filesystem::path(modules != nullptr ? modules : "") / "shaka-packager" / "index.js";
  if (!std::filesystem::exists(packager)) {
    std::cerr << "NOT TESTED with Shaka Packager: run ./dev test with npm and its registry at hand\n";
    return false;
  }
  const auto in = "in=" + (home / "out.mp4").string() + ",stream=";
  const auto result =
      test::run({.arguments = {"node", packager, in + "video,output=" + (home / "shaka-v.mp4").string(),
                               in + "audio,output=" + (home / "shaka-a.mp4").string(),
                               "--enable_raw_key_decryption", "--keys", keys}},
                patience);
  EXPECT_THAT(result.output + result.errors, HasSubstr("Packaging completed successfully"));
  return true;
}
const std::string shaka_keys = "label=:key_id=" + video_kid + ":key=" + video_key +
                               ",label=AUDIO:key_id=" + audio_kid + ":key=" + audio_key;

struct Way {
  std::string film;
  std::string scheme;
  Arguments options;
};
void PrintTo(const Way& way, std::ostream* out) {
  *out << way.film << " " << way.scheme;
}
std::string name_of(const testing::TestParamInfo<Way>& test) {
  auto name = test.param.film + test.param.scheme;
  for (const auto& option : test.param.options) name += option;
  return letters(name);
}

class Ways : public testing::TestWithParam<Way> {
 protected:
  Ways() {
    const auto made = protect(home, media(GetParam().film),
                              both_keys + Arguments{"--scheme=" + GetParam().scheme} + GetParam().options);
    EXPECT_EQ(made.status.code, 0) << made.errors;
    EXPECT_THAT(made.errors, HasSubstr("video protected, audio protected"));
    EXPECT_EQ(files_in((home / "out.mp4").parent_path()), 1) << "nothing is left beside it";
  }
  const Home home;
};

class WaysOfShaka : public Ways {};
TEST_P(WaysOfShaka, AreDecryptedToTheFramesOfTheFilm) {
  if (!decrypt_with_shaka(home, shaka_keys)) GTEST_SKIP();
  EXPECT_EQ(ffmpeg_video(home / "shaka-v.mp4").digests(), ffmpeg_video(media(GetParam().film)).digests());
  EXPECT_EQ(ffmpeg_audio(home / "shaka-a.mp4").digests(), clear_sound(home, GetParam().film));
}
INSTANTIATE_TEST_SUITE_P(
    All, WaysOfShaka,
    testing::Values(Way{"film.mkv", "cenc", {}}, Way{"film.mkv", "cens", {}}, Way{"film.mkv", "cbc1", {}},
                    Way{"film.mkv", "cbcs", {}}, Way{"film.mkv", "cenc", {"--iv-size=16"}},
                    Way{"film.mkv", "cens", {"--iv-size=16"}}, Way{"film.mkv", "cenc", {"--clear-lead=4"}},
                    Way{"film.mkv", "cbcs", {"--clear-lead=4"}}, Way{"film.webm", "cenc", {}},
                    Way{"film.webm", "cbcs", {}}, Way{"hevc.mkv", "cenc", {}}, Way{"hevc.mkv", "cbcs", {}},
                    Way{"av1.mkv", "cenc", {}}, Way{"av1.mkv", "cbcs", {}}, Way{"film.ts", "cbc1", {}}),
    name_of);

class WaysOfFFmpeg : public Ways {};
TEST_P(WaysOfFFmpeg, AreDecryptedToTheFramesOfTheFilm) {
  EXPECT_EQ(through_a_pipe(home / "out.mp4", video_key, "v:0"),
            ffmpeg_video(media(GetParam().film)).digests());
  EXPECT_EQ(through_a_pipe(home / "out.mp4", audio_key, "a:0"), clear_sound(home, GetParam().film));
}
INSTANTIATE_TEST_SUITE_P(
    All, WaysOfFFmpeg,
    testing::Values(Way{"film.mkv", "cenc", {}}, Way{"film.mkv", "cenc", {"--iv-size=16"}},
                    Way{"film.mkv", "cenc", {"--clear-lead=4"}}, Way{"film.mkv", "cenc", {"--layout=flat"}},
                    Way{"film.webm", "cenc", {}}, Way{"hevc.mkv", "cenc", {}}, Way{"av1.mkv", "cenc", {}},
                    Way{"film.ts", "cenc", {}}, Way{"fragmented.mp4", "cenc", {}}),
    name_of);

class WaysOfFreshet : public Ways {};
TEST_P(WaysOfFreshet, PlayFrameForFrameAndSampleForSample) {
  const auto result =
      test::run(home.headless(both_keys + Arguments{"--framemd5=" + (home / "video").string(),
                                                    "--framemd5-audio=" + (home / "audio").string(),
                                                    (home / "out.mp4").string()}),
                patience);
  ASSERT_EQ(result.status.code, 0) << result.errors;
  EXPECT_EQ(read_framemd5(home / "video").digests(), ffmpeg_video(media(GetParam().film)).digests());
  EXPECT_EQ(read_framemd5(home / "audio").digests(), clear_sound(home, GetParam().film));
}
INSTANTIATE_TEST_SUITE_P(
    All, WaysOfFreshet,
    testing::Values(Way{"film.mkv", "cenc", {}}, Way{"film.mkv", "cens", {}}, Way{"film.mkv", "cbc1", {}},
                    Way{"film.mkv", "cbcs", {}}, Way{"film.mkv", "cenc", {"--layout=flat"}},
                    Way{"film.mkv", "cens", {"--layout=flat"}}, Way{"film.mkv", "cbc1", {"--layout=flat"}},
                    Way{"film.mkv", "cbcs", {"--layout=flat"}},
                    Way{"film.mkv", "cbcs", {"--layout=flat", "--clear-lead=4"}},
                    Way{"film.mkv", "cenc", {"--layout=flat", "--clear-lead=4"}},
                    Way{"film.mkv", "cbcs", {"--clear-lead=4"}}, Way{"film.webm", "cens", {}},
                    Way{"hevc.mkv", "cbcs", {}}, Way{"av1.mkv", "cbcs", {}}),
    name_of);

// Periods of three seconds; the number of a period is the first byte of its key id and of its key.
std::string period_kid(int period) {
  return "0" + std::to_string(period) + video_kid.substr(2);
}
std::string period_key(int period) {
  return "0" + std::to_string(period) + video_key.substr(2);
}
Arguments period_keys() {
  Arguments keys;
  for (int period = 0; period < 4; ++period)
    keys.push_back("--key=" + period_kid(period) + ":" + period_key(period));
  return keys;
}

class Rotation : public testing::TestWithParam<std::string> {};

TEST_P(Rotation, PlaysFrameForFrameInBothLayouts) {
  for (const auto* const layout : {"--layout=fragmented", "--layout=flat"}) {
    const Home home;
    const auto made = protect(home, media("film.mkv"),
                              period_keys() + Arguments{"--scheme=" + GetParam(), "--rotate=3", layout});
    ASSERT_EQ(made.status.code, 0) << made.errors;
    const auto result =
        test::run(home.headless(period_keys() + Arguments{"--framemd5=" + (home / "video").string(),
                                                          (home / "out.mp4").string()}),
                  patience);
    ASSERT_EQ(result.status.code, 0) << result.errors;
    EXPECT_EQ(read_framemd5(home / "video").digests(), ffmpeg_video(media("film.mkv")).digests());
    expect_exact_seeks(period_keys() + Arguments{(home / "out.mp4").string()},
                       ffmpeg_video(media("film.mkv")), 10);
  }
}
INSTANTIATE_TEST_SUITE_P(All, Rotation, testing::Values("cenc", "cens", "cbc1", "cbcs"));

// Neither Shaka Packager nor FFmpeg 5.1 reads sample groups: they take the first period's key for all, also
// of files that Shaka Packager made. So each period is asked for by itself, its key given under the first
// one's id: of the frames, those of that period are the film's. (Under cbcs the IV is in the group as well.)
class RotationByOthers : public testing::TestWithParam<int> {};

TEST_P(RotationByOthers, GivesTheFramesOfEachPeriodByItsKey) {
  const int period = GetParam();
  const Home home;
  ASSERT_EQ(
      protect(home, media("film.mkv"), period_keys() + Arguments{"--scheme=cenc", "--rotate=3"}).status.code,
      0);
  const auto truth = ffmpeg_video(media("film.mkv")).digests();
  const auto decrypted = through_a_pipe(home / "out.mp4", period_key(period), "v:0");
  const std::set<std::string> shown(decrypted.begin(), decrypted.end());
  // Periods change at the first key frame of a fragment: the middle second of each is surely inside.
  std::size_t inside = 0, elsewhere = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const auto second = static_cast<double>(i) / 24;
    if (second >= period * 3 + 2 && second < period * 3 + 3) inside += shown.count(truth[i]);
    if (second < period * 3 - 0.1 || second >= period * 3 + 5) elsewhere += shown.count(truth[i]);
  }
  EXPECT_EQ(inside, 24U);
  EXPECT_EQ(elsewhere, 0U) << "another period's frames are not to be had with this key";
}
INSTANTIATE_TEST_SUITE_P(All, RotationByOthers, testing::Values(0, 1, 2));

struct Refusal {
  std::string name;
  std::string film;
  Arguments options;
  int exit_code;
  std::string message, hint;
};
class Refusals : public testing::TestWithParam<Refusal> {};

TEST_P(Refusals, SayWhyAndWhatToDoAndLeaveNothing) {
  const Home home;
  const auto& refusal = GetParam();
  const auto film = refusal.film.starts_with('/') ? std::filesystem::path(refusal.film) : media(refusal.film);
  const auto result = protect(home, film, refusal.options);
  EXPECT_EQ(result.status.code, refusal.exit_code) << result.errors;
  EXPECT_THAT(result.errors, HasSubstr(refusal.message));
  EXPECT_THAT(result.errors, HasSubstr(refusal.hint));
  EXPECT_THAT(result.errors, Not(HasSubstr("ebdd62f1"))) << "keys are never repeated";
  EXPECT_EQ(files_in((home / "out.mp4").parent_path()), 0);
}
INSTANTIATE_TEST_SUITE_P(
    All, Refusals,
    testing::Values(
        Refusal{"a_film_that_is_not_there", "/nowhere/film.mkv", both_keys, 2, "/nowhere/film.mkv", ""},
        Refusal{"what_is_no_film", "/dev/null", both_keys, 4, "not a video", ""},
        Refusal{"a_codec_that_cannot_be_protected", "film.avi", both_keys, 4, "cannot be protected",
                "libx264"},
        Refusal{"a_film_that_is_protected", "protected.mp4", both_keys, 5, "protected already", "clear film"},
        Refusal{"no_key", "film.mkv", {}, 1, "no key", "--key="},
        Refusal{"a_key_that_is_none", "film.mkv", {"--key=12:34"}, 1, "KID:KEY", "32 hex digits"},
        Refusal{"a_label_that_is_none",
                "film.mkv",
                {"--key=film=" + video_kid + ":" + video_key},
                1,
                "label",
                "video"},
        Refusal{"keys_for_other_tracks", "sound.flac", {both_keys[0]}, 1, "No key is for a track", "--key"},
        Refusal{"fewer_keys_than_periods", "film.mkv", Arguments{"--rotate=3"} + both_keys, 1, "periods",
                "--rotate"},
        Refusal{"a_short_iv_for_cbcs", "film.mkv", Arguments{"--scheme=cbcs", "--iv-size=8"} + both_keys, 1,
                "16 bytes", "--iv-size"},
        Refusal{"a_pssh_file_that_is_none", "film.mkv", Arguments{"--pssh=/dev/null"} + both_keys, 2, "pssh",
                "base64"}),
    [](const auto& test) { return test.param.name; });

TEST(Output, ThatIsThereAlreadyIsKeptUnlessForced) {
  const Home home;
  std::ofstream(home / "out.mp4") << "precious";
  const auto refused = protect(home, media("short.mp4"), both_keys);
  EXPECT_EQ(refused.status.code, 6);
  EXPECT_THAT(refused.errors, HasSubstr("there already"));
  EXPECT_THAT(refused.errors, HasSubstr("--force"));
  EXPECT_EQ(read(home / "out.mp4"), "precious");
  EXPECT_EQ(protect(home, media("short.mp4"), both_keys + Arguments{"--force"}).status.code, 0);
  EXPECT_GT(std::filesystem::file_size(home / "out.mp4"), 10'000U);
}

TEST(Output, ThatIsTheFilmItselfIsRefused) {
  const Home home;
  std::filesystem::copy_file(media("short.mp4"), home / "out.mp4");
  const auto before = read(home / "out.mp4");
  EXPECT_EQ(protect(home, home / "out.mp4", both_keys + Arguments{"--force"}).status.code, 1);
  EXPECT_EQ(read(home / "out.mp4"), before);
}

TEST(Output, OnAFullDiskIsToldAndTakenAway) {
  const Home home;
  auto command = home.command(
      Arguments{"protect", media("film.mkv").string(), "-o", (home / "out.mp4").string()} + both_keys);
  // In blocks of 512 or 1024 bytes; the film has a megabyte and more.
  command.arguments = Arguments{"sh", "-c", "ulimit -f 300; exec \"$@\"", "sh"} + command.arguments;
  const auto result = test::run(command, patience);
  EXPECT_EQ(result.status.code, 6) << result.errors;
  EXPECT_THAT(result.errors, HasSubstr("disk is full"));
  EXPECT_EQ(files_in((home / "out.mp4").parent_path()), 0);
}

// The film comes through a pipe that has no end yet.
TEST(Interruption, TakesTheUnfinishedFilesAway) {
  const Home home;
  ASSERT_EQ(::mkfifo((home / "pipe").c_str(), 0600), 0);
  test::Process process(home.command(
      Arguments{"protect", (home / "pipe").string(), "-o", (home / "out.mp4").string()} + both_keys));
  std::ofstream pipe(home / "pipe", std::ios::binary);
  const auto film = read(media("film.mkv"));
  pipe.write(film.data(), static_cast<std::streamsize>(film.size() / 2)).flush();
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (files_in((home / "out.mp4").parent_path()) < 2 && std::chrono::steady_clock::now() < deadline) {
  }
  ASSERT_EQ(files_in((home / "out.mp4").parent_path()), 2) << "it has begun";
  process.signal(SIGINT);
  const auto end = process.wait(patience);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, 130);
  EXPECT_EQ(files_in((home / "out.mp4").parent_path()), 1) << "the pipe alone";
}

TEST(KeyFile, OfCpixGivesEachTrackItsKey) {
  const Home home;
  std::ofstream(home / "keys.xml")
      << R"(<CPIX><ContentKeyList><ContentKey kid="30313233-3435-3637-3839-303132333435"><Data><Secret><PlainValue>)"
      << "691i8WgU0nto7xIq/OSuPA=="
      << R"(</PlainValue></Secret></Data></ContentKey></ContentKeyList><ContentKeyUsageRuleList>)"
      << R"(<ContentKeyUsageRule kid="30313233-3435-3637-3839-303132333435" intendedTrackType="VIDEO"/>)"
      << "</ContentKeyUsageRuleList></CPIX>";
  const auto made = protect(home, media("film.mkv"), {"--key-file=" + (home / "keys.xml").string()});
  ASSERT_EQ(made.status.code, 0) << made.errors;
  EXPECT_THAT(made.errors, HasSubstr("video protected, audio clear"));
  EXPECT_EQ(through_a_pipe(home / "out.mp4", video_key, "v:0"), ffmpeg_video(media("film.mkv")).digests());
  EXPECT_EQ(ffmpeg_audio(home / "out.mp4").digests(), clear_sound(home, "film.mkv"));
}

TEST(Help, HasExamples) {
  const Home home;
  const auto help = test::run(home.command({"protect", "--help"}), patience);
  EXPECT_EQ(help.status.code, 0);
  EXPECT_THAT(help.output, HasSubstr("--scheme=cenc|cens|cbc1|cbcs"));
  EXPECT_THAT(help.output, HasSubstr("freshet protect film.mkv -o film.mp4"));
}

}  // namespace
}  // namespace freshet::end_to_end
