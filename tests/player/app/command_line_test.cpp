// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

namespace freshet::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CommandLineTest : public ::testing::Test {
 protected:
  CommandLineTest() {
    environment_.config_dir = "/config";
    environment_.cache_dir = "/cache";
    environment_.read_file = [this](const std::filesystem::path& path) -> Result<std::string> {
      const auto found = files_.find(path.string());
      if (found == files_.end())
        return fail(ErrorCategory::Source, "no-such-file", "no such file: " + path.string());
      return found->second;
    };
  }
  Result<CommandLine> parse(std::initializer_list<std::string_view> arguments) {
    return parse_command_line(std::span(arguments.begin(), arguments.size()), environment_);
  }
  CommandLine parsed(std::initializer_list<std::string_view> arguments) {
    auto result = parse(arguments);
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result.value_or(CommandLine{});
  }
  Error refused(std::initializer_list<std::string_view> arguments) {
    auto result = parse(arguments);
    EXPECT_FALSE(result);
    return result ? Error{} : result.error();
  }
  std::map<std::string, std::string> files_;
  Environment environment_;
};

constexpr std::string_view some_key = "30313233343536373839303132333435:00112233445566778899aabbccddeeff";

TEST_F(CommandLineTest, ProtectTakesAFilmAnOutputAndKeys) {
  files_["/keys"] = "# keys\n" + std::string(some_key) + "\n";
  files_["/pssh"] = std::string("\0\0\0\x20pssh\0\0\0\0", 12) + std::string(20, '\0');
  const CommandLine line =
      parsed({"protect", "film.mkv", "-o", "film.mp4", "--scheme", "cbcs", "--layout=flat",
              "--key=audio=" + std::string(some_key), "--key-file", "/keys", "--clear-lead=10",
              "--rotate=60.5", "--iv-size=16", "--pssh=/pssh", "--force"});
  EXPECT_EQ(line.command, Command::Protect);
  const ProtectCommand& protect = line.protect;
  EXPECT_EQ(protect.source, "film.mkv");
  EXPECT_EQ(protect.output, "film.mp4");
  EXPECT_EQ(protect.layout, drm::Layout::Flat);
  EXPECT_EQ(protect.replace, drm::Replace::Yes);
  EXPECT_EQ(protect.options.scheme, drm::Scheme::Cbcs);
  EXPECT_EQ(protect.options.clear_lead, 10);
  EXPECT_EQ(protect.options.rotate, 60.5);
  EXPECT_EQ(protect.options.iv_size, 16);
  EXPECT_EQ(protect.options.system_headers.size(), 32U);
  ASSERT_EQ(protect.options.keys.size(), 2U);
  EXPECT_EQ(protect.options.keys[0].label, drm::TrackKind::Audio);
  EXPECT_EQ(protect.options.keys[1].label, std::nullopt);
}

TEST_F(CommandLineTest, ProtectSaysWhatIsMissing) {
  const std::string key = "--key=" + std::string(some_key);
  EXPECT_EQ(refused({"protect"}).code, "no-source");
  EXPECT_EQ(refused({"protect", "a", "b", "-o", "c", key}).code, "too-many-sources");
  EXPECT_EQ(refused({"protect", "a", key}).code, "no-output");
  EXPECT_EQ(refused({"protect", "a", "-o"}).code, "missing-value");
  EXPECT_EQ(refused({"protect", "a", "-o", "b"}).code, "no-key");
  EXPECT_EQ(refused({"protect", "a", "-o", "b", "--key-file=/nowhere"}).code, "no-such-file");
  files_["/text"] = "no keys";
  EXPECT_EQ(refused({"protect", "a", "-o", "b", "--key-file=/text"}).code, "bad-key-set");
  EXPECT_EQ(refused({"protect", "a", "-o", "b", key, "--pssh=/text"}).code, "bad-pssh");
  EXPECT_EQ(refused({"protect", "a", "-o", "b", key, "--iv-size=12"}).code, "bad-value");
  EXPECT_EQ(refused({"protect", "a", "-o", "b", key, "--fullscreen"}).code, "wrong-command");
  EXPECT_EQ(refused({"film.mkv", "--scheme=cenc"}).code, "wrong-command");
}

TEST_F(CommandLineTest, PlayingTakesTheKeysOfFilesToo) {
  files_["/keys"] = std::string(some_key) + "\n";
  EXPECT_EQ(parsed({"film.mp4", "--key-file=/keys", "--key=" + std::string(some_key)}).play.keys.size(), 2U);
  files_["/config/freshet.conf"] = "key-file=/keys\n";
  EXPECT_EQ(parsed({"film.mp4"}).play.keys.size(), 1U);
}

TEST_F(CommandLineTest, WithoutArgumentsShowsHelp) {
  EXPECT_EQ(parsed({}).action, Action::Help);
}

TEST_F(CommandLineTest, PlaysTheSourcesInTheirOrder) {
  const CommandLine line = parsed({"a.mkv", "--pause", "magnet:?xt=x", "-"});
  EXPECT_EQ(line.command, Command::Play);
  EXPECT_EQ(line.action, Action::Run);
  EXPECT_THAT(line.play.sources, ElementsAre("a.mkv", "magnet:?xt=x", "-"));
  EXPECT_TRUE(line.play.pause);
  EXPECT_EQ(line.play.session.cache_dir, "/cache");
}

TEST_F(CommandLineTest, DefaultsAreThoseOfTheOptionsStruct) {
  const CommandLine line = parsed({"a"});
  EXPECT_EQ(line.play.volume, 100);
  EXPECT_TRUE(line.play.session.dht);
  EXPECT_FALSE(line.play.network_timeout);
  EXPECT_FALSE(line.headless);
  EXPECT_EQ(line.play.session.memory_cache, mib(150));
}

TEST_F(CommandLineTest, FlagsTakeYesNoAndTheNoForm) {
  EXPECT_TRUE(parsed({"--pause=yes", "a"}).play.pause);
  EXPECT_FALSE(parsed({"--pause", "--pause=no", "a"}).play.pause);
  EXPECT_FALSE(parsed({"--pause", "--no-pause", "a"}).play.pause);
  EXPECT_FALSE(parsed({"--no-dht", "a"}).play.session.dht);
  EXPECT_EQ(refused({"--pause=maybe", "a"}).code, "bad-value");
  EXPECT_EQ(refused({"--pause=", "a"}).code, "bad-value");
  EXPECT_EQ(refused({"--no-pause=yes", "a"}).code, "unexpected-value");
}

TEST_F(CommandLineTest, NoVideoAndNoAudioAreTracksThatAreOff) {
  using Kind = media::TrackChoice::Kind;
  const CommandLine line = parsed({"--no-video", "--no-audio", "--no-sub", "a"});
  EXPECT_EQ(line.play.video.kind, Kind::Off);
  EXPECT_EQ(line.play.audio.kind, Kind::Off);
  EXPECT_EQ(line.play.subtitle.kind, Kind::Off);
  const CommandLine chosen = parsed({"--aid=2", "--sid=auto", "a"});
  EXPECT_EQ(chosen.play.audio.kind, Kind::Id);
  EXPECT_EQ(chosen.play.audio.id, 2);
  EXPECT_EQ(chosen.play.subtitle.kind, Kind::Auto);
}

TEST_F(CommandLineTest, PositionsAreExact) {
  using Kind = playback::TimePoint::Kind;
  const CommandLine line = parsed({"--start=1:02:03.5", "--end=-30", "a"});
  EXPECT_EQ(line.play.start->kind, Kind::FromStart);
  EXPECT_EQ(line.play.start->time, std::chrono::milliseconds(3723500));
  EXPECT_EQ(line.play.end->kind, Kind::FromEnd);
  EXPECT_EQ(line.play.end->time, std::chrono::seconds(30));
  EXPECT_EQ(parsed({"--start=10%", "a"}).play.start->percent, 10);
  EXPECT_FALSE(parsed({"--start=10", "--start=none", "a"}).play.start);
}

TEST_F(CommandLineTest, HeadlessIsBothOutputsNull) {
  const CommandLine line = parsed({"--headless", "a"});
  EXPECT_TRUE(line.headless);
  EXPECT_EQ(line.play.video_output, video::OutputKind::Null);
  EXPECT_EQ(line.play.audio_output, audio::OutputKind::Null);
  EXPECT_TRUE(parsed({"--vo=null", "--ao=null", "a"}).headless);
  EXPECT_FALSE(parsed({"--headless", "--vo=gpu", "a"}).headless);
}

TEST_F(CommandLineTest, NetworkOptionsFillTheSession) {
  const CommandLine line =
      parsed({"--peer=127.0.0.1:1", "--peer=[::1]:2", "--listen=0.0.0.0:3", "--no-lsd", "--no-pex",
              "--no-upnp", "--no-utp", "--proxy=socks5://h:1", "--network-timeout=0.5",
              "--download-limit=1MiB", "--upload-limit=0", "--encryption=require", "--download=window", "a"});
  const streaming::SessionOptions& session = line.play.session;
  EXPECT_THAT(session.peers, ElementsAre("127.0.0.1:1", "[::1]:2"));
  EXPECT_EQ(session.listen, "0.0.0.0:3");
  EXPECT_FALSE(session.lsd || session.pex || session.upnp || session.utp);
  EXPECT_EQ(session.proxy, "socks5://h:1");
  EXPECT_EQ(line.play.network_timeout, std::chrono::seconds(1));
  EXPECT_EQ(session.download_limit, mib(1));
  EXPECT_FALSE(session.upload_limit);
  EXPECT_EQ(session.encryption, streaming::Encryption::Require);
  EXPECT_EQ(session.download, streaming::Download::Window);
  EXPECT_EQ(parsed({"--network-timeout=0", "a"}).play.network_timeout, std::chrono::seconds(0));
}

TEST_F(CommandLineTest, StorageOptionsTakeSizes) {
  const CommandLine line =
      parsed({"--cache-dir=/x", "--keep=/y", "--cache-size=1.5GiB", "--demuxer-max-bytes=64MiB", "a"});
  EXPECT_EQ(line.play.session.cache_dir, "/x");
  EXPECT_EQ(line.play.session.keep_dir, "/y");
  EXPECT_EQ(line.play.session.cache_size, mib(1536));
  EXPECT_EQ(line.play.session.memory_cache, mib(64));
  EXPECT_EQ(refused({"--cache-size=lots", "a"}).code, "bad-value");
  EXPECT_EQ(refused({"--cache-size=99999999999TiB", "a"}).code, "bad-value");
}

TEST_F(CommandLineTest, SingleDashIsEnoughForALongName) {
  EXPECT_TRUE(parsed({"-fs", "a"}).play.fullscreen);
  EXPECT_EQ(parsed({"-start=5", "a"}).play.start->time, std::chrono::seconds(5));
  EXPECT_EQ(parsed({"-h"}).action, Action::Help);
  EXPECT_EQ(parsed({"-V"}).action, Action::Version);
  EXPECT_EQ(parsed({"-v", "-v", "a"}).log.verbosity, 2);
}

TEST_F(CommandLineTest, DashesEndTheOptions) {
  EXPECT_THAT(parsed({"--", "--pause", "seed"}).play.sources, ElementsAre("--pause", "seed"));
  EXPECT_THAT(parsed({"./seed"}).play.sources, ElementsAre("./seed"));
  EXPECT_THAT(parsed({"a", "seed"}).play.sources, ElementsAre("a", "seed"));
}

TEST_F(CommandLineTest, UnknownOptionNamesTheNearest) {
  const Error error = refused({"--fulscreen", "a"});
  EXPECT_EQ(error.code, "unknown-option");
  EXPECT_EQ(exit_code(error.category), 1);
  EXPECT_THAT(error.hint, HasSubstr("--fullscreen"));
  EXPECT_EQ(refused({"-x", "a"}).code, "unknown-option");
  EXPECT_EQ(refused({"--no-start", "a"}).code, "unknown-option");
  EXPECT_EQ(refused({"--=x", "a"}).code, "unknown-option");
}

TEST_F(CommandLineTest, AValueBehindABlankIsExplained) {
  const Error error = refused({"--peer", "1.2.3.4:5", "a"});
  EXPECT_EQ(error.code, "missing-value");
  EXPECT_THAT(error.hint, HasSubstr("--peer=IP:PORT"));
}

TEST_F(CommandLineTest, NothingToPlayIsAnErrorUnlessIdle) {
  EXPECT_EQ(refused({"--pause"}).code, "no-source");
  EXPECT_EQ(parsed({"--idle"}).play.idle, playback::Idle::Yes);
  EXPECT_EQ(parsed({"--idle=once"}).play.idle, playback::Idle::Once);
  EXPECT_EQ(parsed({"--idle=no", "a"}).play.idle, playback::Idle::No);
  EXPECT_EQ(parsed({"--loop-file", "a"}).play.loop_file, playback::loop_forever);
  EXPECT_EQ(parsed({"--loop-file=2", "a"}).play.loop_file, 2);
  EXPECT_EQ(parsed({"--no-loop-file", "a"}).play.loop_file, 0);
}

TEST_F(CommandLineTest, SeedTakesValuesBothWays) {
  const CommandLine line =
      parsed({"seed", "film.mkv", "--torrent-out", "f.torrent", "--piece-size=64KiB", "--format", "v1",
              "--tracker", "udp://t:1", "--tracker=http://u/", "--web-seed", "http://w/", "--listen",
              "127.0.0.1:0", "--no-dht", "extras", "--events=json"});
  EXPECT_EQ(line.command, Command::Seed);
  EXPECT_THAT(line.seed.sources, ElementsAre("film.mkv", "extras"));
  EXPECT_EQ(line.seed.torrent_out, "f.torrent");
  EXPECT_EQ(line.seed.publish.piece_length, kib(64));
  EXPECT_EQ(line.seed.publish.format, streaming::TorrentFormat::V1);
  EXPECT_THAT(line.seed.publish.trackers, ElementsAre("udp://t:1", "http://u/"));
  EXPECT_THAT(line.seed.publish.web_seeds, ElementsAre("http://w/"));
  EXPECT_EQ(line.seed.session.listen, "127.0.0.1:0");
  EXPECT_FALSE(line.seed.session.dht);
  EXPECT_TRUE(line.seed.events_json);
  EXPECT_EQ(line.seed.session.cache_dir, "/cache");
}

TEST_F(CommandLineTest, SeedRefusesWhatMakesNoTorrent) {
  EXPECT_EQ(refused({"seed"}).code, "no-source");
  EXPECT_EQ(refused({"seed", "a", "--piece-size=48KiB"}).code, "bad-value");
  EXPECT_EQ(refused({"seed", "a", "--piece-size=8KiB"}).code, "bad-value");
  EXPECT_EQ(refused({"seed", "a", "--piece-size=32MiB"}).code, "bad-value");
  EXPECT_EQ(refused({"seed", "a", "--format=v3"}).code, "bad-value");
  EXPECT_EQ(refused({"seed", "a", "--torrent-out"}).code, "missing-value");
  EXPECT_EQ(refused({"seed", "a", "--torrent-out", "--no-dht"}).code, "missing-value");
  EXPECT_EQ(refused({"seed", "a", "--pause"}).code, "wrong-command");
}

TEST_F(CommandLineTest, ProbeTakesOneSource) {
  const CommandLine line = parsed({"probe", "--json", "--file=3", "a.torrent"});
  EXPECT_EQ(line.command, Command::Probe);
  EXPECT_TRUE(line.probe.json);
  EXPECT_EQ(line.probe.file, "3");
  EXPECT_EQ(line.probe.source, "a.torrent");
  EXPECT_EQ(refused({"probe", "a", "b"}).code, "too-many-sources");
  EXPECT_EQ(refused({"probe"}).code, "no-source");
  EXPECT_EQ(refused({"--json", "a"}).code, "wrong-command");
}

TEST_F(CommandLineTest, EachCommandHasItsHelp) {
  const CommandLine line = parsed({"seed", "--help"});
  EXPECT_EQ(line.command, Command::Seed);
  EXPECT_EQ(line.action, Action::Help);
  EXPECT_EQ(parsed({"--help=all"}).action, Action::HelpAll);
  EXPECT_EQ(parsed({"--list-options"}).action, Action::ListOptions);
  EXPECT_EQ(parsed({"--generate=zsh"}).generate, "zsh");
}

TEST_F(CommandLineTest, ConfigurationComesBeforeTheCommandLine) {
  files_["/config/freshet.conf"] = "# mine\nvolume=40\nfs\nno-dht\nslang=de,en\n";
  const CommandLine line = parsed({"--no-fullscreen", "a"});
  EXPECT_EQ(line.play.volume, 40);
  EXPECT_FALSE(line.play.fullscreen);
  EXPECT_FALSE(line.play.session.dht);
  EXPECT_THAT(line.play.subtitle_languages, ElementsAre("de", "en"));
  EXPECT_EQ(line.config_file, "/config/freshet.conf");
  EXPECT_EQ(parsed({"a", "--no-config"}).play.volume, 100);
}

TEST_F(CommandLineTest, ErrorsOfTheConfigurationNameFileAndLine) {
  files_["/config/freshet.conf"] = "volume=40\n\nvolum=3\n";
  Error error = refused({"a"});
  EXPECT_EQ(error.code, "bad-config");
  EXPECT_THAT(error.message, HasSubstr("/config/freshet.conf:3:"));
  EXPECT_THAT(error.hint, HasSubstr("volume"));
  files_["/config/freshet.conf"] = "speed=fast\n";
  error = refused({"a"});
  EXPECT_THAT(error.message, HasSubstr("/config/freshet.conf:1:"));
  EXPECT_THAT(error.message, HasSubstr("speed"));
  files_["/config/freshet.conf"] = "framemd5=x\n";
  EXPECT_THAT(refused({"a"}).message, HasSubstr("command line only"));
  // A broken file must not keep anybody from reading the help.
  EXPECT_EQ(parsed({"--help"}).action, Action::Help);
}

TEST_F(CommandLineTest, ConfigurationServesAllCommands) {
  files_["/config/freshet.conf"] = "fullscreen\nno-upnp\n";
  EXPECT_FALSE(parsed({"seed", "a"}).seed.session.upnp);
}

TEST_F(CommandLineTest, PlaylistStandsWhereItWasTyped) {
  files_["lists/season.m3u"] = "#EXTM3U\n#EXTINF:1,x\ne1.mkv\n/abs/e2.mkv\nmagnet:?xt=urn:btih:1\n";
  EXPECT_THAT(parsed({"first", "--playlist=lists/season.m3u", "last"}).play.sources,
              ElementsAre("first", "lists/e1.mkv", "/abs/e2.mkv", "magnet:?xt=urn:btih:1", "last"));
  EXPECT_EQ(refused({"--playlist=gone"}).code, "no-such-file");
  files_["-"] = "a b.mkv\r\n\r\nc.mkv\n";
  EXPECT_THAT(parsed({"--playlist=-"}).play.sources, ElementsAre("a b.mkv", "c.mkv"));
}

TEST_F(CommandLineTest, LogLevelsAreChecked) {
  const CommandLine line = parsed({"--msg-level=all=warn,swarm=debug", "--log-file=/l", "--quiet", "a"});
  EXPECT_THAT(line.log.levels, ElementsAre(std::pair<std::string, std::string>("all", "warn"),
                                           std::pair<std::string, std::string>("swarm", "debug")));
  EXPECT_EQ(line.log.file, "/l");
  EXPECT_TRUE(line.log.quiet);
  EXPECT_EQ(refused({"--msg-level=loud", "a"}).code, "bad-value");
}

TEST_F(CommandLineTest, ObservingOptions) {
  const CommandLine line = parsed({"--events=json", "--framemd5=f", "--framemd5-audio=g", "--trace=t",
                                   "--input-ipc-server=/s", "--frames=12", "--untimed", "--hr-seek=yes",
                                   "--geometry=640x360+1+2", "--sub-file=x.srt", "--sub-file=y.srt", "a"});
  EXPECT_TRUE(line.play.events_json);
  EXPECT_EQ(line.play.framemd5, "f");
  EXPECT_EQ(line.play.framemd5_audio, "g");
  EXPECT_EQ(line.play.trace, "t");
  EXPECT_EQ(line.play.ipc_server, "/s");
  EXPECT_EQ(line.play.frames, 12);
  EXPECT_TRUE(line.play.untimed);
  EXPECT_EQ(line.play.hr_seek, playback::HrSeek::Always);
  EXPECT_EQ(line.play.geometry, (video::Rectangle{1, 2, 640, 360}));
  EXPECT_THAT(line.play.subtitle_files, ElementsAre("x.srt", "y.srt"));
  EXPECT_FALSE(parsed({"--frames=all", "a"}).play.frames);
}

}  // namespace
}  // namespace freshet::app
