// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The parts that need no file: queues, track choice, text.
#include <gtest/gtest.h>
#include <thread>

#include "player/media/ffmpeg_handles.h"
#include "player/media/frame_queue.h"
#include "player/media/packet_queue.h"
#include "player/media/subtitle_charset.h"
#include "player/media/subtitle_file.h"
#include "player/media/text.h"
#include "player/media/track_selection.h"

namespace freshet::media {
namespace {

using std::chrono::seconds;

QueueItem packet_of(Generation generation, int size = 100) {
  QueueItem item{.generation = generation, .packet = PacketPointer(av_packet_alloc())};
  av_new_packet(item.packet.get(), size);
  return item;
}

TEST(PacketQueue, DropsWhatAFlushMadeStale) {
  PacketQueue queue({});
  EXPECT_TRUE(queue.push(packet_of(Generation{1})));
  queue.flush(Generation{2});
  EXPECT_FALSE(queue.push(packet_of(Generation{1})));
  EXPECT_TRUE(queue.push({.kind = QueueItem::Kind::Start, .generation = Generation{2}}));
  const auto item = queue.pop();
  ASSERT_TRUE(item);
  EXPECT_EQ(item->kind, QueueItem::Kind::Start);
}

TEST(PacketQueue, CountsBytesAndTime) {
  PacketQueue queue({});
  queue.push(packet_of(Generation{1}, 1000), seconds(1), seconds(2));
  queue.push(packet_of(Generation{1}, 1000), seconds(2), seconds(3));
  EXPECT_GE(queue.level().bytes, 2000);
  EXPECT_EQ(queue.level().packets, 2U);
  EXPECT_EQ(queue.level().span(), seconds(2));
  static_cast<void>(queue.pop());
  EXPECT_EQ(queue.level().span(), seconds(1));
  EXPECT_EQ(queue.level().end, seconds(3));
  static_cast<void>(queue.pop());
  EXPECT_EQ(queue.level().bytes, 0);
  EXPECT_EQ(queue.level().span(), seconds(0));
}

TEST(PacketQueue, StopWakesTheDecoder) {
  PacketQueue queue({});
  std::jthread decoder([&] { EXPECT_FALSE(queue.pop()); });
  queue.stop();
}

FramePointer frame_of(Generation generation) {
  auto frame = std::make_shared<VideoFrame>();
  frame->generation = generation;
  return frame;
}

TEST(FrameQueue, BlocksTheDecoderWhileFullAndFlushFreesIt) {
  FrameQueue queue;
  for (std::size_t i = 0; i < FrameQueue::capacity; ++i) EXPECT_TRUE(queue.push(frame_of(Generation{1})));
  std::jthread decoder([&] { EXPECT_FALSE(queue.push(frame_of(Generation{1}))); });
  queue.flush(Generation{2});
  decoder.join();
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.push(frame_of(Generation{2})));
  EXPECT_EQ(queue.peek(0)->generation, Generation{2});
  EXPECT_FALSE(queue.peek(1));
}

TEST(FrameQueue, PopMakesRoom) {
  FrameQueue queue;
  for (std::size_t i = 0; i < FrameQueue::capacity; ++i) EXPECT_TRUE(queue.push(frame_of(Generation{1})));
  std::jthread decoder([&] { EXPECT_TRUE(queue.push(frame_of(Generation{1}))); });
  queue.pop();
  decoder.join();
  EXPECT_TRUE(queue.peek(FrameQueue::capacity - 1));
}

TEST(Language, MatchesByAnyOfItsCodes) {
  EXPECT_TRUE(language_matches("en", "eng"));
  EXPECT_TRUE(language_matches("eng", "en-US"));
  EXPECT_TRUE(language_matches("de", "ger"));
  EXPECT_TRUE(language_matches("deu", "ger"));
  EXPECT_TRUE(language_matches("PT_BR", "por"));
  EXPECT_TRUE(language_matches("tlh", "tlh"));
  EXPECT_FALSE(language_matches("en", "enm"));
  EXPECT_FALSE(language_matches("", "eng"));
  EXPECT_FALSE(language_matches("en", ""));
}

TEST(ChooseTrack, FollowsThePreferences) {
  const std::vector<Track> tracks = {
      {.id = 1, .kind = TrackKind::Audio, .language = "eng"},
      {.id = 2, .kind = TrackKind::Audio, .language = "ger", .is_default = true},
      {.id = 3, .kind = TrackKind::Audio, .language = "fre", .decodable = false},
      {.id = 1, .kind = TrackKind::Video, .album_art = true},
      {.id = 2, .kind = TrackKind::Video},
      {.id = 1, .kind = TrackKind::Subtitle, .language = "eng"},
      {.id = 2, .kind = TrackKind::Subtitle, .language = "ger", .forced = true},
  };
  const TrackChoice automatic;
  EXPECT_EQ(choose_track(tracks, TrackKind::Audio, automatic, {}), 2);
  EXPECT_EQ(choose_track(tracks, TrackKind::Audio, automatic, {"fr", "en"}), 1);
  EXPECT_EQ(choose_track(tracks, TrackKind::Video, automatic, {}), 2) << "moving pictures before cover art";
  EXPECT_EQ(choose_track(tracks, TrackKind::Subtitle, automatic, {}), 2) << "forced";
  EXPECT_EQ(choose_track(tracks, TrackKind::Subtitle, automatic, {"en"}), 1);
  EXPECT_EQ(choose_track(tracks, TrackKind::Audio, {.kind = TrackChoice::Kind::Id, .id = 1}, {}), 1);
  EXPECT_EQ(choose_track(tracks, TrackKind::Audio, {.kind = TrackChoice::Kind::Id, .id = 3}, {}), 0);
  EXPECT_EQ(choose_track(tracks, TrackKind::Audio, {.kind = TrackChoice::Kind::Id, .id = 9}, {}), 0);
  EXPECT_EQ(choose_track(tracks, TrackKind::Audio, {.kind = TrackChoice::Kind::Off}, {"en"}), 0);
  EXPECT_EQ(choose_track({{.id = 1, .kind = TrackKind::Subtitle, .language = "eng"}}, TrackKind::Subtitle,
                         automatic, {}),
            0);
}

TEST(CleanText, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(clean_text("Gr\xC3\xBC\xC3\x9F"
                       "e",
                       100),
            "Gr\xC3\xBC\xC3\x9F"
            "e");
  EXPECT_EQ(clean_text("a\xFF"
                       "b",
                       100),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(clean_text("\xC0\x80", 100), "\xEF\xBF\xBD\xEF\xBF\xBD") << "overlong";
  EXPECT_EQ(clean_text("\xED\xA0\x80", 100), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "a surrogate";
  EXPECT_EQ(clean_text("a\x1B[31mb\nc", 100), "a [31mb c") << "no terminal escapes";
  EXPECT_EQ(clean_text("a\nb", 100, LineBreaks::Keep), "a\nb");
  EXPECT_EQ(clean_text("\xC3\xBC\xC3\xBC", 3), "\xC3\xBC") << "cut between characters";
}

TEST(SubtitleCharset, IsFoundOut) {
  const std::string german =
      "Schöne Grüße aus Köln, wo über süße Brötchen gestritten wird. Äpfel, Öl und Übermut.";
  std::string latin;
  for (std::size_t i = 0; i < german.size(); ++i) {
    if (static_cast<unsigned char>(german[i]) == 0xC3) {
      latin += static_cast<char>(static_cast<unsigned char>(german[++i]) + 0x40);
    } else {
      latin += german[i];
    }
  }
  EXPECT_EQ(subtitle_to_utf8(german), german);
  EXPECT_EQ(subtitle_to_utf8("\xEF\xBB\xBF" + german), german);
  EXPECT_EQ(subtitle_to_utf8(latin), german);
  EXPECT_EQ(subtitle_to_utf8(std::string("\xFF\xFE"
                                         "a\0b\0",
                                         6)),
            "ab");
  EXPECT_EQ(subtitle_to_utf8(std::string("\xFE\xFF\0a\0b", 6)), "ab");
  // Windows-1251: "Привет, как дела? Это субтитры к фильму."
  const std::string cyrillic =
      "\xCF\xF0\xE8\xE2\xE5\xF2, \xEA\xE0\xEA \xE4\xE5\xEB\xE0? \xDD\xF2\xEE "
      "\xF1\xF3\xE1\xF2\xE8\xF2\xF0\xFB \xEA "
      "\xF4\xE8\xEB\xFC\xEC\xF3.";
  EXPECT_EQ(subtitle_to_utf8(cyrillic), "Привет, как дела? Это субтитры к фильму.");
}

TEST(SubtitleFileParser, ReadsTheCommonFormats) {
  struct Case {
    const char* name;
    const char* text;
    const char* codec;
  };
  for (const Case& one :
       {Case{"a.srt", "1\n00:00:01,000 --> 00:00:02,000\nHello\n", "subrip"},
        Case{"a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n", "webvtt"},
        Case{"a.ass",
             "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: "
             "Default,Arial\n\n[Events]\n"
             "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
             "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Hello\n",
             "ass"},
        Case{"a.sub", "{25}{50}Hello\n{75}{100}World\n{110}{120}Again\n{130}{140}End\n", "microdvd"}}) {
    SCOPED_TRACE(one.name);
    const auto file = parse_subtitle_file(one.text, one.name, 7);
    ASSERT_TRUE(file.has_value()) << file.error().hint;
    EXPECT_EQ(file->codec, one.codec);
    ASSERT_FALSE(file->events.empty());
    EXPECT_EQ(file->events[0].track_id, 7);
    EXPECT_NE(file->events[0].ass.find("Hello"), std::string::npos);
    EXPECT_NEAR(to_seconds(file->events[0].start), 1.0, 0.06);
    EXPECT_NEAR(to_seconds(file->events[0].duration), 1.0, 0.06);
    EXPECT_FALSE(file->track.ass_header.empty());
  }
  EXPECT_EQ(parse_subtitle_file("", "a.srt", 1).error().code, "bad-subtitle-file");
  EXPECT_EQ(parse_subtitle_file("#EXTM3U\nfile:///etc/passwd\n", "a.srt", 1).error().code,
            "bad-subtitle-file");
}

TEST(Timestamps, RoundDownAndSaturate) {
  EXPECT_EQ(to_media_time(1, AVRational{1, 25}), std::chrono::milliseconds(40));
  EXPECT_EQ(to_media_time(no_timestamp, AVRational{1, 25}), std::nullopt);
  EXPECT_EQ(to_media_time(5, AVRational{0, 1}), std::nullopt);
  EXPECT_EQ(to_timestamp(std::chrono::milliseconds(79), AVRational{1, 25}), 1);
  EXPECT_TRUE(
      to_media_time(std::numeric_limits<std::int64_t>::max() - 1, AVRational{1, 1}).value_or(seconds(1)) >
      seconds(0));
}

}  // namespace
}  // namespace freshet::media
