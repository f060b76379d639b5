// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/end_to_end/support/exact_seeks.h"

#include <gtest/gtest.h>
#include <random>

#include "tests/end_to_end/support/ipc_client.h"

namespace freshet::end_to_end {

void expect_exact_seeks(const Arguments& source, const FrameHashes& reference, int count) {
  const Home home;
  test::Process player(
      home.real_time(Arguments{"--pause", "--no-audio", "--input-ipc-server=" + (home / "ipc").string(),
                               "--framemd5=" + (home / "video").string()} +
                     source));
  ASSERT_TRUE(wait_for_event(player, "first_frame")) << player.text(test::Stream::Errors);
  IpcClient ipc(home / "ipc", player);

  std::mt19937 random(20261122);
  std::vector<std::string> expected{reference.frames.front().md5};
  for (int seek = 0; seek < count; ++seek) {
    const auto index = std::uniform_int_distribution<std::size_t>(0, reference.frames.size() - 1)(random);
    const auto& frame = reference.frames[index];
    // Into the middle of the frame: on its first instant, rounding would decide.
    const double middle =
        index + 1 < reference.frames.size()
            ? (reference.seconds(frame) + reference.seconds(reference.frames[index + 1])) / 2
            : reference.seconds(frame) + 0.002;
    ASSERT_EQ(ipc.command({"seek", middle, "absolute", "exact"})["error"], "success");
    ASSERT_NO_THROW(ipc.wait_event("playback-restart")) << "seek " << seek << " to " << middle;
    EXPECT_NEAR(ipc.property("time-pos").get<double>(), reference.seconds(frame), 0.005);
    expected.push_back(frame.md5);
  }
  ipc.command({"quit"});
  ASSERT_TRUE(player.wait(patience));
  EXPECT_EQ(read_framemd5(home / "video").digests(), expected) << player.text(test::Stream::Output);
}

}  // namespace freshet::end_to_end
