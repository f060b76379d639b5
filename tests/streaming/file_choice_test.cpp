// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What is chosen from torrents shaped like those people share. All names are invented.
#include "streaming/file_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <sstream>
#include <string>

#include "tests/streaming/file_choice_cases.h"

namespace freshet::streaming {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A torrent as text, one file a line: its place in the playlist or '-', its size in KiB, its path.
struct Listing {
  std::vector<TorrentFile> files;
  std::vector<std::string> expected;
};

Listing read_listing(const std::string& text) {
  Listing listing;
  std::map<int, std::string> playlist;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields{line};
    std::string place;
    std::int64_t size = 0;
    std::string path;
    if (!(fields >> place >> size)) continue;
    std::getline(fields >> std::ws, path);
    listing.files.push_back(
        {.index = static_cast<FileIndex>(listing.files.size()), .path = path, .size = kib(size)});
    if (place != "-") playlist[std::stoi(place)] = path;
  }
  for (const auto& [place, path] : playlist) listing.expected.push_back(path);
  return listing;
}

std::vector<std::string> paths(const std::vector<TorrentFile>& files, const std::vector<FileIndex>& chosen) {
  std::vector<std::string> paths;
  for (const FileIndex index : chosen) paths.push_back(files.at(static_cast<std::size_t>(index)).path);
  return paths;
}

class ChooseFiles : public testing::TestWithParam<FileChoiceCase> {};

TEST_P(ChooseFiles, PlaysWhatThePersonCameFor) {
  const Listing listing = read_listing(GetParam().listing);
  const auto chosen = choose_files(listing.files, std::nullopt, {});
  if (listing.expected.empty()) {
    ASSERT_FALSE(chosen);
    EXPECT_EQ(chosen.error().code, "no-video");
    EXPECT_EQ(chosen.error().category, ErrorCategory::Source);
    return;
  }
  ASSERT_TRUE(chosen) << chosen.error().message;
  EXPECT_EQ(paths(listing.files, *chosen), listing.expected);
}

INSTANTIATE_TEST_SUITE_P(Torrents, ChooseFiles, testing::ValuesIn(file_choice_cases()),
                         [](const auto& torrent) { return torrent.param.name; });

TEST(FileChoice, HasAtLeastSixtyTorrents) {
  EXPECT_GE(file_choice_cases().size(), 60U);
}

const Listing pack = read_listing(R"(
  -  500000 Season 1/Kite.S01E01.mkv
  -  510000 Season 1/Kite.S01E02.mkv
  -  490000 Season 2/Kite.S02E01.mkv
  -      40 Season 2/Kite.S02E01.srt
  -       2 readme [draft].txt
  -    9000 Kite theme.mp3
  -       0 empty.mkv
)");

std::vector<std::string> wanted(const std::string& value) {
  const auto chosen = choose_files(pack.files, value, {});
  return chosen ? paths(pack.files, *chosen) : std::vector<std::string>{chosen.error().code};
}

TEST(FileChoice, TakesAnIndexWhateverTheFileIs) {
  EXPECT_THAT(wanted("1"), ElementsAre("Season 1/Kite.S01E02.mkv"));
  EXPECT_THAT(wanted("4"), ElementsAre("readme [draft].txt"));
}

TEST(FileChoice, TakesAGlobOverPathsOrNames) {
  EXPECT_THAT(wanted("*S01*"), ElementsAre("Season 1/Kite.S01E01.mkv", "Season 1/Kite.S01E02.mkv"));
  EXPECT_THAT(wanted("kite.s02e01*"), ElementsAre("Season 2/Kite.S02E01.mkv"))
      << "the subtitle is not played";
  EXPECT_THAT(wanted("season 2/*"), ElementsAre("Season 2/Kite.S02E01.mkv"));
  EXPECT_THAT(wanted("*.mp3"), ElementsAre("Kite theme.mp3"));
  EXPECT_THAT(wanted("*.srt"), ElementsAre("Season 2/Kite.S02E01.srt"));
}

TEST(FileChoice, TakesAnExactPathThatWouldBeAnotherGlob) {
  EXPECT_THAT(wanted("readme [draft].txt"), ElementsAre("readme [draft].txt"));
}

TEST(FileChoice, SaysWhenNothingIsCalledSo) {
  for (const char* value : {"7", "99999999999", "-1", "*.webm", "", "S01E01"}) {
    EXPECT_THAT(wanted(value), ElementsAre("no-such-file-in-torrent")) << value;
  }
}

TEST(FileChoice, PlaysWhatAMagnetLinkSelectsInItsOrder) {
  const auto so = [](std::vector<int> numbers) {
    std::vector<FileIndex> indices;
    for (const int number : numbers) indices.push_back(static_cast<FileIndex>(number));
    const auto chosen = choose_files(pack.files, std::nullopt, indices);
    return chosen ? paths(pack.files, *chosen) : std::vector<std::string>{chosen.error().code};
  };
  EXPECT_THAT(so({2, 0, 3}), ElementsAre("Season 2/Kite.S02E01.mkv", "Season 1/Kite.S01E01.mkv"));
  EXPECT_THAT(so({5, 4}), ElementsAre("Kite theme.mp3"));
  EXPECT_THAT(so({0, 77}), ElementsAre("Season 1/Kite.S01E01.mkv"));
  EXPECT_THAT(so({77}), ElementsAre("no-such-file-in-torrent"));
  EXPECT_THAT(so({4}), ElementsAre("no-video"));
  EXPECT_THAT(so({6}), ElementsAre("no-video")) << "the file is empty";
}

TEST(FileChoice, PrefersTheOptionToTheMagnetLink) {
  const auto chosen = choose_files(pack.files, "0", {FileIndex{2}});
  EXPECT_THAT(*chosen, ElementsAre(FileIndex{0}));
}

TEST(FileChoice, SaysThatArchivesAreNotUnpacked) {
  const auto chosen = choose_files(read_listing("- 900 film.rar\n- 900 film.r00").files, std::nullopt, {});
  EXPECT_THAT(chosen.error().hint, HasSubstr("archive"));
}

TEST(FileChoice, RefusesATorrentWithoutFiles) {
  EXPECT_EQ(choose_files({}, std::nullopt, {}).error().code, "no-video");
}

std::vector<std::string> subtitles_of(const std::string& video, const std::string& text) {
  const Listing listing = read_listing(text);
  for (const TorrentFile& file : listing.files) {
    if (file.path != video) continue;
    std::vector<std::string> names;
    for (const SidecarFiles& sidecar : sidecar_subtitles(listing.files, file.index)) {
      names.push_back(paths(listing.files, {sidecar.subtitle}).front());
      if (sidecar.pictures) names.back() += " with " + paths(listing.files, {*sidecar.pictures}).front();
    }
    return names;
  }
  return {"no such video"};
}

TEST(SidecarSubtitles, OfAFilmAreAllThatThereAre) {
  EXPECT_THAT(subtitles_of("Harbour.mkv", R"(
    -  9000 Harbour.mkv
    -     1 Harbour.en.srt
    -     1 Subs/10_French.srt
    -     1 Subs/2_English.srt
    -    50 Sample/harbour-sample.mkv
    -     1 harbour.nfo)"),
              ElementsAre("Harbour.en.srt", "Subs/2_English.srt", "Subs/10_French.srt"));
}

TEST(SidecarSubtitles, OfAnEpisodeCarryItsName) {
  const std::string text = R"(
    -  900 Kite E1.mkv
    -  900 Kite E10.mkv
    -    1 Kite E1.en.srt
    -    1 kite e1.ass
    -    1 Kite E10.srt
    -    1 Subs/Kite E1/2_English.srt
    -    1 Subs/Kite E10/2_English.srt
    -    1 Subtitles/Kite E1.fr.vtt
    -    1 elsewhere/Kite E1.srt
    -    1 notes.srt)";
  EXPECT_THAT(
      subtitles_of("Kite E1.mkv", text),
      ElementsAre("kite e1.ass", "Kite E1.en.srt", "Subs/Kite E1/2_English.srt", "Subtitles/Kite E1.fr.vtt"));
  EXPECT_THAT(subtitles_of("Kite E10.mkv", text), ElementsAre("Kite E10.srt", "Subs/Kite E10/2_English.srt"));
}

TEST(SidecarSubtitles, OfAnEpisodeMayNameOnlyItsNumber) {
  EXPECT_THAT(subtitles_of("Kite.S01E02.1080p.WEB.mkv", R"(
    -  900 Kite.S01E01.1080p.WEB.mkv
    -  900 Kite.S01E02.1080p.WEB.mkv
    -    1 Subs/s01e01.english.srt
    -    1 Subs/s01e02.english.srt)"),
              ElementsAre("Subs/s01e02.english.srt"));
}

TEST(SidecarSubtitles, StandInTheSeasonsOwnFolder) {
  EXPECT_THAT(subtitles_of("S2/Kite 01.mkv", R"(
    -  900 S1/Kite 01.mkv
    -  900 S2/Kite 01.mkv
    -    1 S1/Kite 01.srt
    -    1 S2/Subs/Kite 01.srt
    -    1 Subs/Kite 01.srt)"),
              ElementsAre("S2/Subs/Kite 01.srt"));
}

TEST(SidecarSubtitles, LeaveOutEmptyFiles) {
  EXPECT_THAT(subtitles_of("Harbour.mkv", R"(
    -  900 Harbour.mkv
    -    0 Harbour.de.srt
    -    1 Other.sub)"),
              ElementsAre("Other.sub"));
}

TEST(SidecarSubtitles, TakeAVobSubPairAsOne) {
  EXPECT_THAT(subtitles_of("Harbour.mkv", R"(
    -  900 Harbour.mkv
    -    9 Subs/Harbour.idx
    -  900 Subs/Harbour.SUB
    -    9 alone.idx
    -    1 text.sub)"),
              ElementsAre("Subs/Harbour.idx with Subs/Harbour.SUB", "text.sub"));
}

TEST(SidecarSubtitles, OfAFileThatDoesNotExistAreNone) {
  EXPECT_THAT(sidecar_subtitles(pack.files, FileIndex{99}), IsEmpty());
}

}  // namespace
}  // namespace freshet::streaming
