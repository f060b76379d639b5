// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/option_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "player/control/playlist_file.h"
#include "player/control/text.h"

namespace freshet::control {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

TEST(OptionValue, ReadsTimesExactly) {
  const std::pair<std::string_view, MediaTime> cases[] = {
      {"90", 90s},
      {"0", 0s},
      {"1:30", 90s},
      {"1:02:03.5", 3723500ms},
      {"-30", -30s},
      {"+5", 5s},
      {".5", 500ms},
      {"5.", 5s},
      {"0.000000001", 1ns},
      {"-0.25", -250ms},
      {"0:90", 90s},
      {"0.1234567899", 123456789ns},
      {"00:00:07", 7s},
      {"100:00:00", 100h},
      {"9000000000", 9000000000s},
  };
  for (const auto& [text, time] : cases) {
    const auto parsed = parse_time(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, time) << text;
  }
}

TEST(OptionValue, RefusesWhatIsNoTime) {
  for (const std::string_view text :
       {"", "-", "+", ".", "1:", ":1", "1:2:3:4", "1e3", "0x10", " 5", "5 ", "--5", "1:-2", "5s", "nan",
        "inf", "9000000001", "99999999999999999999", "99999999:99999999:99999999"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(OptionValue, ReadsPositions) {
  using Kind = playback::TimePoint::Kind;
  EXPECT_EQ((*parse_time_point("10%"))->kind, Kind::Percent);
  EXPECT_EQ((*parse_time_point("12.5%"))->percent, 12.5);
  EXPECT_EQ((*parse_time_point("-1:00"))->kind, Kind::FromEnd);
  EXPECT_EQ((*parse_time_point("-1:00"))->time, 60s);
  EXPECT_EQ((*parse_time_point("+7"))->time, 7s);
  EXPECT_FALSE(*parse_time_point("none"));
  for (const std::string_view text : {"101%", "-1%", "%", "nan%", "x"})
    EXPECT_FALSE(parse_time_point(text)) << text;
}

TEST(OptionValue, ReadsSizesExactly) {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"0", 0},
      {"17", 17},
      {"17B", 17},
      {"1KiB", 1024},
      {"1k", 1024},
      {"2MiB", 2097152},
      {"1.5GiB", 1610612736},
      {"0.5k", 512},
      {"1kb", 1000},
      {"3MB", 3000000},
      {"1TiB", 1099511627776},
      {"10gib", 10737418240},
  };
  for (const auto& [text, bytes] : cases) {
    const auto parsed = parse_size(text, Bytes{std::int64_t{1} << 60});
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->value, bytes) << text;
  }
  for (const std::string_view text : {"", "MiB", "-1", "1.MiB", "1..5", "1 MiB", "1PiB", "1e3", ".5k",
                                      "2000000TiB", "99999999999999999999", "0x10"}) {
    EXPECT_FALSE(parse_size(text, Bytes{std::int64_t{1} << 60})) << text;
  }
  EXPECT_FALSE(parse_size("2KiB", Bytes{2047}));
  EXPECT_TRUE(parse_size("2KiB", Bytes{2048}));
  EXPECT_FALSE(parse_size("1.9KiB", Bytes{1024}));
}

TEST(OptionValue, ReadsNumbersInsideTheirRange) {
  EXPECT_EQ(*parse_integer("-5", -10, 10), -5);
  EXPECT_EQ(*parse_integer("+5", -10, 10), 5);
  for (const std::string_view text : {"", "11", "5.0", "+-5", "0x5", " 5", "99999999999999999999"}) {
    EXPECT_FALSE(parse_integer(text, -10, 10)) << text;
  }
  EXPECT_EQ(*parse_number("1e1", 0, 10), 10);
  EXPECT_EQ(*parse_number("-.5", -1, 1), -0.5);
  for (const std::string_view text : {"", "nan", "inf", "-inf", "1,5", "0x1p3", "+-1", "11", "1e999"}) {
    EXPECT_FALSE(parse_number(text, 0, 10)) << text;
  }
  EXPECT_TRUE(*parse_flag("yes"));
  EXPECT_FALSE(parse_flag("true"));
}

TEST(OptionValue, ReadsTracksAndGeometry) {
  EXPECT_EQ(parse_track("3")->id, 3);
  EXPECT_EQ(parse_track("0")->kind, media::TrackChoice::Kind::Off);
  EXPECT_FALSE(parse_track("-1"));
  EXPECT_EQ(*parse_geometry("640x480"), (video::Rectangle{0, 0, 640, 480}));
  EXPECT_EQ(*parse_geometry("640x480+5+6"), (video::Rectangle{5, 6, 640, 480}));
  EXPECT_EQ(*parse_geometry("+5+6"), (video::Rectangle{5, 6, 0, 0}));
  for (const std::string_view text : {"", "640", "0x5", "640x480+5", "axb", "99999x1"}) {
    EXPECT_FALSE(parse_geometry(text)) << text;
  }
}

TEST(OptionValue, WritesSizesAndTimesForPeople) {
  EXPECT_EQ(size_text(Bytes{0}), "0 B");
  EXPECT_EQ(size_text(Bytes{1023}), "1023 B");
  EXPECT_EQ(size_text(mib(150)), "150 MiB");
  EXPECT_EQ(size_text(Bytes{1610612736}), "1.5 GiB");
  EXPECT_EQ(time_text(3723500ms), "01:02:03");
  EXPECT_EQ(time_text(-5s), "-00:00:05");
  EXPECT_EQ(time_text_milliseconds(3723500ms), "01:02:03.500");
}

TEST(Text, MakesUtf8Valid) {
  EXPECT_EQ(valid_utf8("grün €𝄞"), "grün €𝄞");
  EXPECT_EQ(valid_utf8("a\xFF"
                       "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(valid_utf8("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // overlong
  EXPECT_EQ(valid_utf8("\xED\xA0\x80").size(), 9U);               // a surrogate
  EXPECT_EQ(valid_utf8("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // cut off
}

TEST(Text, ShortensForMessages) {
  EXPECT_EQ(shortened("short", 80), "short");
  EXPECT_EQ(shortened("a\x1B[31mb", 80), "a [31mb");
  EXPECT_LE(shortened(std::string(500, 'x'), 80).size(), 80U);
}

TEST(Text, FindsTheNameThatWasMeant) {
  const std::string_view names[] = {"volume", "fullscreen", "start"};
  EXPECT_EQ(nearest_name("volmue", names), "volume");
  EXPECT_EQ(nearest_name("fulscreen", names), "fullscreen");
  EXPECT_EQ(nearest_name("xyzzy", names), std::nullopt);
  EXPECT_EQ(nearest_name("", names), std::nullopt);
}

TEST(PlaylistFile, ReadsPlainListsM3uAndPls) {
  EXPECT_THAT(*parse_playlist("#EXTM3U\na.mkv\n\n b.mkv \r\nhttp://x/y\n", "/l"),
              ElementsAre("/l/a.mkv", "/l/b.mkv", "http://x/y"));
  EXPECT_THAT(*parse_playlist("[playlist]\nFile2=b.mkv\nTitle2=B\nFile1=/a.mkv\nNumberOfEntries=2\n", "/l"),
              ElementsAre("/a.mkv", "/l/b.mkv"));
  EXPECT_THAT(*parse_playlist("0123456789012345678901234567890123456789\n", "/l"),
              ElementsAre("0123456789012345678901234567890123456789"));
  EXPECT_FALSE(parse_playlist(std::string_view("a\0b", 3), ""));
  EXPECT_THAT(*parse_playlist("[playlist]\nFile=x\nFi\nFile-1=x\n", ""), ElementsAre());
}

}  // namespace
}  // namespace freshet::control
