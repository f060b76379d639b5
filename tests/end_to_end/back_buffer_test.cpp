// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What was watched stays at hand: a step back costs no byte of the network and no wait.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <gtest/gtest.h>
#include <utility>
#include <vector>

#include "tests/end_to_end/support/freshet.h"
#include "tests/end_to_end/support/ipc_client.h"
#include "tests/end_to_end/support/seeders.h"

namespace freshet::end_to_end {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::int64_t bytes_down(const Json& progress) {
  return progress["bytes_down"].get<std::int64_t>();
}

// --memory-cache: room for all of it, and for less than the thirty seconds. A small one wins over the
// back-buffer: what it has no room for is read from the disk.
class BackBuffer : public testing::TestWithParam<const char*> {};

TEST_P(BackBuffer, MakesAStepBackFreeAndImmediate) {
  const Seeder seeder(media("long.mp4"));
  const Home home;
  // Only the window is fetched, so that there is something left that must not be.
  test::Process player(home.real_time(Arguments{"--no-audio", "--download=window", "--start=40", "--speed=10",
                                                std::string("--memory-cache=") + GetParam(),
                                                "--input-ipc-server=" + (home / "ipc").string()} +
                                      alone_with({seeder.address()}) + Arguments{seeder.torrent().string()}));
  // More than thirty seconds of film are watched, faster than in real time.
  ASSERT_TRUE(wait_for_event(player, "progress", [](const Json& event) {
    return event["pos"].is_number() && event["pos"].get<double>() > 72;
  })) << player.text(test::Stream::Errors);
  IpcClient ipc(home / "ipc", player);
  ipc.command({"set_property", "speed", 1});
  // The window reaches the end of the film: once nothing comes any more, nothing will.
  const auto watched =
      events_named(events(player.text(test::Stream::Output)), "progress").back()["t"].get<double>();
  std::int64_t before = -1;
  ASSERT_TRUE(wait_for_event(player, "progress", [&](const Json& event) {
    if (event["t"].get<double>() <= watched) return false;
    return std::exchange(before, bytes_down(event)) == bytes_down(event);
  }));
  const auto place = ipc.property("time-pos").get<double>();
  ASSERT_GT(place, 72);

  std::vector<Clock::duration> took;
  for (const double back : {1.0, 5.0, 10.0, 20.0, 30.0}) {
    const auto began = Clock::now();
    ASSERT_EQ(ipc.command({"seek", place - back, "absolute", "exact"})["error"], "success");
    ASSERT_NO_THROW(ipc.wait_event("playback-restart")) << back << " s back";
    took.push_back(Clock::now() - began);
    std::printf("%.0f s back: %.0f ms\n", back,
                std::chrono::duration<double, std::milli>(took.back()).count());
  }
  const auto done = events(player.text(test::Stream::Output)).back()["t"].get<double>();
  const auto after =
      wait_for_event(player, "progress", [&](const Json& event) { return event["t"].get<double>() > done; });
  ASSERT_TRUE(after);
  EXPECT_EQ(bytes_down(*after), before) << "a step back is fetched from nobody";
  // The middle one: the machine may have something else to do for a moment.
  std::ranges::sort(took);
  EXPECT_LT(took[took.size() / 2], 100ms);
}

INSTANTIATE_TEST_SUITE_P(Memory, BackBuffer, testing::Values("150MiB", "2MiB"),
                         [](const auto& test) { return letters(test.param); });

}  // namespace
}  // namespace freshet::end_to_end
