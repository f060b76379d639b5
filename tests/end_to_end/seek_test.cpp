// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Exact seeks, steered through the control socket while the film comes from a swarm: the frame that is shown
// is the very frame that ffmpeg decodes for that time.

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

#include "tests/end_to_end/support/exact_seeks.h"
#include "tests/end_to_end/support/framemd5.h"
#include "tests/end_to_end/support/freshet.h"
#include "tests/end_to_end/support/ipc_client.h"
#include "tests/end_to_end/support/seeders.h"

namespace freshet::end_to_end {
namespace {

class Seeks : public testing::TestWithParam<const char*> {};

TEST_P(Seeks, ShowExactlyTheFramesOfTwentyRandomPlaces) {
  const auto film = media(GetParam());
  const Seeder seeder(film);
  expect_exact_seeks(alone_with({seeder.address()}) + Arguments{seeder.magnet()}, ffmpeg_video(film), 20);
}

INSTANTIATE_TEST_SUITE_P(All, Seeks,
                         testing::Values("film.mkv", "moov-last.mp4", "fragmented.mp4", "film.webm",
                                         "film.ts"),
                         [](const auto& test) { return letters(test.param); });

TEST(Seeks, InQuickSuccessionEndAtTheNewest) {
  const auto film = media("film.mkv");
  const auto reference = ffmpeg_video(film);
  const Seeder seeder(film);
  const Home home;
  test::Process player(home.real_time(Arguments{"--pause", "--input-ipc-server=" + (home / "ipc").string(),
                                                "--framemd5=" + (home / "video").string()} +
                                      alone_with({seeder.address()}) + Arguments{seeder.magnet()}));
  ASSERT_TRUE(wait_for_event(player, "first_frame")) << player.text(test::Stream::Errors);
  IpcClient ipc(home / "ipc", player);
  std::mt19937 random(1);
  double last = 0;
  for (int count = 0; count < 30; ++count) {
    last = std::uniform_real_distribution<double>(0, 11)(random);
    ipc.send_line(Json{{"command", {"seek", last, "absolute", "exact"}}}.dump());
  }
  ASSERT_TRUE(wait_for_event(player, "seek_done", [&](const Json& event) {
    return event["pts"].get<double>() > last - 0.045 && event["pts"].get<double>() < last + 0.045;
  })) << player.text(test::Stream::Output);
  // Each seek ended in one of two ways, and none twice.
  ipc.command({"quit"});
  ASSERT_TRUE(player.wait(patience));
  const auto all = events(player.text(test::Stream::Output));
  EXPECT_EQ(events_named(all, "seek").size(),
            events_named(all, "seek_done").size() + events_named(all, "seek_cancelled").size());
  const auto shown = read_framemd5(home / "video").frames;
  ASSERT_FALSE(shown.empty());
  const auto wanted = std::ranges::find_if(
      reference.frames, [&](const HashedFrame& frame) { return frame.md5 == shown.back().md5; });
  ASSERT_NE(wanted, reference.frames.end());
  EXPECT_NEAR(reference.seconds(*wanted), last, 0.07);
}

}  // namespace
}  // namespace freshet::end_to_end
