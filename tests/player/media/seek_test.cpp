// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Seeks: the newest wins, nothing stale comes out, sound and pictures agree on where they are.
#include <gtest/gtest.h>
#include <random>

#include "tests/player/media/clip_catalogue.h"
#include "tests/player/media/test_player.h"

namespace freshet::media::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr MediaTime picture_length = milliseconds(40);

// Some containers begin their pictures 21 ms late, by their sound's encoder delay.
void expect_holds(const FramePointer& frame, MediaTime target) {
  ASSERT_TRUE(frame);
  EXPECT_LE(frame->pts, target + milliseconds(5));
  EXPECT_GT(frame->pts, target - picture_length);
}
void expect_about(const FramePointer& frame, MediaTime pts) {
  ASSERT_TRUE(frame);
  EXPECT_GE(frame->pts, pts);
  EXPECT_LE(frame->pts, pts + milliseconds(25));
}

TEST(Seek, StormEndsAtTheNewestTargetAndShowsNothingStale) {
  for (const char* name : {"Mp4IndexLast", "Mp4Fragmented", "Matroska", "Avi", "TransportStream"}) {
    SCOPED_TRACE(name);
    TestPlayer player(clip_named(name));
    ASSERT_TRUE(player.wait_open());
    std::mt19937 random(7);
    std::uniform_int_distribution<int> anywhere(0, 4800);
    Generation newest{};
    MediaTime target{0};
    for (int i = 0; i < 50; ++i) {
      target = milliseconds(anywhere(random));
      newest = player.pipeline->seek(target, i % 3 == 0 && i < 49 ? SeekMode::Keyframe : SeekMode::Exact);
      const FramePointer frame = player.pipeline->peek_frame();
      if (frame) {
        EXPECT_EQ(frame->generation, newest);
      }
      if (i % 10 == 5) static_cast<void>(player.next_frame());
    }
    const FramePointer frame = player.next_frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->generation, newest);
    EXPECT_LE(frame->pts, target + milliseconds(5));
    EXPECT_GT(frame->pts, target - picture_length - milliseconds(5));
    for (int i = 0; i < 5; ++i) {
      const FramePointer following = player.next_frame();
      if (following) {
        EXPECT_EQ(following->generation, newest);
      }
    }
    for (const RecordingAudio::Block& block : player.audio.recorded()) EXPECT_LE(block.generation, newest);
  }
}

TEST(Seek, DropsFramesThatWereAlreadyQueued) {
  TestPlayer player(clip_named("Matroska"));
  ASSERT_TRUE(player.wait_open());
  ASSERT_TRUE(player.wait_for([&] { return player.pipeline->peek_frame(2) != nullptr; }));
  const Generation generation = player.pipeline->seek(seconds(3), SeekMode::Exact);
  const FramePointer queued = player.pipeline->peek_frame();
  EXPECT_TRUE(queued == nullptr || queued->generation == generation);
  const FramePointer frame = player.next_frame();
  expect_holds(frame, seconds(3));
}

TEST(Seek, SoundBeginsAtTheTarget) {
  for (const char* name :
       {"Matroska", "Mp4IndexLast", "TransportStream", "Avi", "SoundOnlyMp3", "SoundOnlyFlac"}) {
    SCOPED_TRACE(name);
    TestPlayer player(clip_named(name));
    ASSERT_TRUE(player.wait_open());
    const MediaTime target = milliseconds(1507);
    const Generation generation = player.pipeline->seek(target, SeekMode::Exact);
    while (player.next_frame()) {
    }
    ASSERT_TRUE(player.wait_sound_finished());
    MediaTime expected = target;
    bool first = true;
    for (const RecordingAudio::Block& block : player.audio.recorded()) {
      if (block.generation != generation) continue;
      if (first) {
        EXPECT_NEAR(to_seconds(block.pts), to_seconds(target), 0.001);
        expected = block.pts;
        first = false;
      }
      EXPECT_NEAR(to_seconds(block.pts), to_seconds(expected), 0.025);
      expected = block.pts +
                 from_seconds(static_cast<double>(block.samples.size() /
                                                  static_cast<std::size_t>(player.audio.format.channels)) /
                              player.audio.format.sample_rate);
    }
    EXPECT_FALSE(first) << "no sound";
  }
}

TEST(Seek, KeyframeModesLandOnTheKeyFramesAround) {
  for (const char* name : {"Mp4IndexLast", "Matroska", "TransportStream", "Mp4Fragmented"}) {
    SCOPED_TRACE(name);
    TestPlayer player(clip_named(name));
    ASSERT_TRUE(player.wait_open());
    // Key frames lie every 1.2 s from the first.
    const FramePointer first = player.next_frame();
    ASSERT_TRUE(first);
    player.pipeline->seek(seconds(2), SeekMode::Keyframe);
    FramePointer frame = player.next_frame();
    expect_about(frame, first->pts + milliseconds(1200) - milliseconds(1));
    EXPECT_TRUE(frame && frame->keyframe);
    player.pipeline->seek(seconds(2), SeekMode::KeyframeAfter);
    frame = player.next_frame();
    expect_about(frame, first->pts + milliseconds(2400) - milliseconds(1));
    EXPECT_TRUE(frame && frame->keyframe);
    player.pipeline->seek(milliseconds(4950), SeekMode::KeyframeAfter);
    frame = player.next_frame();
    expect_about(frame,
                 first->pts + milliseconds(4800) - milliseconds(1));  // there is none behind it: the last one
  }
}

TEST(Seek, StepsBackPictureByPicture) {
  for (const char* name : {"Matroska", "TransportStream"}) {
    SCOPED_TRACE(name);
    TestPlayer player(clip_named(name));
    ASSERT_TRUE(player.wait_open());
    player.pipeline->seek(milliseconds(1280), SeekMode::Exact);
    FramePointer frame = player.next_frame();
    ASSERT_TRUE(frame);
    for (int i = 1; i <= 6; ++i) {  // across the key frame at 1.2 s
      const MediaTime shown = frame->pts;
      player.pipeline->seek_before(shown);
      frame = player.next_frame();
      ASSERT_TRUE(frame);
      EXPECT_NEAR(to_seconds(shown - frame->pts), 0.04, 0.0011);
    }
    player.pipeline->seek_before(MediaTime{0});
    frame = player.next_frame();
    expect_about(frame, MediaTime{0});  // there is nothing before the first
  }
}

TEST(Seek, BehindTheEndShowsTheLastPicture) {
  for (const char* name :
       {"Mp4IndexLast", "Mp4Fragmented", "Matroska", "Avi", "TransportStream", "VariableRate"}) {
    SCOPED_TRACE(name);
    const auto clip = clip_named(name);
    const auto reference = reference_pictures(clip);
    TestPlayer player(clip);
    ASSERT_TRUE(player.wait_open());
    player.pipeline->seek(std::chrono::hours(3), SeekMode::Exact);
    const FramePointer frame = player.next_frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(hex(frame->digest->md5), reference.back().md5);
    EXPECT_FALSE(player.next_frame());
    EXPECT_TRUE(player.wait_sound_finished());
  }
}

TEST(Seek, PlaysOnToTheEndAndCanGoBackFromThere) {
  TestPlayer player(clip_named("Matroska"));
  ASSERT_TRUE(player.wait_open());
  EXPECT_EQ(player.all_frames().size(), 125U);
  EXPECT_TRUE(player.pipeline->video_finished());
  player.pipeline->seek(seconds(4), SeekMode::Exact);
  EXPECT_FALSE(player.pipeline->video_finished());
  EXPECT_NEAR(static_cast<double>(player.all_frames().size()), 26, 1);
}

TEST(Seek, BeforeTheFileIsOpenIsKept) {
  auto source = source_of(clip_named("Mp4IndexFirst"));
  source->block_from(0);
  TestPlayer player(source);
  source->wait_until_blocked();
  const Generation generation = player.pipeline->seek(seconds(2), SeekMode::Exact);
  source->unblock();
  ASSERT_TRUE(player.wait_open());
  const FramePointer frame = player.next_frame();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->generation, generation);
  EXPECT_EQ(frame->pts, seconds(2));
}

TEST(Seek, StartOptionIsTheFirstPicture) {
  TestPlayer player(clip_named("Mp4IndexLast"), {.start = milliseconds(2500), .digests = true});
  const FramePointer frame = player.next_frame();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->pts, milliseconds(2480));
}

TEST(Seek, WorksWhileTheSinkIsFull) {
  TestPlayer player(clip_named("Matroska"));
  player.audio.hold(true);
  ASSERT_TRUE(player.wait_open());
  ASSERT_TRUE(player.next_frame());
  for (int i = 0; i < 5; ++i) {
    player.pipeline->seek(seconds(i % 4), SeekMode::Exact);
    const FramePointer frame = player.next_frame();
    if (i % 4 > 0) expect_holds(frame, seconds(i % 4));
  }
}

// The catalogue's clips have B pictures, and key frames every 30.
TEST(LatePictures, AreLeftOutUntilTheDecoderHasCaughtUp) {
  const auto count = [](MediaTime late) {
    TestPlayer player(source_of(clip_named("Matroska")), {});
    player.audio.hold(false);
    player.pipeline->set_late(late);
    return player.all_frames().size();
  };
  EXPECT_EQ(count(MediaTime{0}), 125U);
  const std::size_t some = count(milliseconds(200));  // only those that no other picture needs
  EXPECT_LT(some, 125U);
  EXPECT_GT(some, 20U);
  EXPECT_LE(count(seconds(3)), 6U) << "key frames alone";
}

TEST(Duration, OfAFragmentedMp4IsLearntWhenItsIndexHasCome) {
  const auto clip = clip_named("Mp4Fragmented");
  auto source = source_of(clip);
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(clip));
  source->block_from(size - 200);  // inside the index
  TestPlayer player(source);
  ASSERT_TRUE(player.wait_open());
  EXPECT_EQ(player.info()->duration, std::nullopt);
  source->unblock();
  while (player.next_frame() && !player.learnt_duration()) {
  }
  ASSERT_TRUE(player.wait_for([&] { return player.learnt_duration().has_value(); }));
  // The index names where the last fragment begins; its own length is a guess until it was read.
  EXPECT_NEAR(to_seconds(*player.learnt_duration()), 5.5, 0.7);
  EXPECT_TRUE(player.wait_for([&] { return std::abs(to_seconds(*player.learnt_duration()) - 5.0) < 0.1; }));
  // A seek is held to it.
  player.pipeline->seek(std::chrono::hours(1), SeekMode::Exact);
  const FramePointer last = player.next_frame();
  ASSERT_TRUE(last);
  EXPECT_GT(last->pts, milliseconds(4900));
}

TEST(Duration, OfASourceThatDoesNotTellItIsLearntAtItsEnd) {
  auto source = source_of(clip_named("Mp4Fragmented"));
  source->set_seekable(Seekable::No);
  source->hide_size();
  TestPlayer player(source);
  ASSERT_TRUE(player.wait_open());
  EXPECT_EQ(player.info()->duration, std::nullopt);
  EXPECT_FALSE(player.all_frames().empty());
  ASSERT_TRUE(player.wait_for([&] { return player.learnt_duration().has_value(); }));
  EXPECT_NEAR(to_seconds(*player.learnt_duration()), 5.0, 0.1);
}

TEST(Seek, InASourceThatIsReadOnceGoesForwardOnly) {
  const auto clip = clip_named("TransportStream");
  const auto reference = reference_pictures(clip);
  auto source = source_of(clip);
  source->set_seekable(Seekable::No);
  source->hide_size();
  TestPlayer player(source);
  ASSERT_TRUE(player.next_frame());
  EXPECT_FALSE(player.info()->seekable);
  const Generation before = player.pipeline->generation();
  const Generation after = player.pipeline->seek(seconds(2), SeekMode::Exact);
  EXPECT_GT(after, before);
  FramePointer frame = player.next_frame();
  expect_holds(frame, seconds(2));
  EXPECT_EQ(frame->generation, after);
  const MediaTime shown = frame->pts;
  EXPECT_EQ(player.pipeline->seek(seconds(1), SeekMode::Exact), after) << "what was read is gone";
  EXPECT_FALSE(player.warnings().empty());
  // It plays on undisturbed, to the last picture.
  MediaTime last = shown;
  std::string md5;
  std::size_t count = 0;
  for (; (frame = player.next_frame()) != nullptr; ++count) {
    EXPECT_NEAR(to_seconds(frame->pts - last), 0.04, 0.001);
    last = frame->pts;
    md5 = hex(frame->digest->md5);
  }
  EXPECT_NEAR(static_cast<double>(count), 74, 1);
  EXPECT_EQ(md5, reference.back().md5);
  EXPECT_TRUE(player.wait_sound_finished());
}

}  // namespace
}  // namespace freshet::media::test
