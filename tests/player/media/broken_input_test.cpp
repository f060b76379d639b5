// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Sources that block, fail or lie: the pipeline waits, says so, plays what can be played, and never hangs.
#include <gtest/gtest.h>
#include <random>

#include "tests/player/media/clip_catalogue.h"
#include "tests/player/media/test_player.h"

namespace freshet::media::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Far above what a cancel takes (well under a millisecond), far below what a person would call a hang;
// machines that run other tests at the same time stay inside.
constexpr auto prompt = milliseconds(500);

TEST(BlockedSource, IsLeftAtOnceWhenThePipelineIsDestroyed) {
  for (const std::int64_t from : {std::int64_t{0}, std::int64_t{3000}, std::int64_t{40'000}}) {
    auto source = source_of(clip_named("Mp4IndexFirst"));
    source->block_from(from);
    auto player = std::make_unique<TestPlayer>(source);
    source->wait_until_blocked();
    const auto began = std::chrono::steady_clock::now();
    player.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - began, prompt);
  }
}

TEST(BlockedSource, IsLeftByASeekToWhatIsThere) {
  for (const char* name : {"Mp4IndexFirst", "Mp4Fragmented", "Matroska"}) {
    SCOPED_TRACE(name);
    auto source = source_of(clip_named(name));
    TestPlayer player(source, {.digests = true, .packet_memory = kib(8)});
    ASSERT_TRUE(player.wait_open());
    ASSERT_TRUE(player.next_frame());
    player.pipeline->seek(MediaTime{0}, SeekMode::Exact);  // Matroska has read its cues after this
    ASSERT_TRUE(player.next_frame());
    source->block_from(source->size()->value / 2);
    player.pipeline->seek(milliseconds(4500), SeekMode::Exact);
    source->wait_until_blocked();
    EXPECT_TRUE(player.pipeline->buffer(MediaTime{0}).reading);
    EXPECT_FALSE(player.pipeline->peek_frame());
    const auto began = std::chrono::steady_clock::now();
    const Generation generation = player.pipeline->seek(milliseconds(400), SeekMode::Exact);
    EXPECT_LT(std::chrono::steady_clock::now() - began, prompt) << "a seek never blocks";
    const FramePointer frame = player.next_frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->generation, generation);
    EXPECT_NEAR(to_seconds(frame->pts), 0.39, 0.031);
    // What the cancel interrupted is whole again afterwards.
    source->unblock();
    player.pipeline->seek(milliseconds(4520), SeekMode::Exact);
    const FramePointer late = player.next_frame();
    ASSERT_TRUE(late);
    EXPECT_NEAR(to_seconds(late->pts), 4.51, 0.031);
  }
}

TEST(BlockedSource, AllPicturesComeAfterACancelInsideAnIndex) {
  // FFmpeg 5.1 marks a fragment's header as read before it reads it, and reads Matroska's cues only once.
  for (const char* name : {"Mp4Fragmented", "Matroska"}) {
    SCOPED_TRACE(name);
    const auto clip = clip_named(name);
    const auto reference = reference_pictures(clip);
    auto source = source_of(clip);
    TestPlayer player(source);
    ASSERT_TRUE(player.wait_open());
    ASSERT_TRUE(player.next_frame());
    for (int part = 1; part < 12; ++part) {
      source->block_from(source->size()->value * part / 12);
      player.pipeline->seek(milliseconds(4800), SeekMode::Exact);
      source->wait_until_blocked();
      player.pipeline->seek(MediaTime{0}, SeekMode::Exact);
      source->unblock();
    }
    const auto frames = player.all_frames();
    ASSERT_EQ(frames.size(), reference.size());
    for (std::size_t i = 0; i < frames.size(); ++i)
      ASSERT_EQ(hex(frames[i]->digest->md5), reference[i].md5) << i;
  }
}

TEST(BlockedSource, ACancelWhileTheFileIsOpenedAnewIsMended) {
  for (const char* name : {"Mp4Fragmented", "Matroska"}) {
    SCOPED_TRACE(name);
    auto source = source_of(clip_named(name));
    TestPlayer player(source, {.digests = true, .packet_memory = kib(8)});
    ASSERT_TRUE(player.wait_open());
    ASSERT_TRUE(player.next_frame());
    // A seek is cancelled inside the index …
    source->block_from(source->size()->value / 2);
    player.pipeline->seek(milliseconds(4800), SeekMode::Exact);
    source->wait_until_blocked();
    // … so the next one opens the file anew, and is cancelled in its header, more than once.
    source->block_from(0);
    for (const int target : {3000, 1000, 2000}) {
      player.pipeline->seek(milliseconds(target), SeekMode::Exact);
      source->wait_until_blocked_for(player.pipeline->generation());
    }
    const Generation generation = player.pipeline->seek(milliseconds(400), SeekMode::Exact);
    source->unblock();
    const FramePointer frame = player.next_frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->generation, generation);
    EXPECT_NEAR(to_seconds(frame->pts), 0.39, 0.031);
  }
}

TEST(FailingSource, ReportsTheErrorAndNotTheEnd) {
  auto source = source_of(clip_named("Mp4IndexFirst"));
  source->fail_from(source->size()->value / 2);
  TestPlayer player(source);
  ASSERT_TRUE(player.wait_for([&] {
    if (player.pipeline->peek_frame()) player.pipeline->pop_frame();
    return player.error().has_value();
  }));
  EXPECT_EQ(player.error()->code, "scripted");
  EXPECT_FALSE(player.pipeline->buffer(MediaTime{0}).read_finished);
  EXPECT_FALSE(player.pipeline->video_finished());
}

TEST(FailingSource, CanBeSoughtInAfterTheError) {
  auto source = source_of(clip_named("Mp4IndexFirst"));
  source->fail_from(source->size()->value / 2);
  TestPlayer player(source);
  ASSERT_TRUE(player.wait_for([&] {
    if (player.pipeline->peek_frame()) player.pipeline->pop_frame();
    return player.error().has_value();
  }));
  player.pipeline->seek(milliseconds(200), SeekMode::Exact);
  ASSERT_TRUE(player.wait_for([&] { return player.pipeline->peek_frame() != nullptr; }));
  EXPECT_EQ(player.pipeline->peek_frame()->pts, milliseconds(200));
}

TEST(FailingSource, FailsToOpenWithTheSourcesError) {
  auto source = source_of(clip_named("Mp4IndexFirst"));
  source->fail_from(0);
  TestPlayer player(source);
  EXPECT_FALSE(player.wait_open());
  EXPECT_EQ(player.error()->code, "scripted");
  EXPECT_EQ(probe(source_of(clip_named("Mp4IndexFirst")), "x").value().tracks.size(), 2U);
  EXPECT_EQ(probe(source, "x").error().code, "scripted");
}

TEST(ShortReads, ChangeNothing) {
  const auto clip = clip_named("Matroska");
  auto source = source_of(clip);
  source->set_short_reads(7);
  TestPlayer player(source);
  const auto reference = reference_pictures(clip);
  const auto frames = player.all_frames();
  ASSERT_EQ(frames.size(), reference.size());
  EXPECT_EQ(hex(frames.back()->digest->md5), reference.back().md5);
}

TEST(Garbage, IsNotMedia) {
  std::string noise;
  std::mt19937 random(3);
  for (int i = 0; i < 300'000; ++i) noise += static_cast<char>(random());
  for (const std::string& bytes :
       {std::string(), std::string("hello"), std::string(100'000, '\0'), noise,
        std::string("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n"),
        std::string("ffconcat version 1.0\nfile /etc/passwd\n")}) {
    TestPlayer player(std::make_shared<ScriptedSource>(bytes), {}, "film.m3u8");
    EXPECT_FALSE(player.wait_open());
    ASSERT_TRUE(player.error());
    EXPECT_EQ(player.error()->category, ErrorCategory::Media);
    EXPECT_EQ(player.error()->code, "not-media") << bytes.substr(0, 20);
  }
}

TEST(CutFile, PlaysWhatIsThere) {
  for (const char* name : {"Mp4IndexFirst", "Matroska", "Avi", "TransportStream", "WebM", "Mp4Fragmented"}) {
    SCOPED_TRACE(name);
    std::string bytes = read_file(clip_named(name));
    bytes.resize(bytes.size() / 2);
    TestPlayer player(std::make_shared<ScriptedSource>(bytes));
    ASSERT_TRUE(player.wait_open());
    const auto frames = player.all_frames();
    EXPECT_GT(frames.size(), 20U);
    EXPECT_FALSE(player.error());
    // An index is missing now (AVI's, Matroska's): seeks find their way without.
    player.pipeline->seek(milliseconds(1000), SeekMode::Exact);
    const FramePointer frame = player.next_frame();
    ASSERT_TRUE(frame);
    EXPECT_NEAR(to_seconds(frame->pts), 0.98, 0.0251);
  }
}

TEST(DamagedFile, NeverCrashesNorHangs) {
  for (const char* name : {"Mp4IndexLast", "Mp4Fragmented", "Matroska", "WebM", "Avi", "TransportStream",
                           "Av1TenBit", "SoundOnlyMp3", "Palette"}) {
    const std::string whole = read_file(clip_named(name));
    for (unsigned seed = 1; seed <= 6; ++seed) {
      SCOPED_TRACE(std::string(name) + " seed " + std::to_string(seed));
      std::mt19937 random(seed);
      std::string bytes = whole;
      // Even seeds spare the header, so that decoders see damage as well as parsers.
      const std::size_t first = seed % 2 == 0 ? std::min<std::size_t>(bytes.size() / 3, 8000) : 0;
      std::uniform_int_distribution<std::size_t> anywhere(first, bytes.size() - 1);
      for (int flips = 0; flips < 60; ++flips) bytes[anywhere(random)] = static_cast<char>(random());
      TestPlayer player(std::make_shared<ScriptedSource>(bytes));
      if (!player.wait_open()) continue;
      std::size_t frames = 0;
      ASSERT_TRUE(player.wait_for([&] {
        for (; player.pipeline->peek_frame(); ++frames) player.pipeline->pop_frame();
        return (player.pipeline->video_finished() && player.pipeline->audio_finished()) || player.error();
      })) << "hangs after "
          << frames;
      for (const int target : {2000, 300, 4000}) {
        player.pipeline->seek(milliseconds(target), SeekMode::Exact);
        EXPECT_TRUE(player.wait_for([&] {
          return player.pipeline->peek_frame() || player.pipeline->video_finished() || player.error();
        }));
      }
      EXPECT_LE(player.warnings().size(), 25U);
    }
  }
}

TEST(FirstPicture, NeedsLittleOfTheFile) {
  for (const char* name : {"Mp4IndexFirst", "Matroska", "WebM", "Mp4Fragmented"}) {
    SCOPED_TRACE(name);
    auto source = source_of(clip_named(name));
    source->block_from(source->size()->value / 2);
    TestPlayer player(source);
    EXPECT_TRUE(player.next_frame()) << "though the second half is not there";
  }
}

}  // namespace
}  // namespace freshet::media::test
