// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/key_proof.h"

#include <gtest/gtest.h>

namespace freshet::media {
namespace {

// A group of ten pictures whose key frame is at `begin`; how many of them are shown.
int play_group(KeyProof& proof, std::int64_t begin, bool key_is_damaged, int damaged_others) {
  int shown = 0;
  for (std::int64_t i = 0; i < 10; ++i) proof.sent(i == 0 ? std::optional(begin) : std::nullopt);
  for (std::int64_t i = 0; i < 10; ++i) {
    const bool is_damaged = i == 0 ? key_is_damaged : i <= damaged_others;
    if (proof.came_out(begin + i, is_damaged)) ++shown;
  }
  return shown;
}

TEST(KeyProof, ShowsWhatIsWhole) {
  KeyProof proof;
  for (std::int64_t group = 0; group < 100; ++group) EXPECT_EQ(play_group(proof, group * 10, false, 0), 10);
  EXPECT_FALSE(proof.is_refuted());
}

TEST(KeyProof, ShowsNothingThatBuildsOnNoise) {
  KeyProof proof;
  EXPECT_EQ(play_group(proof, 0, false, 3), 7) << "what is damaged is left out";
  EXPECT_EQ(play_group(proof, 10, true, 0), 0);
  EXPECT_EQ(play_group(proof, 20, false, 0), 10) << "damage ends with the next key frame";
  EXPECT_FALSE(proof.is_refuted());
}

TEST(KeyProof, IsRefutedWhenNothingWholeComesForLong) {
  KeyProof proof;
  for (std::int64_t group = 0; group < 6; ++group) EXPECT_EQ(play_group(proof, group * 10, true, 0), 0);
  EXPECT_FALSE(proof.is_refuted()) << "60 packets";
  EXPECT_EQ(play_group(proof, 60, true, 0), 0);
  EXPECT_TRUE(proof.is_refuted());
}

TEST(KeyProof, WaitsForASecondKeyFrame) {
  KeyProof proof;
  proof.sent(0);
  for (int i = 0; i < 500; ++i) proof.sent(std::nullopt);
  EXPECT_FALSE(proof.is_refuted()) << "one broken key frame, and a long group";
  proof.sent(501);
  EXPECT_TRUE(proof.is_refuted());
}

// The picture of a key frame comes late, and those before it, in time, later than it was sent.
TEST(KeyProof, JudgesEachPictureByItsOwnGroup) {
  KeyProof proof;
  proof.sent(0);
  proof.sent(std::nullopt);
  proof.sent(10);
  EXPECT_TRUE(proof.came_out(0, false));
  EXPECT_TRUE(proof.came_out(5, false)) << "of the group before";
  EXPECT_FALSE(proof.came_out(10, true));
  EXPECT_FALSE(proof.came_out(11, false));
}

TEST(KeyProof, TakesAStreamWithoutKeyFramesAsItComes) {
  KeyProof proof;
  for (std::int64_t i = 0; i < 200; ++i) {
    proof.sent(std::nullopt);
    EXPECT_TRUE(proof.came_out(i, false));
  }
}

}  // namespace
}  // namespace freshet::media
