// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Transport streams whose time stamps start over.
#include "player/media/joined_time.h"

#include <gtest/gtest.h>

#include "tests/player/media/clip_catalogue.h"
#include "tests/player/media/test_player.h"

namespace freshet::media::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int picture = 0, sound = 1, text = 2;
constexpr MediaTime frame = milliseconds(40);

TEST(JoinedTime, LeavesTimesAloneThatRiseOrFallALittle) {
  JoinedTime time;
  EXPECT_EQ(time.shift(picture, seconds(10), frame), MediaTime{0});
  EXPECT_EQ(time.shift(picture, milliseconds(9500), frame), MediaTime{0});
  EXPECT_EQ(time.shift(picture, seconds(70), frame), MediaTime{0})
      << "a jump ahead is a hole in the programme";
}

TEST(JoinedTime, MovesAllStreamsByTheSameAmountAtAJoint) {
  JoinedTime time;
  EXPECT_EQ(time.shift(text, seconds(2), seconds(1)), MediaTime{0});
  EXPECT_EQ(time.shift(sound, seconds(11), seconds(1)), MediaTime{0});
  EXPECT_EQ(time.shift(picture, milliseconds(11960), frame), MediaTime{0});
  EXPECT_EQ(time.shift(picture, MediaTime{0}, frame), seconds(12));
  EXPECT_EQ(time.shift(sound, milliseconds(11980), frame), MediaTime{0}) << "the old piece's last packet";
  EXPECT_EQ(time.shift(sound, MediaTime{0}, frame), seconds(12));
  EXPECT_EQ(time.shift(text, seconds(3), seconds(1)), seconds(12))
      << "it did not fall, but it is in the new piece";
  time.reset();
  EXPECT_EQ(time.shift(picture, seconds(1), frame), MediaTime{0});
}

TEST(TransportStream, OfTwoFilesJoinedPlaysOnAtTheJoint) {
  const std::string once = read_file(clip_named("TransportStream"));
  const auto reference = reference_pictures(clip_named("TransportStream"));
  TestPlayer player(std::make_shared<ScriptedSource>(once + once), {.digests = true}, "joined.ts");
  const std::vector<FramePointer> frames = player.all_frames();
  ASSERT_TRUE(player.wait_sound_finished());
  EXPECT_NEAR(static_cast<double>(frames.size()), 2.0 * static_cast<double>(reference.size()), 2);
  for (std::size_t i = 1; i < frames.size(); ++i) {
    EXPECT_GE(frames[i]->pts - frames[i - 1]->pts, milliseconds(20)) << "at " << i;
    EXPECT_LE(frames[i]->pts - frames[i - 1]->pts, milliseconds(200)) << "at " << i;
  }
  const auto blocks = player.audio.recorded();
  ASSERT_FALSE(blocks.empty());
  EXPECT_NEAR(to_seconds(blocks.back().pts), to_seconds(frames.back()->pts), 0.3);
}

}  // namespace
}  // namespace freshet::media::test
