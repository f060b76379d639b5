// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Played from start to end, every clip of the catalogue gives ffmpeg's pictures and ffmpeg's sound.
#include <gtest/gtest.h>

#include "tests/player/media/clip_catalogue.h"
#include "tests/player/media/test_player.h"

namespace freshet::media::test {
namespace {

class LinearPlay : public testing::TestWithParam<CatalogueClip> {};

TEST_P(LinearPlay, GivesFfmpegsPicturesAndSound) {
  const auto clip = clip_named(GetParam().name);
  TestPlayer player(clip);
  ASSERT_TRUE(player.wait_open()) << player.error()->message;
  const std::vector<FramePointer> frames = player.all_frames();
  ASSERT_TRUE(player.wait_sound_finished());
  EXPECT_FALSE(player.error().has_value());

  if (GetParam().has_picture) {
    const auto reference = reference_pictures(clip);
    ASSERT_FALSE(reference.empty());
    ASSERT_EQ(frames.size(), reference.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      ASSERT_TRUE(frames[i]->digest);
      ASSERT_EQ(hex(frames[i]->digest->md5), reference[i].md5) << "picture " << i;
      EXPECT_EQ(frames[i]->digest->size, reference[i].size);
      EXPECT_EQ(frames[i]->digest->pts, reference[i].pts) << "picture " << i;
      EXPECT_NEAR(to_seconds(frames[i]->pts + player.info()->start_time), reference[i].seconds, 1e-6);
      if (i > 0) {
        EXPECT_GT(frames[i]->pts, frames[i - 1]->pts);
      }
    }
  } else {
    EXPECT_TRUE(frames.empty());
  }
  if (GetParam().has_sound) {
    const auto reference = reference_sound(clip);
    const auto digests = player.digests.digests();
    ASSERT_FALSE(reference.empty());
    ASSERT_EQ(digests.size(), reference.size());
    for (std::size_t i = 0; i < digests.size(); ++i) {
      ASSERT_EQ(hex(digests[i].md5), reference[i].md5) << "block " << i;
      EXPECT_EQ(digests[i].size, reference[i].size);
      EXPECT_EQ(digests[i].pts, reference[i].pts) << "block " << i;
    }
    EXPECT_FALSE(player.audio.recorded().empty());
    EXPECT_EQ(player.audio.finished, player.pipeline->generation());
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, LinearPlay, testing::ValuesIn(catalogue()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace freshet::media::test
