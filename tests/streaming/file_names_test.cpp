// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <string>

#include "streaming/episode.h"
#include "streaming/file_choice.h"

namespace freshet::streaming {
namespace {

TEST(FileKind, GoesByTheExtensionInAnyCase) {
  EXPECT_EQ(file_kind("a/b.MKV"), FileKind::Video);
  EXPECT_EQ(file_kind("b.tar.mp4"), FileKind::Video);
  EXPECT_EQ(file_kind("song.Flac"), FileKind::Audio);
  EXPECT_EQ(file_kind("a.en.srt"), FileKind::Subtitle);
  for (const char* other : {"a.nfo", "mkv", ".mkv", "a.mkv/readme", "", "a.", "a.mkv.part", "mkv/a"}) {
    EXPECT_EQ(file_kind(other), FileKind::Other) << other;
  }
}

TEST(NaturalOrder, ComparesDigitsAsNumbers) {
  for (const auto& [less, greater] : std::initializer_list<std::pair<const char*, const char*>>{
           {"E2", "E10"},
           {"e2", "E10"},
           {"Show 9.mkv", "Show 10.mkv"},
           {"007", "8"},
           {"a 99999999999999999999", "a 100000000000000000000"},
           {"S1/E10", "S2/E1"},
           {"S2/E1", "S10/E1"},
           {"A/z", "A B/a"},
           {"Show.S01E02.mkv", "show s01e10.mkv"},
           {"", "a"},
           {"a", "ab"},
           {"1", "a"}}) {
    EXPECT_TRUE(natural_less(less, greater)) << less << " before " << greater;
    EXPECT_FALSE(natural_less(greater, less)) << greater << " not before " << less;
  }
}

TEST(NaturalOrder, IsATotalOrder) {
  std::mt19937 random{7};
  const std::string letters = "aB01 ./_9\xc3-";
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) {
    std::string name;
    for (auto length = random() % 6; length > 0; --length) name.push_back(letters[random() % letters.size()]);
    names.push_back(name);
  }
  for (const auto& a : names) {
    EXPECT_FALSE(natural_less(a, a));
    for (const auto& b : names) {
      EXPECT_EQ(natural_less(a, b) || natural_less(b, a), a != b) << a << '|' << b;
      EXPECT_FALSE(natural_less(a, b) && natural_less(b, a)) << a << '|' << b;
      for (const auto& c : names) {
        if (natural_less(a, b) && natural_less(b, c)) {
          EXPECT_TRUE(natural_less(a, c)) << a << '|' << b << '|' << c;
        }
      }
    }
  }
}

TEST(Glob, MatchesLikeAShellWithoutCase) {
  for (const auto& [pattern, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"*.mkv", "Film.MKV"},
                                                                  {"*.mkv", "a/b/film.mkv"},
                                                                  {"*e0?.mkv", "show.S01E03.mkv"},
                                                                  {"s0[12]e*", "S02E05.mp4"},
                                                                  {"[!a]*", "b"},
                                                                  {"[^a]*", "b"},
                                                                  {"[a-c]", "B"},
                                                                  {"[]]", "]"},
                                                                  {"[a-]", "-"},
                                                                  {"\\*", "*"},
                                                                  {"[\\]]", "]"},
                                                                  {"a[b", "a[b"},
                                                                  {"*", ""},
                                                                  {"", ""},
                                                                  {"**a**", "bab"},
                                                                  {"?.mkv", "é.mkv"},
                                                                  {"[à-ü].mkv", "é.mkv"},
                                                                  {"?", "\xff"},
                                                                  {"a*b*c", "a1b2b3c"}}) {
    EXPECT_TRUE(glob_match(pattern, text)) << pattern << " matches " << text;
  }
  for (const auto& [pattern, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"*.mkv", "film.mkv.part"},
                                                                  {"?", ""},
                                                                  {"?", "ab"},
                                                                  {"[!a]", "A"},
                                                                  {"[a-c]", "d"},
                                                                  {"\\*", "a"},
                                                                  {"a[b", "ab"},
                                                                  {"", "a"},
                                                                  {"a*b", "ac"},
                                                                  {"[]", "]"}}) {
    EXPECT_FALSE(glob_match(pattern, text)) << pattern << " does not match " << text;
  }
}

TEST(Glob, StaysFastOnHostilePatterns) {
  std::string pattern;
  for (int i = 0; i < 2000; ++i) pattern += "*a";
  EXPECT_FALSE(glob_match(pattern + "b", std::string(4000, 'a')));
}

TEST(EpisodeOf, ReadsTheUsualWaysOfNumbering) {
  struct Case {
    const char* name;
    int season;
    int number;
  };
  for (const auto& [name, season, number] :
       std::initializer_list<Case>{{"Show.S01E02.1080p.mkv", 1, 2},
                                   {"show s1e2.mkv", 1, 2},
                                   {"Show S01 E02.mkv", 1, 2},
                                   {"Show.S01.E02.mkv", 1, 2},
                                   {"Show - 1x02 - Title.mkv", 1, 2},
                                   {"Show.S01E02E03.mkv", 1, 2},
                                   {"Show Episode 12.mkv", -1, 12},
                                   {"Show.Ep.12.mkv", -1, 12},
                                   {"E07 Title.mkv", -1, 7},
                                   {"[Group] Show - 02 [1080p].mkv", -1, 2},
                                   {"[Group] Show - 02v2 (720p).mkv", -1, 2},
                                   {"[Group]_Show_-_11_[AB12].mkv", -1, 11},
                                   {"S10/Show.S10E0100.mkv", 10, 100}}) {
    const auto episode = episode_of(name);
    ASSERT_TRUE(episode) << name;
    EXPECT_EQ(episode->season, season) << name;
    EXPECT_EQ(episode->number, number) << name;
  }
  for (const char* name :
       {"Film 1920x1080.mkv", "Film.2019.1080p.x264.mkv", "Case 7.mkv", "Film - 1984.mkv", "E-mail.mkv",
        "Episode.mkv", "S01E02/film.mkv", "Se7en.mkv", "Film 2x.mkv", "Film - Part.mkv", ""}) {
    EXPECT_FALSE(episode_of(name)) << name;
  }
}

TEST(Extras, AreKnownByFolderOrByName) {
  for (const char* path : {"Sample/a.mkv", "Featurettes/a.mkv", "S1/Extras/a.mkv", "Behind The Scenes/a.mkv",
                           "behind.the.scenes/a.mkv", "DVD Extras/a.mkv", "deleted_scenes/x.mkv"}) {
    EXPECT_TRUE(in_extras_folder(path)) << path;
  }
  for (const char* path : {"Extrasolar/a.mkv", "sample.mkv", "Season 1/a.mkv", "Extras.S01E01/a.mkv"}) {
    EXPECT_FALSE(in_extras_folder(path)) << path;
  }
  for (const char* path : {"film-sample.mkv", "Film.Trailer2.mp4", "NCOP1.mkv", "Cast Interview.mkv"}) {
    EXPECT_TRUE(named_as_extra(path)) << path;
  }
  for (const char* path : {"Sampler.mkv", "Trailers/film.mkv", "film.mkv", "Extraordinary.mkv"}) {
    EXPECT_FALSE(named_as_extra(path)) << path;
  }
}

}  // namespace
}  // namespace freshet::streaming
