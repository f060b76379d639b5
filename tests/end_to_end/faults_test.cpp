// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What a swarm does to a viewer: peers that leave, peers that lie, a crash in the middle. The picture waits,
// says so, and goes on; nothing wrong is ever shown.

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/end_to_end/support/framemd5.h"
#include "tests/end_to_end/support/freshet.h"
#include "tests/end_to_end/support/seeders.h"

namespace freshet::end_to_end {
namespace {

// About a third of the film's bit rate more than it needs: there is time to pull the plug.
constexpr const char* slow = "--upload-limit=160KiB";

TEST(Peers, ThatVanishMidPlayMakeItWaitAndGoOnWhenOneReturns) {
  const auto film = media("film.mkv");
  const Home home;
  const auto own_port = test::free_port();
  auto seeder = std::make_unique<Seeder>(film, Arguments{slow, "--piece-size=16KiB"});
  const auto port = seeder->port();
  test::Process player(
      home.headless(Arguments{"--framemd5=" + (home / "video").string(),
                              "--listen=127.0.0.1:" + std::to_string(own_port), "--network-timeout=0"} +
                    alone_with({seeder->address()}) + Arguments{seeder->magnet()}));
  ASSERT_TRUE(wait_for_event(player, "first_frame")) << player.text(test::Stream::Errors);
  seeder->process().kill();
  ASSERT_TRUE(wait_for_event(player, "stall_begin")) << player.text(test::Stream::Output);
  seeder.reset();
  seeder = std::make_unique<Seeder>(
      film, Arguments{"--piece-size=16KiB", "--peer=127.0.0.1:" + std::to_string(own_port)}, port);
  const auto status = player.wait(patience);
  ASSERT_TRUE(status) << "it did not go on: " << player.text(test::Stream::Output);
  EXPECT_EQ(status->code, 0) << player.text(test::Stream::Errors);
  expect_same_frames(read_framemd5(home / "video"), ffmpeg_video(film));
  EXPECT_FALSE(events_named(events(player.text(test::Stream::Output)), "stall_end").empty());
}

TEST(Peers, ThatLeaveForGoodEndItWithTheNetworksCode) {
  const Home home;
  auto seeder = std::make_unique<Seeder>(media("film.mkv"), Arguments{slow, "--piece-size=16KiB"});
  test::Process player(home.headless(Arguments{"--network-timeout=2"} + alone_with({seeder->address()}) +
                                     Arguments{seeder->magnet()}));
  ASSERT_TRUE(wait_for_event(player, "first_frame")) << player.text(test::Stream::Errors);
  seeder.reset();
  const auto status = player.wait(patience);
  ASSERT_TRUE(status) << player.text(test::Stream::Output);
  EXPECT_EQ(status->code, 3) << player.text(test::Stream::Errors);
}

// The player with a limit on the size of its files, which is a full disk to whoever writes.
test::Command with_full_disk(test::Command command) {
  command.arguments.insert(command.arguments.begin(), {"sh", "-c", "ulimit -S -f 400; exec \"$0\" \"$@\""});
  return command;
}

TEST(Disk, ThatIsFullIsToldOnceAndPlaybackGoesOnWhenThereIsRoom) {
  const auto film = media("film.mkv");
  const Home home;
  const Seeder seeder(film, Arguments{"--piece-size=16KiB"});
  test::Process player(with_full_disk(
      home.headless(Arguments{"--framemd5=" + (home / "video").string(), "--network-timeout=0"} +
                    alone_with({seeder.address()}) + Arguments{seeder.magnet()})));
  const auto told = wait_for_event(player, "error");
  ASSERT_TRUE(told) << player.text(test::Stream::Output);
  EXPECT_EQ((*told)["exit_code"], 6) << *told;
  const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
  ASSERT_EQ(::prlimit(player.pid(), RLIMIT_FSIZE, &none, nullptr), 0);
  const auto status = player.wait(patience);
  ASSERT_TRUE(status) << "it did not go on: " << player.text(test::Stream::Output);
  EXPECT_EQ(status->code, 0) << player.text(test::Stream::Errors);
  EXPECT_EQ(events_named(events(player.text(test::Stream::Output)), "error").size(), 1U)
      << player.text(test::Stream::Output);
  expect_same_frames(read_framemd5(home / "video"), ffmpeg_video(film));
}

TEST(Disk, ThatStaysFullStopsNoFilmThatFitsIntoMemory) {
  const Home home;
  const Seeder seeder(media("film.mkv"), Arguments{"--piece-size=16KiB"});
  test::Process player(with_full_disk(home.headless(
      Arguments{"--network-timeout=3"} + alone_with({seeder.address()}) + Arguments{seeder.magnet()})));
  const auto status = player.wait(patience);
  ASSERT_TRUE(status) << player.text(test::Stream::Output);
  EXPECT_EQ(status->code, 0) << player.text(test::Stream::Errors);
  EXPECT_EQ(events_named(events(player.text(test::Stream::Output)), "error").size(), 1U)
      << player.text(test::Stream::Output);
}

// A film that fits neither on the disk nor into memory: what came is played, and then the player waits for
// room.
TEST(Disk, ThatStaysFullEndsALongFilmWithTheDisksCode) {
  const Home home;
  const test::TemporaryFolder folder;
  const auto film = folder / "long.mkv";
  const auto made = test::run({.arguments = {"ffmpeg", "-v", "error", "-nostdin", "-stream_loop", "19", "-i",
                                             media("film.mkv").string(), "-c", "copy", film.string()}},
                              patience);
  ASSERT_EQ(made.status.code, 0) << made.errors;
  const Seeder seeder(film, Arguments{"--piece-size=16KiB"});
  test::Process player(
      with_full_disk(home.headless(Arguments{"--network-timeout=2", "--memory-cache=64KiB"} +
                                   alone_with({seeder.address()}) + Arguments{seeder.magnet()})));
  const auto status = player.wait(patience);
  ASSERT_TRUE(status) << "it waits for ever: " << player.text(test::Stream::Output);
  EXPECT_EQ(status->code, 6) << player.text(test::Stream::Errors);
  const auto told = events(player.text(test::Stream::Output));
  EXPECT_EQ(events_named(told, "first_frame").size(), 1U) << "what is there is played";
  const auto errors = events_named(told, "error");
  ASSERT_EQ(errors.size(), 1U) << player.text(test::Stream::Output);
  EXPECT_EQ(errors[0]["code"], "disk-full");
  EXPECT_NE(errors[0]["hint"].get<std::string>().find("--cache-dir"), std::string::npos);
  const auto stalls = events_named(told, "stall_begin");
  ASSERT_FALSE(stalls.empty());
  EXPECT_TRUE(stalls.back()["reason"].get<std::string>().starts_with("Waiting for the disk"))
      << stalls.back();
  EXPECT_NE(player.text(test::Stream::Errors).find("The disk is full"), std::string::npos);
}

TEST(Peers, ThatLieAreNeverShown) {
  const auto film = media("film.mkv");
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "liar");
  std::filesystem::copy_file(film, folder / "liar/film.mkv");
  create_torrent(film, folder / "film.torrent");
  const Transmission liar(folder / "film.torrent", folder / "liar");
  {
    // It checked its data and believes in it; now some pieces of it are wrong.
    std::fstream data(folder / "liar/film.mkv", std::ios::in | std::ios::out | std::ios::binary);
    const auto size = std::filesystem::file_size(film);
    for (std::uintmax_t at = 1000; at < size; at += 300 * 1024) {
      data.seekp(static_cast<std::streamoff>(at));
      data.write("liar", 4);
    }
  }
  const Transmission honest(folder / "film.torrent", film.parent_path());
  const Home home;
  const auto result = test::run(home.headless(Arguments{"--framemd5=" + (home / "video").string(),
                                                        "--framemd5-audio=" + (home / "audio").string()} +
                                              alone_with({liar.address(), honest.address()}) +
                                              Arguments{magnet_of(folder / "film.torrent")}),
                                patience);
  ASSERT_EQ(result.status.code, 0) << result.output << result.errors;
  expect_same_frames(read_framemd5(home / "video"), ffmpeg_video(film));
  EXPECT_EQ(read_framemd5(home / "audio").digests(), ffmpeg_audio(film).digests());
}

TEST(Peers, ThatOnlyLieGiveNothing) {
  const auto film = media("short.mp4");
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "liar");
  std::filesystem::copy_file(film, folder / "liar/short.mp4");
  create_torrent(film, folder / "film.torrent");
  const Transmission liar(folder / "film.torrent", folder / "liar");
  std::ofstream(folder / "liar/short.mp4", std::ios::binary)
      << std::string(std::filesystem::file_size(film), '\0');
  const Home home;
  const auto result =
      test::run(home.headless(Arguments{"--framemd5=" + (home / "video").string(), "--network-timeout=4"} +
                              alone_with({liar.address()}) + Arguments{(folder / "film.torrent").string()}),
                patience);
  EXPECT_EQ(result.status.code, 3) << result.output << result.errors;
  EXPECT_TRUE(read_framemd5(home / "video").frames.empty());
}

TEST(Crash, KeepsWhatWasDownloaded) {
  const auto film = media("film.mkv");
  const auto size = static_cast<double>(std::filesystem::file_size(film));
  const Home home;
  double first = 0;
  const Arguments cache{"--cache-dir=" + (home / "kept").string()};
  Seeder seeder(film, {slow, "--piece-size=16KiB"});
  {
    test::Process player(home.real_time(cache + alone_with({seeder.address()}) + Arguments{seeder.magnet()}));
    const auto progress = wait_for_event(
        player, "progress", [&](const Json& event) { return event["bytes_down"].get<double>() > size / 3; });
    ASSERT_TRUE(progress) << player.text(test::Stream::Output);
    first = (*progress)["bytes_down"].get<double>();
    player.signal(SIGKILL);
    EXPECT_EQ(player.wait(patience)->code, 128 + SIGKILL);
  }
  const auto result = test::run(home.headless(cache + Arguments{"--framemd5=" + (home / "video").string()} +
                                              alone_with({seeder.address()}) + Arguments{seeder.magnet()}),
                                patience);
  ASSERT_EQ(result.status.code, 0) << result.errors;
  expect_same_frames(read_framemd5(home / "video"), ffmpeg_video(film));
  const auto all = events_named(events(result.output), "progress");
  const double second = all.empty() ? 0 : all.back()["bytes_down"].get<double>();
  // What came before the crash comes from the disk: but for a few pieces that were still on their way to it.
  EXPECT_LT(second, size - first * 0.8) << "first run " << first << " of " << size;
}

TEST(Interrupt, EndsWith130AndTermWith143AndNothingIsLeftBehind) {
  const Seeder seeder(media("film.mkv"));
  for (const auto& [number, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    const Home home;
    const auto socket = home / "ipc";
    const auto trace = home / "trace.json";
    test::Process player(
        home.real_time(Arguments{"--input-ipc-server=" + socket.string(), "--trace=" + trace.string()} +
                       alone_with({seeder.address()}) + Arguments{seeder.magnet()}));
    ASSERT_TRUE(wait_for_event(player, "first_frame")) << player.text(test::Stream::Errors);
    EXPECT_TRUE(std::filesystem::exists(socket));
    player.signal(number);
    const auto status = player.wait(std::chrono::seconds(20));
    ASSERT_TRUE(status) << "still running";
    EXPECT_FALSE(status->by_signal) << "it did not clean up";
    EXPECT_EQ(status->code, code);
    EXPECT_FALSE(std::filesystem::exists(socket));
    const auto exits = events_named(events(player.text(test::Stream::Output)), "exit");
    ASSERT_EQ(exits.size(), 1u);
    EXPECT_EQ(exits[0]["code"], code);
    std::ifstream traced(trace);
    const auto told = Json::parse(traced, nullptr, false);
    ASSERT_TRUE(told.is_object()) << "a trace that ends in the middle";
    EXPECT_GT(told["otherData"]["received"].get<int>(), 0);
    EXPECT_TRUE(std::ranges::any_of(told["traceEvents"],
                                    [](const Json& event) { return event["name"] == "first frame"; }));
  }
}

TEST(Interrupt, EndsASeederToo) {
  Seeder seeder(media("short.mp4"));
  seeder.process().signal(SIGINT);
  const auto status = seeder.process().wait(std::chrono::seconds(20));
  ASSERT_TRUE(status);
  EXPECT_FALSE(status->by_signal);
  EXPECT_EQ(status->code, 130);
}

TEST(Interrupt, EndsAPlayerThatStillLooksForPeers) {
  const Home home;
  test::Process player(
      home.real_time(alone_with({}) + Arguments{"0123456789012345678901234567890123456789"}));
  ASSERT_TRUE(wait_for_event(player, "source")) << player.text(test::Stream::Errors);
  player.signal(SIGINT);
  const auto status = player.wait(std::chrono::seconds(20));
  ASSERT_TRUE(status) << "still running";
  EXPECT_EQ(status->code, 130);
}

}  // namespace
}  // namespace freshet::end_to_end
