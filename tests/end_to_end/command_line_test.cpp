// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The command line as scripts rely on it: exit codes, events, sources of each kind, sub-commands.

#include <algorithm>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/end_to_end/support/framemd5.h"
#include "tests/end_to_end/support/freshet.h"
#include "tests/end_to_end/support/http_server.h"
#include "tests/end_to_end/support/seeders.h"

namespace freshet::end_to_end {
namespace {

using testing::HasSubstr;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// --- exit codes

struct ExitCase {
  const char* name;
  int code;
  Arguments arguments;
};
void PrintTo(const ExitCase& value, std::ostream* out) {
  *out << value.name;
}

class ExitCodes : public testing::TestWithParam<ExitCase> {};

TEST_P(ExitCodes, TellWhatHappenedAndWhatToDoNext) {
  const Home home;
  std::filesystem::create_directories(home / "folder");
  std::ofstream(home / "garbage.mkv") << std::string(100'000, 'g');
  std::ofstream(home / "garbage.torrent") << "this is no torrent";
  std::ofstream(home / "empty.mp4") << "";
  auto command = home.headless(GetParam().arguments);
  command.working_folder = home / "";
  const auto result = test::run(command, patience);
  EXPECT_EQ(result.status.code, GetParam().code) << result.output << result.errors;
  // One sentence on stderr, and the next step.
  EXPECT_FALSE(result.errors.empty());
  if (GetParam().code == 1) return;  // before there are events
  const auto all = events(result.output);
  const auto errors = events_named(all, "error");
  ASSERT_FALSE(errors.empty()) << result.output;
  EXPECT_FALSE(errors[0]["code"].get<std::string>().empty());
  EXPECT_FALSE(errors[0]["message"].get<std::string>().empty());
  EXPECT_FALSE(errors[0]["hint"].get<std::string>().empty()) << errors[0];
  ASSERT_EQ(all.back()["event"], "exit");
  EXPECT_EQ(all.back()["code"], GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    All, ExitCodes,
    testing::Values(ExitCase{"unknown_option", 1, {"--no-such-option", "x.mkv"}},
                    ExitCase{"bad_value", 1, {"--speed=fast", "x.mkv"}}, ExitCase{"no_source", 1, {}},
                    ExitCase{"no_such_file", 2, {"missing.mkv"}}, ExitCase{"a_folder", 2, {"folder"}},
                    ExitCase{"not_a_torrent", 2, {"garbage.torrent"}},
                    ExitCase{"bad_magnet", 2, {"magnet:?xt=urn:btih:zz"}},
                    ExitCase{"no_server", 3, {"--network-timeout=5", "http://127.0.0.1:1/film.mkv"}},
                    ExitCase{"no_peers",
                             3,
                             {"--network-timeout=1", "--no-dht", "--no-lsd", "--no-upnp",
                              "0123456789012345678901234567890123456789"}},
                    ExitCase{"broken_media", 4, {"garbage.mkv"}}, ExitCase{"empty_media", 4, {"empty.mp4"}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Events, NameTheSourceBeforeTheyTellOfProgress) {
  const Home home;
  const auto result = test::run(home.real_time({"--end=1.2", media("film.mkv")}), patience);
  std::vector<std::string> names;
  for (const Json& event : events(result.output)) names.push_back(event["event"]);
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names.front(), "source");
  const auto place = [&](std::string_view name) { return std::ranges::find(names, name) - names.begin(); };
  EXPECT_LT(place("open"), place("first_frame"));
  EXPECT_NE(std::ranges::find(names, "progress"), names.end());
}

TEST(ExitCode, OfACacheThatCannotBeWrittenIsStorage) {
  const Home home;
  std::ofstream(home / "file") << "in the way";
  const Seeder seeder(media("short.mp4"));
  const auto result = test::run(home.headless(Arguments{"--cache-dir=" + (home / "file/below").string()} +
                                              alone_with({seeder.address()}) + Arguments{seeder.magnet()}),
                                patience);
  EXPECT_EQ(result.status.code, 6) << result.output << result.errors;
}

TEST(ExitCode, OfAnHttpStatusIsSource) {
  const test::TemporaryFolder folder;
  const HttpServer server(folder.path());
  const Home home;
  EXPECT_EQ(test::run(home.headless({server.url("missing.mkv")}), patience).status.code, 2);
  EXPECT_EQ(test::run(home.headless({server.url("missing.torrent")}), patience).status.code, 2);
}

TEST(ExitCode, OfSeveralSourcesIsTheFirstFailures) {
  const Home home;
  std::ofstream(home / "garbage.mkv") << std::string(100'000, 'g');
  const auto result = test::run(
      home.headless({media("short.mp4"), (home / "garbage.mkv").string(), (home / "missing.mkv").string()}),
      patience);
  EXPECT_EQ(result.status.code, 4) << result.output << result.errors;
}

TEST(ExitCode, OfProtectedMediaIsProtection) {
  const Home home;
  const auto result = test::run(home.headless({media("protected.mp4")}), patience);
  EXPECT_EQ(result.status.code, 5) << result.output << result.errors;
}

TEST(ExitCode, IsZeroWhenPlayed) {
  const Home home;
  EXPECT_EQ(test::run(home.headless({media("short.mp4")}), patience).status.code, 0);
}

// --- events

void expect_field(const Json& event, const char* name, Json::value_t type) {
  ASSERT_TRUE(event.contains(name)) << event;
  const bool numbers = event[name].is_number() && (type == Json::value_t::number_float);
  EXPECT_TRUE(numbers || event[name].type() == type) << name << " of " << event;
}

TEST(Events, HaveTheFieldsThatScriptsRelyOn) {
  const Seeder seeder(media("film.mkv"));
  const Home home;
  const auto result = test::run(home.command(Arguments{"--headless", "--events=json", "--end=3"} +
                                             alone_with({seeder.address()}) + Arguments{seeder.magnet()}),
                                patience);
  ASSERT_EQ(result.status.code, 0) << result.errors;
  const auto all = events(result.output);
  double before = 0;
  double first_frame = 0;
  std::set<std::string> seen;
  for (const auto& event : all) {
    expect_field(event, "t", Json::value_t::number_float);
    EXPECT_GE(event["t"].get<double>(), before);
    before = event["t"];
    const std::string name = event["event"];
    seen.insert(name);
    if (name == "open") {
      expect_field(event, "file", Json::value_t::string);
      expect_field(event, "duration", Json::value_t::number_float);
      expect_field(event, "streams", Json::value_t::array);
      EXPECT_NEAR(event["duration"].get<double>(), 12, 0.2);
      EXPECT_EQ(event["streams"].size(), 2u);
    }
    if (name == "first_frame") {
      expect_field(event, "pts", Json::value_t::number_float);
      first_frame = event["t"];
    }
    if (name == "phases") {
      double sum = 0;
      for (const char* phase : {"begin", "peers", "metadata", "header", "first_gop", "decode"}) {
        expect_field(event, phase, Json::value_t::number_float);
        EXPECT_GE(event[phase].get<double>(), 0) << phase;
        sum += event[phase].get<double>();
      }
      EXPECT_NEAR(sum, first_frame, 0.00001);
      EXPECT_GT(event["peers"].get<double>(), 0);
    }
    if (name == "progress") {
      for (const char* field : {"down_rate", "up_rate", "peers", "bytes_down", "bytes_wasted",
                                "dropped_frames", "bytes_useful", "bytes_redundant", "bytes_failed"})
        expect_field(event, field, Json::value_t::number_float);
      for (const char* field : {"pos", "duration", "buffered_until"}) {
        if (seen.contains("first_frame")) {
          expect_field(event, field, Json::value_t::number_float);
        } else {
          EXPECT_TRUE(event.contains(field)) << event;  // null while it is not known
        }
      }
    }
    if (name == "exit") {
      EXPECT_EQ(event["code"], 0);
    }
  }
  for (const char* name :
       {"source", "metadata", "peers", "open", "first_frame", "phases", "progress", "eof", "exit"}) {
    EXPECT_TRUE(seen.contains(name)) << name << " in\n" << result.output;
  }
  const auto order = [&](std::string_view name) {
    return std::ranges::find_if(all, [&](const Json& event) { return event["event"] == name; }) - all.begin();
  };
  EXPECT_LT(order("source"), order("metadata"));
  EXPECT_LT(order("metadata"), order("open"));
  EXPECT_LT(order("open"), order("first_frame"));
  EXPECT_LT(order("first_frame"), order("eof"));
  EXPECT_EQ(all.back()["event"], "exit");
  // Microsecond digits, as text.
  static const std::regex line(R"(\{"event":"[a-z_]+","t":[0-9]+\.[0-9]{6}[,}].*)");
  std::istringstream lines(result.output);
  for (std::string text; std::getline(lines, text);) EXPECT_TRUE(std::regex_match(text, line)) << text;
  // Three seconds of film in real time: two or three reports, and nothing else on stdout.
  EXPECT_GE(events_named(all, "progress").size(), 2u);
  EXPECT_LE(events_named(all, "progress").size(), 5u);
}

// --- sources

TEST(Sources, OneAfterTheOtherFromThePlaylist) {
  const Home home;
  std::ofstream(home / "list.m3u") << "#EXTM3U\n# a comment\n"
                                   << media("short.mp4").string() << "\n"
                                   << media("sound.flac").string() << "\n";
  const auto result = test::run(home.headless({"--playlist=" + (home / "list.m3u").string()}), patience);
  EXPECT_EQ(result.status.code, 0) << result.errors;
  const auto opened = events_named(events(result.output), "open");
  ASSERT_EQ(opened.size(), 2u) << result.output;
  EXPECT_THAT(opened[0]["file"].get<std::string>(), HasSubstr("short.mp4"));
  EXPECT_THAT(opened[1]["file"].get<std::string>(), HasSubstr("sound.flac"));
}

TEST(Sources, ComeFromStandardInput) {
  const Home home;
  for (const char* film : {"film.mkv", "moov-first.mp4", "film.ts"}) {
    auto command = home.headless({"--framemd5=" + (home / "video").string(), "-"});
    command.input = read(media(film));
    const auto result = test::run(command, patience);
    EXPECT_EQ(result.status.code, 0) << film << result.errors;
    EXPECT_EQ(read_framemd5(home / "video").digests(), ffmpeg_video(media(film)).digests()) << film;
  }
}

TEST(Sources, ComeByHttpWithRanges) {
  const HttpServer server(media("film.mkv").parent_path());
  const Home home;
  for (const char* film : {"film.mkv", "moov-last.mp4"}) {
    const auto result =
        test::run(home.headless({"--framemd5=" + (home / "video").string(), server.url(film)}), patience);
    EXPECT_EQ(result.status.code, 0) << result.errors;
    EXPECT_EQ(read_framemd5(home / "video").digests(), ffmpeg_video(media(film)).digests());
  }
}

TEST(Sources, ComeByHttpWithoutRanges) {
  const HttpServer server(media("film.mkv").parent_path(), Ranges::No);
  const Home home;
  const auto result =
      test::run(home.headless({"--framemd5=" + (home / "video").string(), server.url("film.mkv")}), patience);
  EXPECT_EQ(result.status.code, 0) << result.errors;
  EXPECT_EQ(read_framemd5(home / "video").digests(), ffmpeg_video(media("film.mkv")).digests());
}

TEST(Sources, AreTorrentFilesBehindAnAddress) {
  const Seeder seeder(media("short.mp4"));
  const HttpServer server(seeder.torrent().parent_path());
  const Home home;
  const auto result =
      test::run(home.headless(Arguments{"--framemd5=" + (home / "video").string()} +
                              alone_with({seeder.address()}) + Arguments{server.url("made.torrent")}),
                patience);
  EXPECT_EQ(result.status.code, 0) << result.errors;
  EXPECT_EQ(read_framemd5(home / "video").digests(), ffmpeg_video(media("short.mp4")).digests());
}

TEST(Sources, NamedLikeASubCommandAreReachedByTheirPath) {
  const Home home;
  std::filesystem::copy_file(media("short.mp4"), home / "seed");
  auto command = home.headless({"./seed"});
  command.working_folder = home / "";
  const auto result = test::run(command, patience);
  EXPECT_EQ(result.status.code, 0) << result.errors;
  EXPECT_EQ(events_named(events(result.output), "open").size(), 1u);
}

TEST(Sources, OfManyFilesAreListedChosenAndPlayedInOrder) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "Season/Extras");
  for (const char* name : {"Show.E10.mp4", "Show.E2.mp4", "Show.E1.mp4"})
    std::filesystem::copy_file(media("short.mp4"), folder / ("Season/" + std::string(name)));
  std::ofstream(folder / "Season/Extras/readme.txt") << "hello";
  const Seeder seeder(folder / "Season");
  const Home home;
  const auto swarm = alone_with({seeder.address()}) + Arguments{seeder.magnet()};

  const auto listed = test::run(home.command(Arguments{"--list"} + swarm), patience);
  EXPECT_EQ(listed.status.code, 0) << listed.errors;
  for (const char* name : {"Extras/readme.txt", "Show.E1.mp4", "Show.E10.mp4", "Show.E2.mp4"})
    EXPECT_THAT(listed.output, HasSubstr(name));

  const auto played = test::run(home.headless(swarm), patience);
  EXPECT_EQ(played.status.code, 0) << played.errors;
  std::vector<std::string> order;
  for (const auto& event : events_named(events(played.output), "open"))
    order.push_back(std::filesystem::path(event["file"].get<std::string>()).filename());
  EXPECT_EQ(order, (std::vector<std::string>{"Show.E1.mp4", "Show.E2.mp4", "Show.E10.mp4"}));

  const auto chosen = test::run(home.headless(Arguments{"--file=*E10*"} + swarm), patience);
  const auto opened = events_named(events(chosen.output), "open");
  ASSERT_EQ(opened.size(), 1u);
  EXPECT_THAT(opened[0]["file"].get<std::string>(), HasSubstr("E10"));

  EXPECT_EQ(test::run(home.headless(Arguments{"--file=99"} + swarm), patience).status.code, 2);
}

// --- playing

TEST(Playing, StopsAfterTheFramesThatWereAsked) {
  const Home home;
  const auto result = test::run(
      home.headless({"--frames=7", "--framemd5=" + (home / "video").string(), media("film.mkv")}), patience);
  EXPECT_EQ(result.status.code, 0);
  EXPECT_EQ(read_framemd5(home / "video").frames.size(), 7u);
}

TEST(Playing, StartsAndEndsWhereItWasTold) {
  const Home home;
  const auto film = media("moov-first.mp4");
  const auto result = test::run(
      home.headless({"--start=5", "--end=6", "--framemd5=" + (home / "video").string(), film}), patience);
  EXPECT_EQ(result.status.code, 0) << result.errors;
  const auto shown = read_framemd5(home / "video");
  ASSERT_FALSE(shown.frames.empty());
  // The frame that holds the second 5, up to the last one before the second 6.
  EXPECT_NEAR(shown.seconds(shown.frames.front()), 5, 0.045);
  EXPECT_NEAR(shown.seconds(shown.frames.back()), 6, 0.045);
  EXPECT_NEAR(static_cast<double>(shown.frames.size()), 24, 2);
}

TEST(Playing, KeepsTheFinishedFileUnderItsOwnName) {
  const Seeder seeder(media("short.mp4"));
  const Home home;
  const auto result = test::run(home.real_time(Arguments{"--keep=" + (home / "videos").string()} +
                                               alone_with({seeder.address()}) + Arguments{seeder.magnet()}),
                                patience);
  EXPECT_EQ(result.status.code, 0) << result.errors;
  EXPECT_TRUE(read(home / "videos/short.mp4") == read(media("short.mp4")));
}

TEST(Playing, ReadsTheConfiguration) {
  const Home home;
  std::filesystem::create_directories(home / "config/freshet");
  std::ofstream(home / "config/freshet/freshet.conf") << "# mine\nframes=3\n";
  const auto film = media("film.mkv");
  EXPECT_EQ(test::run(home.headless({"--framemd5=" + (home / "three").string(), film}), patience).status.code,
            0);
  EXPECT_EQ(read_framemd5(home / "three").frames.size(), 3u);
  EXPECT_EQ(
      test::run(home.headless({"--no-config", "--frames=5", "--framemd5=" + (home / "five").string(), film}),
                patience)
          .status.code,
      0);
  EXPECT_EQ(read_framemd5(home / "five").frames.size(), 5u);
}

// --- sub-commands

TEST(Probe, TellsFilesStreamsAndDurationAsJson) {
  const Seeder seeder(media("film.mkv"));
  const Home home;
  const auto result = test::run(home.command(Arguments{"probe", "--json"} + alone_with({seeder.address()}) +
                                             Arguments{seeder.magnet()}),
                                patience);
  ASSERT_EQ(result.status.code, 0) << result.errors;
  const auto probed = Json::parse(result.output);
  EXPECT_EQ(probed["torrent"]["files"][0]["path"], "film.mkv") << probed;
  EXPECT_TRUE(probed.contains("streams")) << probed;
  EXPECT_TRUE(probed.contains("protected")) << probed;
  EXPECT_NEAR(probed["duration"].get<double>(), 12, 0.2);
}

TEST(Probe, TellsTheSameOfALocalFileAsText) {
  const Home home;
  const auto result = test::run(home.command({"probe", media("film.mkv")}), patience);
  EXPECT_EQ(result.status.code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("h264"));
  EXPECT_THAT(result.output, HasSubstr("aac"));
}

// Transmission 3.00 reads no hybrid torrent, whoever made it: an empty key in its "file tree" is too much for
// it.
TEST(Seed, MakesATorrentThatTransmissionReads) {
  const Seeder seeder(media("film.mkv"), {"--format=v1", "--tracker=http://127.0.0.1:1/announce"});
  const auto shown = test::run({.arguments = {"transmission-show", seeder.torrent()}}, patience);
  EXPECT_EQ(shown.status.code, 0) << shown.errors;
  EXPECT_THAT(shown.output, HasSubstr("film.mkv"));
  EXPECT_THAT(shown.output, HasSubstr("http://127.0.0.1:1/announce"));
  EXPECT_THAT(seeder.magnet(), HasSubstr("tr=http"));
}

TEST(Seed, MakesAHybridTorrentThatAria2Reads) {
  const Seeder seeder(media("film.mkv"));
  const auto shown = test::run({.arguments = {"aria2c", "--show-files", seeder.torrent()}}, patience);
  EXPECT_EQ(shown.status.code, 0) << shown.errors;
  EXPECT_THAT(shown.output, HasSubstr("film.mkv"));
}

TEST(Version, NamesEveryLibrary) {
  const Home home;
  const auto result = test::run(home.command({"--version"}), patience);
  EXPECT_EQ(result.status.code, 0);
  // What the program is linked with, but for the compiler's own.
  const auto linked = test::run({.arguments = {"objdump", "-p", program()}}, patience);
  ASSERT_EQ(linked.status.code, 0) << linked.errors;
  const std::map<std::string, std::string> other_names{{"libtorrent-rasterbar", "libtorrent"},
                                                       {"libSDL2-2.0", "SDL"},
                                                       {"libcrypto", "OpenSSL"},
                                                       {"libssl", "OpenSSL"}};
  int libraries = 0;
  std::istringstream lines(linked.output);
  for (std::string word; lines >> word;) {
    if (word != "NEEDED" || !(lines >> word)) continue;
    std::string name = word.substr(0, word.find(".so"));
    if (const auto other = other_names.find(name); other != other_names.end()) name = other->second;
    if (std::set<std::string>{"libstdc++", "libm", "libgcc_s", "libc", "libresolv", "ld-linux-x86-64"}
            .contains(name))
      continue;
    ++libraries;
    const auto without_lib = name.starts_with("lib") ? name.substr(3) : name;
    EXPECT_THAT(result.output, testing::ContainsRegex("\n  (lib)?" + without_lib + " +[0-9v]")) << name;
  }
  EXPECT_GE(libraries, 14);
  // Those that are headers only.
  for (const char* name : {"Boost", "nlohmann-json"})
    EXPECT_THAT(result.output, testing::ContainsRegex(std::string("\n  ") + name + " +[0-9]"));
}

TEST(Help, IsForPeopleAndTheManPageHasNoMistakes) {
  const Home home;
  const auto help = test::run(home.command({"--help"}), patience);
  EXPECT_EQ(help.status.code, 0);
  EXPECT_THAT(help.output, HasSubstr("--peer"));
  const auto manual = test::run(home.command({"--generate=man"}), patience);
  EXPECT_EQ(manual.status.code, 0);
  std::ofstream(home / "freshet.1") << manual.output;
  const auto typeset = test::run(
      {.arguments = {"groff", "-Kutf8", "-t", "-man", "-ww", "-z", "-Tutf8", home / "freshet.1"}}, patience);
  EXPECT_EQ(typeset.status.code, 0);
  EXPECT_EQ(typeset.errors, "");
}

}  // namespace
}  // namespace freshet::end_to_end
