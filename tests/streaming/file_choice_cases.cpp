// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/streaming/file_choice_cases.h"

namespace freshet::streaming {

std::vector<FileChoiceCase> file_choice_cases() {
  return {
      {"ASingleFile", R"(
    1   1433600 Harbour Lights (2011).mp4
)"},
      {"AFilmWithNotes", R"(
    1   1433600 Harbour.Lights.2011.1080p.mkv
    -        10 Harbour.Lights.2011.nfo
    -        10 readme.txt
)"},
      {"AFilmWithASampleFolder", R"(
    1   8192000 harbour.lights.mkv
    -     61440 Sample/harbour.lights.sample.mkv
    -       102 proof/proof.jpg
)"},
      {"AFilmWithASampleBesideIt", R"(
    -     61440 harbour-sample.mkv
    1   4505600 harbour.mkv
)"},
      {"AFilmWithASampleInFrontOfTheName", R"(
    -     61440 sample-harbour.avi
    1    716800 tvn-harbour.avi
)"},
      {"AShortFilmWithALargeSample", R"(
    1     92160 brief.mkv
    -     51200 brief.sample.mkv
)"},
      {"AFilmWithTrailer", R"(
    1   5120000 The Quiet Mill.mkv
    -    122880 The Quiet Mill Trailer.mkv
)"},
      {"AShortFilmWithATrailerOfHalfItsSize", R"(
    1    102400 Mill.mp4
    -     61440 Mill - Trailer.mp4
)"},
      {"AFilmCalledTrailer", R"(
    1   5120000 Trailer Park Waltz.mkv
    -     10240 intro.mkv
)"},
      {"AFilmCalledTrailerWithAnInterview", R"(
    1   5120000 Trailer Park Waltz.mkv
    -    307200 cast interview.mkv
)"},
      {"AFilmWithFeaturettes", R"(
    1   9216000 Red Orchard.mkv
    -   3584000 Featurettes/Making.mkv
    -   3481600 Featurettes/Score.mkv
)"},
      {"AnExtraLargerThanTheFilm", R"(
    1   2048000 Red Orchard.mkv
    -   6144000 Extras/Documentary 4K.mkv
)"},
      {"AFilmWithBehindTheScenes", R"(
    1   2048000 Orchard/Red Orchard.mkv
    -   1945600 Orchard/Behind The Scenes/Day 1.mkv
)"},
      {"AFilmWithDeletedScenes", R"(
    1   2048000 Red Orchard.mkv
    -    819200 Deleted Scenes/01.mkv
    -    808960 Deleted Scenes/02.mkv
)"},
      {"AFilmWithSubtitles", R"(
    1   1228800 Cairn.mp4
    -       102 Subs/2_English.srt
    -       102 Cairn.srt
)"},
      {"AFilmOnTwoDiscs", R"(
    1    716800 Cairn.CD1.avi
    2    706560 Cairn.CD2.avi
)"},
      {"AFilmInThreeParts", R"(
    2    716800 Cairn part 2.mkv
    1    706560 Cairn part 1.mkv
    3    706560 Cairn part 3.mkv
)"},
      {"ATrilogy", R"(
    1   4096000 1. Cairn (2001).mkv
    3   4710400 3. Cairn Falls (2007).mkv
    2   4198400 2. Cairn Returns (2004).mkv
)"},
      {"ACollectionOfTwelve", R"(
    1   2049024 1 - Volume.mkv
   10   2058240 10 - Volume.mkv
   11   2059264 11 - Volume.mkv
   12   2060288 12 - Volume.mkv
    2   2050048 2 - Volume.mkv
    3   2051072 3 - Volume.mkv
    4   2052096 4 - Volume.mkv
    5   2053120 5 - Volume.mkv
    6   2054144 6 - Volume.mkv
    7   2055168 7 - Volume.mkv
    8   2056192 8 - Volume.mkv
    9   2057216 9 - Volume.mkv
)"},
      {"AFilmAndItsSequelWithoutANumber", R"(
    2   2048000 Cairn 2.mkv
    1   2150400 Cairn.mkv
)"},
      {"AFilmWithAnAdvertisement", R"(
    1   2048000 Cairn.mkv
    -     20480 WWW.EXAMPLE.ORG.mp4
    -        10 visit us.url
)"},
      {"AFilmWithAnAdvertisementFirst", R"(
    -     20480 !Watch this first.mp4
    1   2048000 Cairn.mkv
)"},
      {"AFilmWithAnEmptyTwin", R"(
    -         0 Cairn (copy).mkv
    1   2048000 Cairn.mkv
)"},
      {"AnUpperCaseExtension", R"(
    1    716800 CAIRN.AVI
    -      1024 CAIRN.TXT
)"},
      {"AFilmDeepInFolders", R"(
    -      1024 info/about.txt
    1   1536000 video/1080/Cairn.webm
)"},
      {"AFilmWithItsSoundtrack", R"(
    1   2048000 Cairn.mkv
    -    204800 OST/01 Theme.flac
    -    215040 OST/02 End.flac
)"},
      {"AFilmWithALargeAudioCommentary", R"(
    1    716800 Cairn.mp4
    -    921600 Cairn.commentary.flac
)"},
      {"AFilmInUnicode", R"(
    1   2048000 Ночной порт (2012).mkv
    -     30720 Сэмпл/sample.mkv
)"},
      {"AFilmInAYearNamedLikeAResolution", R"(
    1   2048000 1080 Days (2016) 720p.mkv
    -     25600 sample.mkv
)"},
      {"ADvd", R"(
    -        10 VIDEO_TS/VIDEO_TS.IFO
    -      2048 VIDEO_TS/VIDEO_TS.VOB
    -      8192 VIDEO_TS/VTS_01_0.VOB
    1   1047552 VIDEO_TS/VTS_01_1.VOB
    2   1047552 VIDEO_TS/VTS_01_2.VOB
    3    716800 VIDEO_TS/VTS_01_3.VOB
)"},
      {"ABluRay", R"(
    -        10 BDMV/index.bdmv
    -     40960 BDMV/STREAM/00000.m2ts
    1  22528000 BDMV/STREAM/00001.m2ts
    -    921600 BDMV/STREAM/00002.m2ts
)"},
      {"ATelevisionRecording", R"(
    1   6144000 2019-04-05 Evening.ts
    -       102 2019-04-05 Evening.eit
)"},
      {"ASeason", R"(
    1    921600 Kite.S01E01.mkv
    2    931840 Kite.S01E02.mkv
    3    901120 Kite.S01E03.mkv
)"},
      {"ASeasonInMetadataOrder", R"(
    3    901120 Kite.S01E10.mkv
    1    921600 Kite.S01E01.mkv
    2    931840 Kite.S01E02.mkv
)"},
      {"ASeasonWithoutZeros", R"(
   10    901120 Kite 10.mkv
    1    921600 Kite 1.mkv
    2    921600 Kite 2.mkv
    3    921600 Kite 3.mkv
    4    921600 Kite 4.mkv
    5    921600 Kite 5.mkv
    6    921600 Kite 6.mkv
    7    921600 Kite 7.mkv
    8    921600 Kite 8.mkv
    9    921600 Kite 9.mkv
)"},
      {"ASeasonWithSamplesInFolders", R"(
    1    358400 Kite.S01E01/kite.101.mkv
    -     12288 Kite.S01E01/Sample/kite.101.sample.mkv
    2    368640 Kite.S01E02/kite.102.mkv
    -     14336 Kite.S01E02/Sample/kite.102.sample.mkv
)"},
      {"ASeasonWithSamplesBesideThem", R"(
    1    358400 kite.s01e01.mkv
    -     20480 kite.s01e01.sample.mkv
    2    368640 kite.s01e02.mkv
    -     21504 kite.s01e02.sample.mkv
)"},
      {"ASeasonWithALongPilot", R"(
    1   3072000 Kite.S01E01.mkv
    2    921600 Kite.S01E02.mkv
    3    931840 Kite.S01E03.mkv
)"},
      {"ASeasonWithShortEpisodes", R"(
    1     40960 Kite S01E01.mkv
    2    307200 Kite S01E02.mkv
    3    317440 Kite S01E03.mkv
)"},
      {"ASeasonWithPreviews", R"(
    1    409600 Kite S01E01.mkv
    2    307200 Kite S01E02.mkv
    -      8192 Kite S01E03 next week.mkv
)"},
      {"ASeasonWithExtras", R"(
    1    921600 Kite.S01E01.mkv
    2    931840 Kite.S01E02.mkv
    -    716800 Extras/Gag Reel.mkv
    -    819200 Featurettes/Kites.mkv
)"},
      {"ASeasonWithAFilm", R"(
    1    921600 Kite.S01E01.mkv
    2    931840 Kite.S01E02.mkv
    3   2560000 Kite.The.Movie.mkv
)"},
      {"ASeasonWithSubtitlesAndNotes", R"(
    1    921600 Kite.S01E01.mkv
    -       102 Kite.S01E01.srt
    2    931840 Kite.S01E02.mkv
    -       102 Kite.S01E02.srt
    -       102 Kite.nfo
)"},
      {"SeveralSeasons", R"(
    3    921600 Season 2/Kite.S02E01.mkv
    4    921600 Season 10/Kite.S10E01.mkv
    1    921600 Season 1/Kite.S01E01.mkv
    2    921600 Season 1/Kite.S01E02.mkv
)"},
      {"SeasonsWithCrosses", R"(
    1    204800 Kite 1x01 - Start.avi
    3    204800 Kite 2x01 - Again.avi
    2    205824 Kite 1x12 - End.avi
)"},
      {"SeasonsWithSpecials", R"(
    1    921600 Season 1/Kite S01E01.mkv
    2    921600 Season 1/Kite S01E02.mkv
    3    614400 Specials/Kite S00E01.mkv
)"},
      {"AnimeWithOpenings", R"(
    1    409600 [Grp] Kite - 01 [1080p].mkv
    2    419840 [Grp] Kite - 02 [1080p].mkv
    -     61440 [Grp] Kite - NCOP1 [1080p].mkv
    -     63488 [Grp] Kite - NCED1 [1080p].mkv
)"},
      {"AnimeWithVersions", R"(
    1    409600 [Grp]_Kite_-_01_[AB].mkv
    2    419840 [Grp]_Kite_-_02v2_[CD].mkv
    3    399360 [Grp]_Kite_-_10_[EF].mkv
)"},
      {"AnimeWithNumbersOnly", R"(
    1    307200 01.mkv
    2    317440 02.mkv
    3    296960 10.mkv
)"},
      {"AnimeWithADoubleEpisode", R"(
    1    921600 [Grp] Kite - 01.mkv
    2    286720 [Grp] Kite - 02.mkv
    3    291840 [Grp] Kite - 03.mkv
)"},
      {"EpisodesInWords", R"(
    2    307200 Kite Episode 10.mp4
    1    317440 Kite Episode 9.mp4
)"},
      {"AShowCalledExtras", R"(
    1    307200 Extras.S01E01.mkv
    2    317440 Extras.S01E02.mkv
)"},
      {"AShowCalledExtrasInFolders", R"(
    1    307200 Extras.S01E01/a.mkv
    2    317440 Extras.S01E02/b.mkv
)"},
      {"OnlyTrailers", R"(
    1    102400 trailer 1.mp4
    2    112640 trailer 2.mp4
)"},
      {"OnlyASampleFolder", R"(
    1     40960 Sample/sample.mkv
)"},
      {"ACourse", R"(
    1    122880 01 - Introduction/01 Welcome.mp4
    2    204800 01 - Introduction/02 Tools.mp4
    3    153600 02 - Basics/01 Values.mp4
    4    184320 10 - End/01 Farewell.mp4
    -      2048 10 - End/notes.pdf
)"},
      {"ACourseWithShortLessons", R"(
    1    204800 1 Start.mp4
    -     20480 2 Quiz.mp4
    2    215040 3 More.mp4
)"},
      {"AConcertInTwoSets", R"(
    1   3072000 Set 1.mkv
    2   3481600 Set 2.mkv
    -    512000 Encore.mkv
)"},
      {"TwoEpisodesOfALongRun", R"(
    1    204800 Kite.E0999.mkv
    2    215040 Kite.E1000.mkv
)"},
      {"MixedContainers", R"(
    1    204800 Kite S01E01.avi
    2    409600 Kite S01E02.mkv
    3    307200 Kite S01E03.mp4
)"},
      {"DotsAndSpacesMixed", R"(
    1    204800 Kite.S01E01.mkv
    2    204800 Kite S01E02.mkv
    3    204800 Kite.S01E03.mkv
)"},
      {"AnEpisodeWithAFilmOfAnotherSize", R"(
    -    307200 Kite S01E01.mkv
    1   8192000 Harbour.mkv
)"},
      {"AnAlbum", R"(
    2      9216 10 Ebb.mp3
    1      8192 2 Flow.mp3
    -       204 cover.jpg
    -        10 album.m3u
)"},
      {"AnAlbumOnTwoDiscs", R"(
    1     30720 CD1/01.flac
    2     31744 CD1/02.flac
    3     32768 CD2/01.flac
    -      1024 CD1/rip.log
)"},
      {"AnAudioBook", R"(
    1    102400 Chapter 1.m4b
    2     20480 Chapter 2.m4b
)"},
      {"ASong", R"(
    1      9216 song.opus
)"},
      {"Documents", R"(
    -      9216 book.pdf
    -      1024 book.epub
)"},
      {"AnArchive", R"(
    -     92160 film.rar
    -     92160 film.r00
)"},
      {"ADiscImage", R"(
    -   4096000 FILM.iso
)"},
      {"OnlySubtitles", R"(
    -       102 Harbour.srt
)"},
      {"OnlyEmptyFiles", R"(
    -         0 Harbour.mkv
    -         0 Harbour.mp3
)"},
      {"ADownloadThatIsNotFinished", R"(
    -    921600 Harbour.mkv.part
)"},
  };
}

}  // namespace freshet::streaming
