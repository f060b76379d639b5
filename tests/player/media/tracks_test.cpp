// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What a file holds, which of it is played, and switching while it plays.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "tests/player/media/clip_catalogue.h"
#include "tests/player/media/test_player.h"

namespace freshet::media::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
namespace fs = std::filesystem;

using Words = std::vector<std::string>;

const std::string& srt_text() {
  static const std::string text =
      "1\n00:00:00,500 --> 00:00:01,500\nFirst line\n\n2\n00:00:02,000 --> 00:00:04,500\n<i>Second</i> "
      "line\n\n"
      "3\n00:00:04,600 --> 00:00:04,900\nThird\n";
  return text;
}

// Two sounds (440 Hz tagged English, 880 Hz tagged German and default), a text subtitle, chapters, a title.
fs::path rich_clip(const std::string& extension, const std::string& subtitle_codec) {
  static const fs::path srt = write_file("rich.srt", srt_text());
  static const fs::path chapters =
      write_file("rich.txt",
                 ";FFMETADATA1\ntitle=A "
                 "film\nartist=Somebody\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=One\n"
                 "[CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=5000\ntitle=Two\n");
  return make_clip({"-f",
                    "lavfi",
                    "-i",
                    "testsrc2=s=160x120:r=25:d=5",
                    "-f",
                    "lavfi",
                    "-i",
                    "sine=f=440:r=48000:d=5",
                    "-f",
                    "lavfi",
                    "-i",
                    "sine=f=880:r=48000:d=5",
                    "-i",
                    srt.string(),
                    "-i",
                    chapters.string(),
                    "-map",
                    "0:v",
                    "-map",
                    "1:a",
                    "-map",
                    "2:a",
                    "-map",
                    "3:s",
                    "-map_metadata",
                    "4",
                    "-c:v",
                    "libx264",
                    "-preset",
                    "veryfast",
                    "-g",
                    "30",
                    "-c:a",
                    "aac",
                    "-c:s",
                    subtitle_codec,
                    "-metadata:s:a:0",
                    "language=eng",
                    "-metadata:s:a:1",
                    "language=ger",
                    "-metadata:s:s:0",
                    "language=fre",
                    "-disposition:a:0",
                    "0",
                    "-disposition:a:1",
                    "default",
                    "-disposition:s:0",
                    "0"},
                   extension);
}

// The strongest of the two tones in the recorded sound of a generation, in hertz.
int tone(TestPlayer& player, Generation generation) {
  std::vector<float> samples;
  for (const RecordingAudio::Block& block : player.audio.recorded()) {
    if (block.generation == generation)
      samples.insert(samples.end(), block.samples.begin(), block.samples.end());
  }
  const auto power = [&](double hertz) {
    double real = 0;
    double imaginary = 0;
    const auto channels = static_cast<std::size_t>(player.audio.format.channels);
    for (std::size_t i = 0; i * channels < samples.size(); ++i) {
      const double angle = 2 * M_PI * hertz * static_cast<double>(i) / player.audio.format.sample_rate;
      real += samples[i * channels] * std::cos(angle);
      imaginary += samples[i * channels] * std::sin(angle);
    }
    return real * real + imaginary * imaginary;
  };
  return power(440) > power(880) ? 440 : 880;
}

bool has_line(TestPlayer& player, const std::string& words) {
  const auto events = player.subtitles.events();
  return std::ranges::any_of(
      events, [&](const SubtitleEvent& event) { return event.ass.find(words) != std::string::npos; });
}

void play_out(TestPlayer& player) {
  while (player.next_frame()) {
  }
  ASSERT_TRUE(player.wait_sound_finished());
}

TEST(Tracks, AreDescribed) {
  TestPlayer player(rich_clip("mkv", "subrip"));
  ASSERT_TRUE(player.wait_open());
  const MediaInfo info = *player.info();
  EXPECT_EQ(info.format, "matroska,webm");
  ASSERT_TRUE(info.duration);
  EXPECT_NEAR(to_seconds(*info.duration), 5.0, 0.1);
  ASSERT_EQ(info.tracks.size(), 4U);
  EXPECT_EQ(info.tracks[0].kind, TrackKind::Video);
  EXPECT_EQ(info.tracks[0].codec, "h264");
  EXPECT_EQ(info.tracks[0].width, 160);
  EXPECT_NEAR(info.tracks[0].frames_per_second, 25, 0.01);
  EXPECT_EQ(info.tracks[1].language, "eng");
  EXPECT_EQ(info.tracks[1].sample_rate, 48000);
  EXPECT_EQ(info.tracks[2].id, 2);
  EXPECT_TRUE(info.tracks[2].is_default);
  EXPECT_EQ(info.tracks[3].kind, TrackKind::Subtitle);
  EXPECT_EQ(info.tracks[3].codec, "subrip");
  ASSERT_EQ(info.chapters.size(), 2U);
  EXPECT_EQ(info.chapters[1].title, "Two");
  EXPECT_EQ(info.chapters[1].start, seconds(2));
  EXPECT_EQ(info.metadata.at("title"), "A film");
  EXPECT_EQ(info.metadata.at("artist"), "Somebody");
}

TEST(Tracks, RotationAspectAndStartAreFound) {
  TestPlayer rotated(clip_named("Rotated"));
  const FramePointer frame = rotated.next_frame();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->rotation, rotated.info()->tracks[0].rotation);
  EXPECT_TRUE(frame->rotation == 90 || frame->rotation == 270);
  EXPECT_EQ(frame->width, 176) << "the picture itself stays as it is stored";

  TestPlayer anamorphic(clip_named("Anamorphic"));
  const FramePointer wide = anamorphic.next_frame();
  ASSERT_TRUE(wide);
  EXPECT_EQ(wide->sample_aspect, (Rational{16, 11}));

  TestPlayer late(clip_named("StartsLate"));
  const FramePointer first = late.next_frame();
  ASSERT_TRUE(first);
  EXPECT_NEAR(to_seconds(late.info()->start_time), 37.5, 0.05);
  EXPECT_LT(first->pts, milliseconds(50));
}

TEST(Tracks, DefaultSoundIsPlayedUnlessALanguageIsWanted) {
  TestPlayer plain(rich_clip("mkv", "subrip"));
  ASSERT_TRUE(plain.wait_open());
  EXPECT_EQ(plain.pipeline->selected(TrackKind::Audio), 2);
  EXPECT_EQ(plain.pipeline->selected(TrackKind::Subtitle), 0);
  play_out(plain);
  EXPECT_EQ(tone(plain, plain.pipeline->generation()), 880);

  TestPlayer english(rich_clip("mkv", "subrip"),
                     {.audio_languages = {"it", "en"}, .subtitle_languages = {"fra"}});
  ASSERT_TRUE(english.wait_open());
  EXPECT_EQ(english.pipeline->selected(TrackKind::Audio), 1);
  EXPECT_EQ(english.pipeline->selected(TrackKind::Subtitle), 1);
  play_out(english);
  EXPECT_EQ(tone(english, english.pipeline->generation()), 440);
}

std::vector<std::string> digests_of(const std::vector<FramePointer>& frames) {
  std::vector<std::string> digests;
  for (const FramePointer& frame : frames) digests.push_back(hex(frame->digest->md5));
  return digests;
}

fs::path rich_clip_of(const std::string& extension) {
  return rich_clip(extension, extension == "mkv" ? "subrip" : "mov_text");
}

constexpr TrackChoice track_one{.kind = TrackChoice::Kind::Id, .id = 1};
constexpr TrackChoice track_two{.kind = TrackChoice::Kind::Id, .id = 2};
constexpr TrackChoice no_track{.kind = TrackChoice::Kind::Off};

// It flushed the picture once.
TEST(Tracks, SwitchingTheSoundLeavesThePictureAlone) {
  for (const char* extension : {"mkv", "mp4"}) {
    SCOPED_TRACE(extension);
    const fs::path clip = rich_clip_of(extension);
    TestPlayer player(clip, {.audio = track_one, .digests = true});
    player.audio.hold(true);
    std::vector<FramePointer> frames;
    for (int n = 0; n < 50; ++n) frames.push_back(player.next_frame());
    ASSERT_TRUE(frames.back());
    const Generation generation = player.pipeline->generation();
    const MediaTime position = frames.back()->pts;
    player.pipeline->select_track(TrackKind::Audio, track_two, position);
    EXPECT_EQ(player.pipeline->selected(TrackKind::Audio), 2);
    EXPECT_EQ(player.pipeline->generation(), generation);
    player.audio.hold(false);
    while (const FramePointer frame = player.next_frame()) frames.push_back(frame);
    ASSERT_TRUE(player.wait_sound_finished());

    std::vector<std::string> expected;
    for (const ReferenceFrame& frame : reference_pictures(clip)) expected.push_back(frame.md5);
    EXPECT_EQ(digests_of(frames), expected) << "every picture once";
    for (std::size_t n = 1; n < frames.size(); ++n) {
      EXPECT_NEAR(to_seconds(frames[n]->pts - frames[n - 1]->pts), 0.04, 0.002);
    }
    // The old track's sound waited in the device: what came out is the new one's, from the position on.
    const auto blocks = player.audio.recorded();
    ASSERT_FALSE(blocks.empty());
    EXPECT_NEAR(to_seconds(blocks.front().pts), to_seconds(position), 0.2);
    EXPECT_GE(blocks.front().pts, position);
    EXPECT_EQ(tone(player, generation), 880);
    std::size_t samples = 0;
    for (const auto& block : blocks) samples += block.samples.size();
    const double seconds_heard =
        static_cast<double>(samples) / player.audio.format.sample_rate / player.audio.format.channels;
    EXPECT_NEAR(seconds_heard, 5.0 - to_seconds(position), 0.1) << "up to the end";
  }
}

TEST(Tracks, SoundIsSwitchedOffAndOnWithoutThePicture) {
  const fs::path clip = rich_clip_of("mkv");
  TestPlayer player(clip, {.audio = track_one, .digests = true});
  player.audio.hold(true);
  std::vector<FramePointer> frames;
  for (int n = 0; n < 25; ++n) frames.push_back(player.next_frame());
  const Generation generation = player.pipeline->generation();
  player.pipeline->select_track(TrackKind::Audio, no_track, seconds(1));
  EXPECT_EQ(player.pipeline->selected(TrackKind::Audio), 0);
  EXPECT_TRUE(player.pipeline->audio_finished());
  EXPECT_EQ(player.audio.retirements, std::vector{AudioSink::Queued::Dropped});
  for (int n = 0; n < 50; ++n) frames.push_back(player.next_frame());
  player.pipeline->select_track(TrackKind::Audio, track_one, seconds(3));
  player.audio.hold(false);
  while (const FramePointer frame = player.next_frame()) frames.push_back(frame);
  ASSERT_TRUE(player.wait_sound_finished());
  EXPECT_EQ(player.pipeline->generation(), generation);
  EXPECT_EQ(frames.size(), reference_pictures(clip).size());
  EXPECT_NEAR(to_seconds(player.audio.recorded().front().pts), 3.0, 0.2);
}

TEST(Tracks, SwitchingTheSoundWaitsForNoBytes) {
  const fs::path clip = rich_clip_of("mkv");
  auto source = source_of(clip);
  source->block_from(source->size()->value / 2);
  TestPlayer player(source, {.audio = track_one, .digests = true});
  player.audio.hold(true);
  ASSERT_TRUE(player.next_frame());
  source->wait_until_blocked();
  player.pipeline->select_track(TrackKind::Audio, track_two, milliseconds(500));
  player.audio.hold(false);
  // Not picture by picture: those that are there might be over before the sound comes.
  ASSERT_TRUE(player.audio.wait_recorded());
  EXPECT_NEAR(to_seconds(player.audio.recorded().front().pts), 0.5, 0.2);
  EXPECT_TRUE(player.next_frame()) << "pictures go on";
  source->unblock();
}

TEST(Tracks, SoundOfASourceThatIsReadOnceIsSwitchedToo) {
  const fs::path clip = rich_clip_of("mkv");
  auto source = source_of(clip);
  source->set_seekable(Seekable::No);
  TestPlayer player(source, {.audio = track_one, .digests = true});
  player.audio.hold(true);
  std::size_t frames = 0;
  for (; frames < 25; ++frames) ASSERT_TRUE(player.next_frame());
  player.pipeline->select_track(TrackKind::Audio, track_two, seconds(1));
  player.audio.hold(false);
  while (player.next_frame()) ++frames;
  ASSERT_TRUE(player.wait_sound_finished());
  EXPECT_EQ(frames, reference_pictures(clip).size());
  EXPECT_EQ(tone(player, player.pipeline->generation()), 880);
}

TEST(Tracks, WhatIsNotAtHandIsSwitchedToByASeek) {
  TestPlayer player(rich_clip_of("mkv"), {.audio = track_one, .packet_memory = Bytes{64 * 1024}});
  play_out(player);
  const Generation generation = player.pipeline->generation();
  player.pipeline->select_track(TrackKind::Audio, track_two, milliseconds(200));
  EXPECT_GT(player.pipeline->generation(), generation);
  play_out(player);
  EXPECT_EQ(tone(player, player.pipeline->generation()), 880);
}

TEST(Tracks, VideoCanBeOff) {
  TestPlayer player(rich_clip("mkv", "subrip"), {.video = {.kind = TrackChoice::Kind::Off}});
  ASSERT_TRUE(player.wait_open());
  ASSERT_TRUE(player.wait_sound_finished());
  EXPECT_TRUE(player.pipeline->video_finished());
  EXPECT_FALSE(player.audio.recorded().empty());
}

TEST(Tracks, NothingChosenIsAnError) {
  TestPlayer player(clip_named("PictureOnly"), {.video = {.kind = TrackChoice::Kind::Off}});
  EXPECT_FALSE(player.wait_open());
  EXPECT_EQ(player.error()->category, ErrorCategory::Media);
}

TEST(Subtitles, OfEachTextFormatBecomeAssLines) {
  struct Case {
    const char* extension;
    const char* codec;
  };
  for (const Case& one :
       {Case{"mkv", "subrip"}, Case{"mkv", "ass"}, Case{"mkv", "webvtt"}, Case{"mp4", "mov_text"}}) {
    SCOPED_TRACE(one.codec);
    TestPlayer player(rich_clip(one.extension, one.codec),
                      {.subtitle = {.kind = TrackChoice::Kind::Id, .id = 1}});
    play_out(player);
    ASSERT_TRUE(player.wait_subtitle_events(3));
    const auto events = player.subtitles.events();
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].track_id, 1);
    EXPECT_NE(events[0].ass.find("First line"), std::string::npos) << events[0].ass;
    EXPECT_NEAR(to_seconds(events[0].start), 0.5, 0.025);
    EXPECT_NEAR(to_seconds(events[1].duration), 2.5, 0.025);
    EXPECT_NE(events[0].ass.substr(0, events[0].ass.find(',')),
              events[1].ass.substr(0, events[1].ass.find(',')));
    ASSERT_FALSE(player.subtitles.tracks().empty());
    EXPECT_NE(player.subtitles.tracks()[0].ass_header.find("[V4+ Styles]"), std::string::npos);
  }
}

TEST(Subtitles, LinesKeepTheirNumbersAcrossSeeks) {
  TestPlayer player(rich_clip("mkv", "subrip"), {.subtitle = {.kind = TrackChoice::Kind::Id, .id = 1}});
  play_out(player);
  ASSERT_TRUE(player.wait_subtitle_events(3));
  const auto before = player.subtitles.events();
  player.pipeline->seek(milliseconds(4200), SeekMode::Exact);
  play_out(player);
  ASSERT_TRUE(player.wait_for([&] { return has_line(player, "Third"); }));
  const auto after = player.subtitles.events();
  EXPECT_TRUE(
      std::ranges::any_of(after, [&](const SubtitleEvent& event) { return event.ass == before.back().ass; }));
}

TEST(Subtitles, AreSwitchedOnWhilePlaying) {
  TestPlayer player(rich_clip("mkv", "subrip"));
  ASSERT_TRUE(player.next_frame());
  EXPECT_TRUE(player.subtitles.events().empty());
  const Generation generation = player.pipeline->generation();
  player.pipeline->select_track(TrackKind::Subtitle, {.kind = TrackChoice::Kind::Id, .id = 1}, seconds(0));
  EXPECT_EQ(player.pipeline->generation(), generation) << "the picture goes on";
  play_out(player);
  EXPECT_TRUE(player.wait_subtitle_events(3));
  player.pipeline->select_track(TrackKind::Subtitle, {.kind = TrackChoice::Kind::Off}, seconds(0));
  EXPECT_EQ(player.pipeline->selected(TrackKind::Subtitle), 0);
}

// A PGS stream (what .sup files hold): one red 8x4 picture at (10, 20) from 1 s to 3 s on a 160x120 canvas.
std::string pgs_stream() {
  std::string stream;
  const auto number = [](int bytes, std::uint32_t value) {
    std::string text;
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
      text += static_cast<char>(value >> shift & 0xFF);
    return text;
  };
  const auto segment = [&](std::uint32_t at, std::uint32_t type, const std::string& content) {
    stream += "PG" + number(4, at * 90000) + number(4, 0) + number(1, type) +
              number(2, static_cast<std::uint32_t>(content.size())) + content;
  };
  const std::string canvas = number(2, 160) + number(2, 120) + number(1, 0x10);
  const std::string window =
      number(1, 1) + number(1, 0) + number(2, 10) + number(2, 20) + number(2, 8) + number(2, 4);
  std::string rows;
  for (int y = 0; y < 4; ++y) rows += number(1, 0) + number(1, 0x80 | 8) + number(1, 1) + number(2, 0);
  segment(1, 0x16,
          canvas + number(2, 0) + number(1, 0x80) + number(2, 0) + number(1, 1) + number(2, 0) +
              number(1, 0) + number(1, 0) + number(2, 10) + number(2, 20));
  segment(1, 0x17, window);
  segment(1, 0x14,
          number(2, 0) + number(1, 1) + number(1, 81) + number(1, 240) + number(1, 90) + number(1, 255));
  segment(1, 0x15,
          number(2, 0) + number(1, 0) + number(1, 0xC0) +
              number(3, static_cast<std::uint32_t>(rows.size()) + 4) + number(2, 8) + number(2, 4) + rows);
  segment(1, 0x80, "");
  segment(3, 0x16, canvas + number(2, 1) + number(1, 0) + number(2, 0) + number(1, 0));
  segment(3, 0x17, window);
  segment(3, 0x80, "");
  return stream;
}

TEST(Subtitles, ThatBeganBeforeTheKeyFrameOfASeekAreShown) {
  struct Case {
    const char* extension;
    const char* codec;
  };
  for (const Case& one :
       {Case{"mkv", "subrip"}, Case{"mkv", "ass"}, Case{"mkv", "webvtt"}, Case{"mp4", "mov_text"}}) {
    SCOPED_TRACE(one.codec);
    // The line lasts from 2 s to 4.5 s, key frames lie at 2.4 s and 3.6 s.
    TestPlayer player(rich_clip(one.extension, one.codec),
                      {.subtitle = {.kind = TrackChoice::Kind::Id, .id = 1}, .start = milliseconds(4200)});
    const FramePointer frame = player.next_frame();
    ASSERT_TRUE(frame);
    EXPECT_NEAR(to_seconds(frame->pts), 4.19, 0.011);
    EXPECT_TRUE(player.wait_for([&] { return has_line(player, "Second"); }));
    player.pipeline->seek(milliseconds(1400), SeekMode::Exact);
    EXPECT_TRUE(player.wait_for([&] { return has_line(player, "First"); }));
  }
}

TEST(Subtitles, ThatBeganBeforeAreShownWhenSwitchedOn) {
  TestPlayer player(rich_clip("mkv", "subrip"));
  ASSERT_TRUE(player.next_frame());
  player.pipeline->select_track(TrackKind::Subtitle, {.kind = TrackChoice::Kind::Id, .id = 1},
                                milliseconds(4200));
  EXPECT_TRUE(player.wait_for([&] { return has_line(player, "Second"); }));
}

// The picture is what the viewer waits for: a line that has to be fetched first comes after it.
TEST(Subtitles, ThatBeganBeforeKeepNoPictureWaiting) {
  const fs::path clip = rich_clip("mkv", "subrip");
  auto source = source_of(clip);
  TestPlayer player(source,
                    {.subtitle = {.kind = TrackChoice::Kind::Id, .id = 1}, .start = milliseconds(100)});
  ASSERT_TRUE(player.next_frame());
  const std::string bytes = read_file(clip);
  const auto line = static_cast<std::int64_t>(bytes.find("Second"));
  source->block_range({ByteOffset{line - 1000}, ByteOffset{line + 1000}});
  player.pipeline->seek(milliseconds(4200), SeekMode::Exact);
  const FramePointer frame = player.next_frame();
  ASSERT_TRUE(frame);
  EXPECT_NEAR(to_seconds(frame->pts), 4.19, 0.011);
  source->wait_until_blocked();
  EXPECT_FALSE(has_line(player, "Second"));
  source->unblock();
  EXPECT_TRUE(player.wait_for([&] { return has_line(player, "Second"); }));
}

void expect_red_picture(const std::vector<SubtitleEvent>& events) {
  ASSERT_GE(events.size(), 2U);
  EXPECT_EQ(events[0].start, seconds(1));
  EXPECT_EQ(events[0].space_width, 160);
  EXPECT_EQ(events[0].space_height, 120);
  ASSERT_EQ(events[0].bitmaps.size(), 1U);
  const SubtitleBitmap& bitmap = events[0].bitmaps[0];
  EXPECT_EQ(bitmap.x, 10);
  EXPECT_EQ(bitmap.y, 20);
  EXPECT_EQ(bitmap.width, 8);
  EXPECT_EQ(bitmap.height, 4);
  ASSERT_EQ(bitmap.rgba.size(), 8U * 4 * 4);
  EXPECT_GT(bitmap.rgba[0], 200);
  EXPECT_LT(bitmap.rgba[1], 60);
  EXPECT_LT(bitmap.rgba[2], 60);
  EXPECT_EQ(bitmap.rgba[3], 255);
  EXPECT_EQ(events[1].start, seconds(3));
  EXPECT_TRUE(events[1].bitmaps.empty()) << "the second one takes it away";
}

TEST(Subtitles, BitmapsComeAsColours) {
  static const fs::path sup = write_file("bitmap.sup", pgs_stream());
  const fs::path clip = make_clip({"-copyts", "-i", clip_named("PictureOnly").string(), "-i", sup.string(),
                                   "-map", "0:v", "-map", "1:s", "-c", "copy"},
                                  "mkv");
  TestPlayer player(clip, {.subtitle = {.kind = TrackChoice::Kind::Id, .id = 1}});
  ASSERT_TRUE(player.wait_open());
  play_out(player);
  ASSERT_TRUE(player.wait_subtitle_events(2));
  EXPECT_TRUE(player.subtitles.tracks()[0].bitmaps);
  expect_red_picture(player.subtitles.events());
}

TEST(Subtitles, OfBitmapsThatBeganBeforeTheKeyFrameOfASeekAreShown) {
  static const fs::path sup = write_file("bitmap.sup", pgs_stream());
  const fs::path clip = make_clip({"-copyts", "-i", clip_named("PictureOnly").string(), "-i", sup.string(),
                                   "-map", "0:v", "-map", "1:s", "-c", "copy"},
                                  "mkv");
  TestPlayer player(clip,
                    {.subtitle = {.kind = TrackChoice::Kind::Id, .id = 1}, .start = milliseconds(2600)});
  ASSERT_TRUE(player.next_frame());
  ASSERT_TRUE(player.wait_subtitle_events(2));
  auto events = player.subtitles.events();
  std::ranges::sort(events, {}, &SubtitleEvent::start);
  expect_red_picture(events);
}

TEST(SubtitleFile, OfBitmapsIsShownAgainAfterASeek) {
  TestPlayer player(clip_named("Matroska"));
  ASSERT_TRUE(player.wait_open());
  player.pipeline->add_subtitle_file({std::make_shared<ScriptedSource>(pgs_stream()), "film.sup", ""},
                                     SidecarSelection::Yes);
  ASSERT_TRUE(player.wait_subtitle_events(2));
  expect_red_picture(player.subtitles.events());
  player.pipeline->seek(seconds(2), SeekMode::Exact);
  EXPECT_EQ(player.subtitles.events().size(), 2U) << "the sink forgets bitmaps at a flush";
}

TEST(SubtitleFile, BecomesATrackAndIsShown) {
  TestPlayer player(clip_named("Matroska"));
  ASSERT_TRUE(player.next_frame());
  player.pipeline->add_subtitle_file({std::make_shared<ScriptedSource>(srt_text()), "film.srt", "en"},
                                     SidecarSelection::Yes);
  ASSERT_TRUE(player.wait_tracks(3));
  const Track track = player.pipeline->tracks().back();
  EXPECT_TRUE(track.external);
  EXPECT_EQ(track.external_filename, "film.srt");
  EXPECT_EQ(track.codec, "subrip");
  EXPECT_EQ(player.pipeline->selected(TrackKind::Subtitle), track.id);
  ASSERT_TRUE(player.wait_subtitle_events(3));
  EXPECT_EQ(player.subtitles.events()[0].track_id, track.id);
  EXPECT_EQ(player.subtitles.events()[0].start, milliseconds(500));
}

TEST(SubtitleFile, MayBeAddedBeforeTheFilmIsOpen) {
  auto source = source_of(clip_named("Matroska"));
  source->block_from(0);
  TestPlayer player(source);
  player.pipeline->add_subtitle_file({std::make_shared<ScriptedSource>(srt_text()), "film.srt", "en"},
                                     SidecarSelection::No);
  source->unblock();
  EXPECT_TRUE(player.wait_tracks(3));
  EXPECT_EQ(player.pipeline->selected(TrackKind::Subtitle), 0);
}

TEST(SubtitleFile, ThatIsNoneIsAWarning) {
  TestPlayer player(clip_named("Matroska"));
  ASSERT_TRUE(player.wait_open());
  player.pipeline->add_subtitle_file(
      {std::make_shared<ScriptedSource>(std::string(5000, 'x')), "bad.srt", ""}, SidecarSelection::Yes);
  EXPECT_TRUE(player.wait_for([&] { return !player.warnings().empty(); }));
  EXPECT_TRUE(player.error() == std::nullopt);
}

TEST(SubtitleFile, ThatBlocksDoesNotHoldUpTheEnd) {
  auto blocked = std::make_shared<ScriptedSource>(srt_text());
  blocked->block_from(0);
  auto player = std::make_unique<TestPlayer>(clip_named("Matroska"));
  ASSERT_TRUE(player->wait_open());
  player->pipeline->add_subtitle_file({blocked, "film.srt", ""}, SidecarSelection::Yes);
  blocked->wait_until_blocked();
  player.reset();
}

TEST(Fonts, AreHandedOn) {
  const fs::path font = write_file("Face.ttf", std::string(2000, 'f'));
  const fs::path clip = make_clip(
      {"-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=1", "-c:v", "mpeg4", "-attach", font.string(),
       "-metadata:s:t", "mimetype=application/x-truetype-font", "-metadata:s:t", "filename=Face.ttf"},
      "mkv");
  TestPlayer player(clip);
  ASSERT_TRUE(player.wait_open());
  ASSERT_EQ(player.subtitles.fonts().size(), 1U);
  EXPECT_EQ(player.subtitles.fonts()[0].name, "Face.ttf");
  EXPECT_EQ(player.subtitles.fonts()[0].data.size(), 2000U);
}

TEST(CoverArt, IsAStillPicture) {
  const fs::path cover = make_clip({"-f", "lavfi", "-i", "testsrc2=s=64x48:d=1", "-frames:v", "1"}, "png");
  const fs::path clip =
      make_clip({"-f", "lavfi", "-i", "sine=d=3", "-i", cover.string(), "-map", "0:a", "-map", "1:v", "-c:a",
                 "flac", "-c:v", "copy", "-disposition:v", "attached_pic"},
                "flac");
  TestPlayer player(clip);
  FramePointer frame = player.next_frame();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->still);
  EXPECT_EQ(frame->width, 64);
  EXPECT_TRUE(player.info()->tracks[player.info()->tracks[0].kind == TrackKind::Video ? 0 : 1].album_art);
  EXPECT_FALSE(player.next_frame());
  player.pipeline->seek(seconds(1), SeekMode::Exact);
  frame = player.next_frame();
  ASSERT_TRUE(frame) << "it is shown again after a seek";
  ASSERT_TRUE(player.wait_sound_finished());
  EXPECT_NEAR(to_seconds(player.audio.recorded().back().pts), 3.0, 0.3);
}

TEST(Sound, IsConvertedToTheSinksFormatAndSpeed) {
  TestPlayer player(clip_named("Matroska"), {.video = {.kind = TrackChoice::Kind::Off}});
  player.audio.forced_format = AudioFormat{.sample_rate = 44100, .channels = 2};
  player.pipeline->set_speed(2);
  ASSERT_TRUE(player.wait_open());
  player.pipeline->seek(MediaTime{0}, SeekMode::Exact);
  ASSERT_TRUE(player.wait_sound_finished());
  std::size_t samples = 0;
  MediaTime last{0};
  for (const RecordingAudio::Block& block : player.audio.recorded()) {
    if (block.generation != player.pipeline->generation()) continue;
    EXPECT_EQ(block.speed, 2);
    EXPECT_GE(block.pts, last);
    last = block.pts;
    samples += block.samples.size() / 2;
  }
  EXPECT_NEAR(static_cast<double>(samples) / 44100, 2.5, 0.1) << "5 s at double speed";
  EXPECT_NEAR(to_seconds(last), 5, 0.2);
  EXPECT_EQ(tone(player, player.pipeline->generation()), 440) << "the pitch is kept";
}

TEST(Sound, SlowSpeedsWorkToo) {
  TestPlayer player(clip_named("SoundOnlyWav"));
  player.pipeline->set_speed(0.2);
  ASSERT_TRUE(player.wait_open());
  player.pipeline->seek(seconds(1), SeekMode::Exact);
  ASSERT_TRUE(player.wait_sound_finished());
  std::size_t samples = 0;
  for (const RecordingAudio::Block& block : player.audio.recorded()) {
    if (block.generation == player.pipeline->generation()) samples += block.samples.size();
  }
  EXPECT_NEAR(static_cast<double>(samples) / 48000, 5, 0.2) << "1 s at a fifth of the speed";
}

TEST(Sound, WithoutADeviceThePicturesPlay) {
  TestPlayer player(clip_named("Matroska"), {});
  player.audio.refuse();
  ASSERT_TRUE(player.wait_open());
  EXPECT_GE(player.all_frames().size(), 100U);
  EXPECT_TRUE(player.pipeline->audio_finished());
}

TEST(Output, IsConvertedToWhatTheSinkShows) {
  for (const char* name : {"Hevc10Bit", "Palette", "Rgb", "OddSize"}) {
    SCOPED_TRACE(name);
    TestPlayer basic(clip_named(name), {.frame_formats = FrameFormats::Basic});
    const FramePointer frame = basic.next_frame();
    ASSERT_TRUE(frame);
    EXPECT_TRUE(frame->format_name == "yuv420p" || frame->format_name == "bgra") << frame->format_name;
    TestPlayer planar(clip_named(name), {.frame_formats = FrameFormats::Planar});
    const FramePointer rich = planar.next_frame();
    ASSERT_TRUE(rich);
    EXPECT_NE(rich->format_name, "pal8");
    for (int i = 0; i < rich->plane_count; ++i) {
      const FramePlane& plane = rich->planes[static_cast<std::size_t>(i)];
      EXPECT_GT(plane.pixel_bytes, 0);
      EXPECT_GT(plane.component_count, 0);
      EXPECT_GE(std::abs(plane.stride), plane.width * plane.pixel_bytes);
    }
  }
  TestPlayer ten(clip_named("Hevc10Bit"), {.frame_formats = FrameFormats::Planar});
  const FramePointer frame = ten.next_frame();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->format_name, "yuv420p10le");
  EXPECT_EQ(frame->planes[1].width, 80);
  EXPECT_EQ(frame->planes[0].components[0].depth, 10);
  EXPECT_EQ(frame->planes[0].components[0].bits, 16);
}

TEST(WriteImage, IsUprightWithSquarePixels) {
  for (const char* name : {"Rotated", "Anamorphic", "Palette", "Hevc10Bit"}) {
    TestPlayer player(clip_named(name));
    const FramePointer frame = player.next_frame();
    ASSERT_TRUE(frame);
    for (const char* ending : {"png", "jpg"}) {
      const fs::path path = write_file(std::string("shot.") + ending, "");
      ASSERT_TRUE(write_image(*frame, path.string()).has_value());
      const Result<MediaInfo> picture =
          probe(std::make_shared<ScriptedSource>(read_file(path)), path.string());
      const std::string bytes = read_file(path);
      EXPECT_GT(bytes.size(), 300U);
      EXPECT_TRUE(bytes.starts_with(std::string(ending) == "png" ? "\x89PNG" : "\xFF\xD8\xFF"));
      if (std::string(ending) == "png") {
        const auto number = [&](std::size_t at) {
          return (static_cast<unsigned char>(bytes[at]) << 8) + static_cast<unsigned char>(bytes[at + 1]);
        };
        if (std::string(name) == "Rotated") {
          EXPECT_EQ(number(18), 144);
          EXPECT_EQ(number(22), 176);
        } else if (std::string(name) == "Anamorphic") {
          EXPECT_EQ(number(18), 256);
          EXPECT_EQ(number(22), 144);
        }
      }
      fs::remove(path);
    }
    EXPECT_EQ(write_image(*frame, "/tmp/shot.tiff").error().code, "bad-image-format");
    EXPECT_EQ(write_image(*frame, "/nowhere/shot.png").error().code, "write-failed");
  }
}

}  // namespace
}  // namespace freshet::media::test
