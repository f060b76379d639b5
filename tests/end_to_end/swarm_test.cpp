// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What comes out of a swarm is, frame by frame, what ffmpeg decodes from the file: for each container, each
// torrent format, and from clients that nobody here wrote.

#include <gtest/gtest.h>
#include <string>

#include "tests/end_to_end/support/framemd5.h"
#include "tests/end_to_end/support/freshet.h"
#include "tests/end_to_end/support/seeders.h"

namespace freshet::end_to_end {
namespace {

// Plays `source` with `peer` as its whole swarm and compares picture and sound with ffmpeg's of `film`.
void expect_same_as_ffmpeg(const std::string& source, const Arguments& peers,
                           const std::filesystem::path& film) {
  const Home home;
  const auto result = test::run(home.headless(Arguments{"--framemd5=" + (home / "video").string(),
                                                        "--framemd5-audio=" + (home / "audio").string()} +
                                              alone_with(peers) + Arguments{source}),
                                patience);
  ASSERT_FALSE(result.timed_out) << result.output << result.errors;
  ASSERT_EQ(result.status.code, 0) << result.output << result.errors;
  const auto expected = ffmpeg_video(film);
  const auto shown = read_framemd5(home / "video");
  ASSERT_GT(expected.frames.size(), 50u);
  expect_same_frames(shown, expected);
  EXPECT_EQ(read_framemd5(home / "audio").digests(), ffmpeg_audio(film).digests());
}

class Containers : public testing::TestWithParam<const char*> {};

TEST_P(Containers, PlayFromASwarmFrameByFrameAsFfmpegDecodes) {
  const auto film = media(GetParam());
  const Seeder seeder(film);
  expect_same_as_ffmpeg(seeder.magnet(), {seeder.address()}, film);
}

INSTANTIATE_TEST_SUITE_P(All, Containers,
                         testing::Values("film.mkv", "moov-first.mp4", "moov-last.mp4", "fragmented.mp4",
                                         "film.webm", "film.avi", "film.ts"),
                         [](const auto& test) { return letters(test.param); });

class TorrentFormats : public testing::TestWithParam<const char*> {};

TEST_P(TorrentFormats, PlayFromAMagnetLink) {
  const Seeder seeder(media("film.mkv"), {std::string("--format=") + GetParam()});
  expect_same_as_ffmpeg(seeder.magnet(), {seeder.address()}, media("film.mkv"));
}

TEST_P(TorrentFormats, PlayFromATorrentFile) {
  const Seeder seeder(media("moov-last.mp4"), {std::string("--format=") + GetParam(), "--piece-size=32KiB"});
  expect_same_as_ffmpeg(seeder.torrent(), {seeder.address()}, media("moov-last.mp4"));
}

TEST_P(TorrentFormats, PlayFromABareInfohash) {
  const Seeder seeder(media("short.mp4"), {std::string("--format=") + GetParam()});
  const std::string& magnet = seeder.magnet();
  auto at = magnet.find("urn:btih:");
  std::string hash;
  if (at != std::string::npos) {
    hash = magnet.substr(at + 9, 40);
  } else {
    at = magnet.find("urn:btmh:1220");
    ASSERT_NE(at, std::string::npos) << magnet;
    hash = magnet.substr(at + 13, 64);
  }
  const Home home;
  const auto result = test::run(home.headless(Arguments{"--framemd5=" + (home / "video").string()} +
                                              alone_with({seeder.address()}) + Arguments{hash}),
                                patience);
  ASSERT_EQ(result.status.code, 0) << result.errors;
  EXPECT_EQ(read_framemd5(home / "video").digests(), ffmpeg_video(media("short.mp4")).digests());
}

INSTANTIATE_TEST_SUITE_P(All, TorrentFormats, testing::Values("v1", "v2", "hybrid"),
                         [](const auto& test) { return letters(test.param); });

TEST(Transmission, SeedsWhatWePlayByMagnet) {
  const test::TemporaryFolder folder;
  create_torrent(media("film.mkv"), folder / "film.torrent");
  const Transmission transmission(folder / "film.torrent", media("film.mkv").parent_path());
  expect_same_as_ffmpeg(magnet_of(folder / "film.torrent"), {transmission.address()}, media("film.mkv"));
}

TEST(Transmission, SeedsWhatWePlayByTorrentFile) {
  const test::TemporaryFolder folder;
  create_torrent(media("moov-last.mp4"), folder / "film.torrent");
  const Transmission transmission(folder / "film.torrent", media("film.mkv").parent_path());
  expect_same_as_ffmpeg(folder / "film.torrent", {transmission.address()}, media("moov-last.mp4"));
}

TEST(Aria2, SeedsWhatWePlay) {
  const test::TemporaryFolder folder;
  create_torrent(media("film.ts"), folder / "film.torrent");
  const Aria2 aria2(folder / "film.torrent", media("film.ts").parent_path());
  expect_same_as_ffmpeg(magnet_of(folder / "film.torrent"), {aria2.address()}, media("film.ts"));
}

TEST(Aria2, TakesATorrentThatWeMadeAndSeed) {
  // aria2 cannot be told of a peer, so the seeder is told of aria2, and connects.
  const auto port = std::to_string(test::free_port());
  const Seeder seeder(media("film.mkv"), {"--format=v1", "--peer=127.0.0.1:" + port});
  const test::TemporaryFolder folder;
  const auto result =
      test::run({.arguments = {"aria2c", "--no-conf", "--enable-dht=false", "--enable-dht6=false",
                               "--bt-enable-lpd=false", "--seed-time=0", "--listen-port=" + port,
                               "--dir=" + folder.path().string(), seeder.torrent()}},
                patience);
  ASSERT_EQ(result.status.code, 0) << result.output;
  EXPECT_EQ(ffmpeg_video(folder / "film.mkv").digests(), ffmpeg_video(media("film.mkv")).digests());
}

// The sentence that the first version is measured by.
TEST(Swarm, OfTransmissionGivesTheDigestsThatFfmpegGives) {
  const test::TemporaryFolder folder;
  create_torrent(media("film.mkv"), folder / "film.torrent");
  const Transmission transmission(folder / "film.torrent", media("film.mkv").parent_path());
  const Home home;
  const auto result = test::run(
      home.command({"--headless", "--untimed", "--events=json", "--framemd5=" + (home / "out").string(),
                    "--peer=" + transmission.address(), magnet_of(folder / "film.torrent")}),
      patience);
  ASSERT_EQ(result.status.code, 0) << result.errors;
  const auto plain =
      test::run({.arguments = {"ffmpeg", "-v", "error", "-noautorotate", "-i", media("film.mkv"), "-fps_mode",
                               "passthrough", "-map", "0:v:0", "-f", "framemd5", "-"}},
                patience);
  EXPECT_EQ(read_framemd5(home / "out").digests(), parse_framemd5(plain.output).digests());
}

}  // namespace
}  // namespace freshet::end_to_end
