// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// VobSub pairs: the index, single pictures out of the .sub, and both as tracks of a film.
#include <algorithm>
#include <gtest/gtest.h>

#include "player/media/subtitle_file.h"
#include "player/media/vobsub_index.h"
#include "player/media/vobsub_packet.h"
#include "tests/player/media/clip_catalogue.h"
#include "tests/player/media/test_player.h"
#include "tests/player/media/vobsub_pair.h"

namespace freshet::media::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const VobSubPair& two_languages() {
  static const VobSubPair pair =
      make_vobsub({"en", "de"}, {{.stream = 0, .start = seconds(1), .duration = seconds(1)},
                                 {.stream = 1, .start = seconds(1), .duration = seconds(1)},
                                 {.stream = 0, .start = seconds(3), .duration = seconds(1)},
                                 {.stream = 1, .start = seconds(4), .duration = seconds(1)}});
  return pair;
}

SidecarSubtitle sidecar(const VobSubPair& pair) {
  return {.bytes = std::make_shared<ScriptedSource>(pair.index),
          .name = "film.idx",
          .language = "",
          .pictures = std::make_shared<ScriptedSource>(pair.pictures)};
}

// One word a picture: "1000 red".
std::vector<std::string> pictures_of(TestPlayer& player, int track) {
  std::vector<std::string> all;
  for (const SubtitleEvent& event : player.subtitles.events()) {
    if (event.track_id != track || event.bitmaps.empty()) continue;
    const SubtitleBitmap& bitmap = event.bitmaps[0];
    const std::array<std::uint8_t, 3> colour = {bitmap.rgba[0], bitmap.rgba[1], bitmap.rgba[2]};
    const bool red = colour == std::array<std::uint8_t, 3>{255, 0, 0};
    const bool green = colour == std::array<std::uint8_t, 3>{0, 255, 0};
    all.push_back(std::to_string(event.start / milliseconds(1)) + (red     ? " red"
                                                                   : green ? " green"
                                                                           : " other"));
  }
  return all;
}

using Pictures = std::vector<std::string>;

TEST(VobSubIndex, NamesLanguagesAndPlaces) {
  const auto index = parse_vobsub_index(two_languages().index, "film.idx");
  ASSERT_TRUE(index);
  ASSERT_EQ(index->languages.size(), 2U);
  EXPECT_EQ(index->languages[1].language, "de");
  EXPECT_EQ(index->languages[1].stream, 1);
  ASSERT_EQ(index->languages[1].pictures.size(), 2U);
  EXPECT_EQ(index->languages[1].pictures[1].start, seconds(4));
  EXPECT_GT(index->languages[1].pictures[1].at.value, index->languages[0].pictures[1].at.value);
  EXPECT_NE(index->header.find("palette: 000000, ff0000"), std::string::npos);
}

TEST(VobSubIndex, KnowsDelaysOrderAndPreference) {
  const auto index = parse_vobsub_index(
      "# VobSub index file, v7\r\nlangidx: 3\r\n"
      "id: en, index: 0\r\ntimestamp: 00:00:05:000, filepos: 0A0\r\ntimestamp: 00:00:01:500, filepos: 000\r\n"
      "id: de, index: 3\r\ndelay: -00:00:00:500\r\ntimestamp: 01:00:01:000, filepos: 00000000f\r\n"
      "delay: 00:00:02:000\r\ntimestamp: 01:00:02:000, filepos: 10\r\n",
      "film.idx");
  ASSERT_TRUE(index);
  ASSERT_EQ(index->languages.size(), 2U);
  EXPECT_EQ(index->preferred, 1U);
  EXPECT_EQ(index->languages[0].pictures[0].start, milliseconds(1500));
  EXPECT_EQ(index->languages[0].pictures[1].at, ByteOffset{0xA0});
  EXPECT_EQ(index->languages[1].pictures[0].start, std::chrono::hours(1) + milliseconds(500));
  EXPECT_EQ(index->languages[1].pictures[1].start, std::chrono::hours(1) + seconds(4));
}

TEST(VobSubIndex, LeavesOutWhatMakesNoSense) {
  const auto index = parse_vobsub_index(
      "# VobSub index file, v7\ntimestamp: 00:00:01:000, filepos: 0\nid: en, index: 99\n"
      "timestamp: 00:00:01:000, filepos: 0\nid: fr, index: 2\ntimestamp: soon, filepos: 0\n"
      "timestamp: 00:00:01:000\ntimestamp: 00:00:02:000, filepos: -1\nid: empty, index: 1\n"
      "id: --, index: 4\ntimestamp: 00:00:03:000, filepos: 7",
      "film.idx");
  ASSERT_TRUE(index);
  ASSERT_EQ(index->languages.size(), 1U);
  EXPECT_EQ(index->languages[0].language, "");
  EXPECT_EQ(index->languages[0].pictures[0].at, ByteOffset{7});
  EXPECT_EQ(parse_vobsub_index("# VobSub index file, v7\nid: en, index: 0\n", "film.idx").error().code,
            "bad-subtitle-file");
}

TEST(VobSubPacket, IsPutTogetherFromItsPieces) {
  const auto index = parse_vobsub_index(two_languages().index, "film.idx");
  for (const std::size_t most : {std::size_t{1}, std::size_t{100'000}}) {
    ScriptedSource source(two_languages().pictures);
    source.set_short_reads(most);
    const auto unit = read_vobsub_packet(source, index->languages[1].pictures[0].at, 1, Generation{1});
    ASSERT_TRUE(unit);
    EXPECT_EQ(unit->size(), static_cast<std::size_t>(static_cast<unsigned char>((*unit)[1])));
  }
}

TEST(VobSubPacket, ThatIsBrokenIsAnError) {
  const std::string& whole = two_languages().pictures;
  const auto code_of = [](const std::string& bytes, std::int64_t at, int stream) {
    ScriptedSource source(bytes);
    const auto unit = read_vobsub_packet(source, ByteOffset{at}, stream, Generation{1});
    return unit ? "" : std::get<Error>(unit.error()).code;
  };
  EXPECT_EQ(code_of(whole, 0, 0), "");
  EXPECT_EQ(code_of(whole, 1, 0), "bad-subtitle-picture");
  EXPECT_EQ(code_of(whole, 0, 5), "bad-subtitle-picture");
  EXPECT_EQ(code_of(whole, 1'000'000'000, 0), "bad-subtitle-picture");
  for (std::size_t end = 0; end < 60; ++end) {
    EXPECT_EQ(code_of(whole.substr(0, end), 0, 0), "bad-subtitle-picture") << end;
  }
}

TEST(VobSub, LanguagesBecomeTracksAndTheirPicturesAreShown) {
  TestPlayer player(clip_named("Matroska"));
  ASSERT_TRUE(player.next_frame());
  player.pipeline->add_subtitle_file(sidecar(two_languages()), SidecarSelection::Yes);
  ASSERT_TRUE(player.wait_tracks(4));
  const std::vector<Track> tracks = player.pipeline->tracks();
  EXPECT_EQ(tracks[2].language, "en");
  EXPECT_EQ(tracks[3].language, "de");
  EXPECT_EQ(tracks[3].codec, "dvd_subtitle");
  EXPECT_TRUE(tracks[3].external);
  EXPECT_EQ(player.pipeline->selected(TrackKind::Subtitle), tracks[2].id);
  ASSERT_TRUE(
      player.wait_for([&] { return pictures_of(player, tracks[2].id) == Pictures{"1000 red", "3000 red"}; }));
  const SubtitleEvent event = player.subtitles.events()[0];
  EXPECT_NEAR(to_seconds(event.duration), 1.0, 0.02);
  EXPECT_EQ(event.space_width, 160);
  EXPECT_EQ(event.space_height, 120);
  EXPECT_EQ(event.bitmaps[0].x, 10);
  EXPECT_EQ(event.bitmaps[0].y, 20);
  EXPECT_EQ(event.bitmaps[0].width, 8);
  EXPECT_EQ(event.bitmaps[0].height, 4);
  player.pipeline->select_track(TrackKind::Subtitle, {.kind = TrackChoice::Kind::Id, .id = tracks[3].id},
                                seconds(1));
  ASSERT_TRUE(player.wait_for(
      [&] { return pictures_of(player, tracks[3].id) == Pictures{"1000 green", "4000 green"}; }));
}

TEST(VobSub, TheWantedLanguageIsChosen) {
  TestPlayer player(clip_named("Matroska"), {.subtitle_languages = {"ger"}});
  ASSERT_TRUE(player.next_frame());
  player.pipeline->add_subtitle_file(sidecar(two_languages()), SidecarSelection::ByLanguage);
  ASSERT_TRUE(player.wait_tracks(4));
  const int german = player.pipeline->tracks()[3].id;
  EXPECT_EQ(player.pipeline->selected(TrackKind::Subtitle), german);
  TestPlayer other(clip_named("Matroska"), {.subtitle_languages = {"fr"}});
  ASSERT_TRUE(other.next_frame());
  other.pipeline->add_subtitle_file(sidecar(two_languages()), SidecarSelection::ByLanguage);
  ASSERT_TRUE(other.wait_tracks(4));
  EXPECT_EQ(other.pipeline->selected(TrackKind::Subtitle), 0);
}

TEST(VobSub, PictureThatIsSeenAtASeeksTargetIsShown) {
  TestPlayer player(clip_named("Matroska"));
  ASSERT_TRUE(player.next_frame());
  player.pipeline->add_subtitle_file(sidecar(two_languages()), SidecarSelection::Yes);
  ASSERT_TRUE(player.wait_tracks(4));
  const int track = player.pipeline->selected(TrackKind::Subtitle);
  player.pipeline->seek(milliseconds(3500), SeekMode::Exact);
  ASSERT_TRUE(player.wait_for([&] { return pictures_of(player, track) == Pictures{"3000 red"}; }));
  player.pipeline->seek(milliseconds(1500), SeekMode::Exact);
  ASSERT_TRUE(
      player.wait_for([&] { return pictures_of(player, track) == Pictures{"1000 red", "3000 red"}; }));
}

// A .sub has tens of megabytes: only what is due soon is read of it.
TEST(VobSub, PicturesAreReadWhenTheyAreDue) {
  const VobSubPair pair = make_vobsub({"en"}, {{.start = seconds(1), .duration = seconds(1)},
                                               {.start = seconds(1000), .duration = seconds(1)}});
  auto pictures = std::make_shared<ScriptedSource>(pair.pictures + std::string(100'000, '\0'));
  TestPlayer player(clip_named("Matroska"));
  ASSERT_TRUE(player.next_frame());
  SidecarSubtitle both = sidecar(pair);
  both.pictures = pictures;
  player.pipeline->add_subtitle_file(both, SidecarSelection::Yes);
  ASSERT_TRUE(player.wait_tracks(3));
  player.all_frames();
  ASSERT_TRUE(player.wait_for([&] {
    return pictures_of(player, player.pipeline->selected(TrackKind::Subtitle)) == Pictures{"1000 red"};
  }));
  EXPECT_LT(pictures->bytes_read(), 10'000);
}

TEST(VobSub, PicturesThatDoNotComeHoldUpNothing) {
  auto pictures = std::make_shared<ScriptedSource>(two_languages().pictures);
  pictures->block_from(0);
  TestPlayer player(clip_named("Matroska"));
  ASSERT_TRUE(player.next_frame());
  SidecarSubtitle both = sidecar(two_languages());
  both.pictures = pictures;
  player.pipeline->add_subtitle_file(both, SidecarSelection::Yes);
  pictures->wait_until_blocked();
  EXPECT_GT(player.all_frames().size(), 50U);
}

TEST(VobSub, BrokenPicturesAreWarnedOfAndSkipped) {
  VobSubPair pair = two_languages();
  pair.pictures[0] = 'x';
  TestPlayer player(clip_named("Matroska"));
  ASSERT_TRUE(player.next_frame());
  player.pipeline->add_subtitle_file(sidecar(pair), SidecarSelection::Yes);
  ASSERT_TRUE(player.wait_tracks(4));
  const int track = player.pipeline->selected(TrackKind::Subtitle);
  ASSERT_TRUE(player.wait_for([&] { return pictures_of(player, track) == Pictures{"3000 red"}; }));
  ASSERT_FALSE(player.warnings().empty());
  EXPECT_NE(player.warnings()[0].find("subtitle picture is missing"), std::string::npos);
}

TEST(VobSub, HalfAPairIsNamed) {
  const auto index = parse_subtitle_file(two_languages().index, "folder/film.idx", 1);
  EXPECT_EQ(index.error().code, "half-a-vobsub");
  EXPECT_NE(index.error().message.find("\"film.sub\" belongs beside it"), std::string::npos)
      << index.error().message;
  const auto pictures = parse_subtitle_file(two_languages().pictures, "film.sub", 1);
  EXPECT_EQ(pictures.error().code, "half-a-vobsub");
  EXPECT_NE(pictures.error().message.find("\"film.idx\" belongs beside it"), std::string::npos);
}

TEST(VobSub, TextOfThatNameIsStillRead) {
  const auto file =
      parse_subtitle_file("{25}{50}A line\n{75}{100}Another\n{125}{150}A third\n", "film.sub", 1);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->codec, "microdvd");
  EXPECT_EQ(file->events.size(), 3U);
}

}  // namespace
}  // namespace freshet::media::test
