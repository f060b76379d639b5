// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// An exact seek shows the very picture that ffmpeg decodes for that time, in every container.
#include <gtest/gtest.h>
#include <random>

#include "tests/player/media/clip_catalogue.h"
#include "tests/player/media/test_player.h"

namespace freshet::media::test {
namespace {

constexpr double tolerance = 0.005;

// The last picture that begins at or before `seconds` (rebased), by ffmpeg's account.
std::size_t picture_at(const std::vector<ReferenceFrame>& frames, double start, double seconds) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].seconds - start <= seconds + tolerance) found = i;
  }
  return found;
}

class ExactSeek : public testing::TestWithParam<CatalogueClip> {};

TEST_P(ExactSeek, ShowsFfmpegsPictureAtTwentyRandomPlaces) {
  if (!GetParam().has_picture) GTEST_SKIP() << "sound only";
  const auto clip = clip_named(GetParam().name);
  const auto reference = reference_pictures(clip);
  TestPlayer player(clip);
  ASSERT_TRUE(player.wait_open());
  const double start = to_seconds(player.info()->start_time);
  const double length = reference.back().seconds - start + 0.2;
  std::mt19937 random(20261122);
  std::uniform_real_distribution<double> anywhere(0, length);
  for (int i = 0; i < 20; ++i) {
    const double target = i == 18 ? 0 : i == 19 ? length : anywhere(random);
    const Generation generation = player.pipeline->seek(from_seconds(target), SeekMode::Exact);
    // The target is clamped to the duration, as the container says it.
    const double clamped =
        player.info()->duration ? std::min(target, to_seconds(*player.info()->duration)) : target;
    std::size_t expected = picture_at(reference, start, clamped);
    for (int following = 0; following < 3 && expected < reference.size(); ++following, ++expected) {
      const FramePointer frame = player.next_frame();
      ASSERT_TRUE(frame) << "seek to " << target << ", picture " << expected << " of " << reference.size();
      EXPECT_EQ(frame->generation, generation);
      ASSERT_EQ(hex(frame->digest->md5), reference[expected].md5)
          << "seek to " << target << ", picture " << expected << " is at "
          << reference[expected].seconds - start << ", got " << to_seconds(frame->pts);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, ExactSeek, testing::ValuesIn(catalogue()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace freshet::media::test
