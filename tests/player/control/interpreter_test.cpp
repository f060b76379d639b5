// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/interpreter.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "player/control/expand.h"
#include "player/control/outcome.h"
#include "tests/player/control/simple_player.h"

namespace freshet::control {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;
using media::SeekMode;

class InterpreterTest : public ::testing::Test {
 protected:
  InterpreterTest() {
    bindings_.add_defaults();
    player_.load("/films/a.mkv", playback::Player::LoadMode::Replace);
  }
  Status text(std::string_view command) { return interpreter_.run_text(command); }
  Outcome json(std::string_view command) {
    const auto parsed = parse_command_json(Json::parse(command));
    return parsed ? interpreter_.run(*parsed) : Outcome{Status::InvalidParameter, {}};
  }
  std::string expanded(std::string_view line) { return expand_text(line, properties_); }
  Json get(std::string_view name) {
    const auto value = properties_.get(name);
    return value ? *value : Json(std::string(status_text(value.error())));
  }

  SimplePlayer player_;
  Bindings bindings_;
  Properties properties_{{.player = player_,
                          .program = {.version = "9.9",
                                      .ipc_server = "/s",
                                      .bindings = [] { return Json::array(); },
                                      .commands = [] { return Interpreter::command_list(); }}}};
  std::vector<std::vector<std::string>> messages_;
  Interpreter interpreter_{properties_,
                           bindings_,
                           {.broadcast = [this](const auto& args) { messages_.push_back(args); },
                            .send_to = [](const auto&, const auto&) { return false; },
                            .print = [](const auto&) {}}};
};

TEST_F(InterpreterTest, SeeksAsMpvDoes) {
  EXPECT_EQ(text("seek 10"), Status::Success);
  EXPECT_EQ(player_.position_, 10s);
  EXPECT_EQ(player_.seek_mode_, SeekMode::Keyframe);
  EXPECT_EQ(text("seek 5 exact"), Status::Success);
  EXPECT_EQ(player_.position_, 15s);
  EXPECT_EQ(player_.seek_mode_, SeekMode::Exact);
  EXPECT_EQ(text("seek 1:00 absolute"), Status::Success);
  EXPECT_EQ(player_.position_, 60s);
  EXPECT_EQ(player_.seek_mode_, SeekMode::Exact);
  EXPECT_EQ(text("seek 61 absolute+keyframes"), Status::Success);
  EXPECT_EQ(player_.seek_mode_, SeekMode::Keyframe);
  EXPECT_EQ(text("seek 25 absolute-percent"), Status::Success);
  EXPECT_EQ(player_.position_, 25s);
  EXPECT_EQ(player_.seek_mode_, SeekMode::Keyframe);
  EXPECT_EQ(text("seek -10 relative-percent exact"), Status::Success);
  EXPECT_EQ(player_.position_, 15s);
  EXPECT_EQ(player_.seek_mode_, SeekMode::Exact);
  EXPECT_EQ(text("seek -20 absolute"), Status::Success);
  EXPECT_EQ(player_.position_, 80s);
  EXPECT_EQ(json(R"({"name":"seek","target":3,"flags":"absolute"})").status, Status::Success);
  EXPECT_EQ(player_.position_, 3s);
  player_.options_.hr_seek = playback::HrSeek::No;
  text("seek 4 absolute");
  EXPECT_EQ(player_.seek_mode_, SeekMode::Keyframe);
  player_.options_.hr_seek = playback::HrSeek::Always;
  text("seek 4");
  EXPECT_EQ(player_.seek_mode_, SeekMode::Exact);
}

TEST_F(InterpreterTest, RefusesWhatMpvRefuses) {
  EXPECT_EQ(json(R"(["nocmd"])").status, Status::InvalidParameter);
  EXPECT_EQ(json(R"(["seek"])").status, Status::InvalidParameter);
  EXPECT_EQ(json(R"(["seek", "abc"])").status, Status::InvalidParameter);
  EXPECT_EQ(json(R"(["seek", 1, "bogus"])").status, Status::InvalidParameter);
  EXPECT_EQ(json(R"(["seek", 1, "exact", "exact", "exact"])").status, Status::InvalidParameter);
  EXPECT_EQ(json(R"({"name":"seek","goal":3})").status, Status::InvalidParameter);
  EXPECT_EQ(json(R"(["add", "nope", 1])").status, Status::CommandFailed);
  EXPECT_EQ(json(R"(["cycle", "filename"])").status, Status::CommandFailed);
  EXPECT_EQ(json(R"(["set", "speed", "zzz"])").status, Status::CommandFailed);
  EXPECT_EQ(json(R"(["playlist-next"])").status, Status::CommandFailed);
  EXPECT_EQ(json(R"(["playlist-remove", 9])").status, Status::CommandFailed);
  EXPECT_EQ(json(R"(["keypress", "nokey"])").status, Status::CommandFailed);
  EXPECT_EQ(json(R"(["script-message-to", "nobody", "x"])").status, Status::CommandFailed);
  EXPECT_EQ(json(R"(["loadfile", "x", "bogus"])").status, Status::InvalidParameter);
  EXPECT_EQ(json(R"(["run", "/bin/true"])").status, Status::InvalidParameter);
  player_.stop(false);
  EXPECT_EQ(json(R"(["seek", 1])").status, Status::CommandFailed);
}

TEST_F(InterpreterTest, ChangesProperties) {
  EXPECT_EQ(text("add volume -2"), Status::Success);
  EXPECT_EQ(player_.volume_, 98);
  text("add volume 500");
  EXPECT_EQ(player_.volume_, 130);
  text("multiply speed 1.1");
  EXPECT_DOUBLE_EQ(player_.speed_, 1.1);
  text("multiply speed 1/1.1");
  EXPECT_DOUBLE_EQ(player_.speed_, 1);
  text("cycle pause");
  EXPECT_TRUE(player_.paused_);
  text("set pause no");
  EXPECT_FALSE(player_.paused_);
  text("cycle-values speed 1.0 1.5 2");
  EXPECT_EQ(player_.speed_, 1.5);
  text("cycle-values !reverse speed 1.0 1.5 2");
  EXPECT_EQ(player_.speed_, 1);
  EXPECT_EQ(json(R"(["set", "volume", 50])").status, Status::Success);
  EXPECT_EQ(player_.volume_, 50);
  text("add sub-delay -0.1");
  EXPECT_EQ(player_.subtitle_delay_, -100ms);
  text("cycle-values loop-file \"inf\" \"no\"");
  EXPECT_EQ(player_.loop_file_, playback::loop_forever);
  text("cycle-values loop-file \"inf\" \"no\"");
  EXPECT_EQ(player_.loop_file_, 0);
}

TEST_F(InterpreterTest, SetsTheStretchToRepeatStepByStep) {
  player_.position_ = 3s;
  EXPECT_EQ(get("ab-loop-a"), Json("no"));
  EXPECT_EQ(text("ab-loop"), Status::Success);
  player_.position_ = 5s;
  EXPECT_EQ(text("ab-loop"), Status::Success);
  EXPECT_EQ(get("ab-loop-a"), 3.0);
  EXPECT_EQ(get("ab-loop-b"), 5.0);
  EXPECT_EQ(text("ab-loop"), Status::Success);
  EXPECT_EQ(player_.ab_loop_a_, std::nullopt);
  EXPECT_EQ(text("set ab-loop-b 1:00"), Status::Success);
  EXPECT_EQ(player_.ab_loop_b_, 60s);
  EXPECT_EQ(text("set ab-loop-b no"), Status::Success);
  EXPECT_EQ(player_.ab_loop_b_, std::nullopt);
}

TEST_F(InterpreterTest, CountsLoops) {
  EXPECT_EQ(properties_.set("loop-file", 3), Status::Success);
  EXPECT_EQ(player_.loop_file_, 3);
  EXPECT_EQ(get("loop-file"), 3);
  EXPECT_EQ(properties_.set("loop-file", "5"), Status::Success);
  EXPECT_EQ(player_.loop_file_, 5);
  EXPECT_EQ(properties_.set("loop-file", "#"), Status::PropertyFormat);
  EXPECT_EQ(text("cycle loop-file"), Status::Success);
  EXPECT_EQ(player_.loop_file_, 0);
}

TEST_F(InterpreterTest, MovesInThePlaylistAndAmongLines) {
  player_.shown_.clear();
  EXPECT_EQ(text("playlist-move 2 0; playlist-shuffle; playlist-unshuffle"), Status::Success);
  EXPECT_EQ(json(R"(["sub-seek", -1])").status, Status::Success);
  EXPECT_EQ(player_.shown_[0], "<move 2 0>");
  EXPECT_EQ(player_.shown_[1], "<shuffle>");
  EXPECT_EQ(player_.shown_[2], "<unshuffle>");
  EXPECT_EQ(player_.shown_[3], "<line -1>");
}

TEST_F(InterpreterTest, CyclesTracksThroughNone) {
  using media::TrackKind;
  text("cycle audio");
  EXPECT_EQ(player_.selected_[TrackKind::Audio], 2);
  text("cycle audio");
  EXPECT_EQ(player_.selected_[TrackKind::Audio], 0);
  EXPECT_EQ(get("aid"), Json(false));
  text("cycle aid down");
  EXPECT_EQ(player_.selected_[TrackKind::Audio], 2);
  text("cycle sub");
  EXPECT_EQ(player_.selected_[TrackKind::Subtitle], 1);
  text("set sid no");
  EXPECT_EQ(player_.selected_[TrackKind::Subtitle], 0);
}

TEST_F(InterpreterTest, GoesThroughChapters) {
  EXPECT_EQ(get("chapter"), 0);
  text("add chapter 1");
  EXPECT_EQ(player_.position_, 40s);
  EXPECT_EQ(get("chapter"), 1);
  player_.position_ = 50s;
  text("add chapter -1");
  EXPECT_EQ(player_.position_, 40s) << "some of this chapter was seen: back to its start";
  text("add chapter -1");
  EXPECT_EQ(player_.position_, 0s);
  player_.load("b.mkv", playback::Player::LoadMode::Append);
  text("set chapter 2");
  EXPECT_EQ(text("add chapter 1"), Status::Success);
  EXPECT_EQ(player_.position_in_list_, 1) << "past the last chapter the next file plays";
}

TEST_F(InterpreterTest, ShowsWhatMpvShows) {
  text("seek 10");
  text("no-osd seek 10");
  text("add volume 2");
  text("cycle mute");
  text("cycle pause");
  text("multiply speed 1.5");
  text("cycle sub-visibility");
  text("cycle sub-visibility");
  text("osd-msg set pause no");
  EXPECT_THAT(player_.shown_,
              ElementsAre("<bar>", "<gauge Volume 102>", "Mute: yes", "Speed: 1.50", "Subtitles hidden",
                          "Subtitles visible (but no subtitles selected)", "pause: no"));
  player_.shown_.clear();
  json(R"(["add", "volume", 2])");
  EXPECT_THAT(player_.shown_, IsEmpty()) << "clients are silent unless they ask";
}

TEST_F(InterpreterTest, ExpandsTexts) {
  player_.position_ = 61500ms;
  EXPECT_EQ(expanded("${time-pos} / ${duration} (${percent-pos}%) ${=time-pos} ${time-pos/full}"),
            "00:01:01 / 00:01:40 (62%) 61.500000 00:01:01.500");
  EXPECT_EQ(expanded("${nope} ${freshet-swarm} ${freshet-swarm:none} ${volume} ${=volume} ${pause} $$ $} ${"),
            "(error) (unavailable) none 100 100.000000 no $ } ${");
  EXPECT_EQ(expanded("${?pause==no:runs ${filename}}${!pause==no:stands}${?nope:x}${!nope:missing}"),
            "runs a.mkvmissing");
  EXPECT_EQ(expanded("a $>${volume}"), "a ${volume}");
  EXPECT_EQ(expanded("${aid} ${sid} ${chapter} ${speed} ${audio-delay}"), "(1) eng no (2) Middle 1.00 0 ms");
  // Nesting ends somewhere.
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "${!nope:";
  deep += "x" + std::string(1000, '}');
  EXPECT_EQ(expanded(deep), "");
  text("show-text \"${filename} ${nope:?}\"");
  EXPECT_EQ(player_.shown_.back(), "a.mkv ?");
  json(R"(["show-text", "${filename}"])");
  EXPECT_EQ(player_.shown_.back(), "${filename}");
  EXPECT_EQ(json(R"(["expand-text", "${filename}"])").data, "a.mkv");
}

TEST_F(InterpreterTest, LoadsFilesAndTheirOptions) {
  Outcome outcome = json(R"(["loadfile", "b.mkv", "append"])");
  EXPECT_EQ(outcome.data["playlist_entry_id"], 2);
  EXPECT_EQ(player_.path(), "/films/a.mkv");
  outcome = json(R"(["loadfile", "c.mkv", "append", "start=30,pause=yes,volume=20"])");
  EXPECT_EQ(player_.playlist().size(), 3U);
  EXPECT_EQ(text("playlist-play-index 2"), Status::Success);
  EXPECT_EQ(player_.path(), "c.mkv");
  EXPECT_EQ(player_.position_, 30s);
  EXPECT_TRUE(player_.paused_);
  EXPECT_EQ(player_.volume_, 20);
  EXPECT_EQ(text("playlist-prev"), Status::Success);
  EXPECT_EQ(player_.path(), "b.mkv");
  EXPECT_EQ(player_.position_, 0s);
  EXPECT_EQ(text("loadfile d.mkv"), Status::Success);
  EXPECT_EQ(player_.playlist().size(), 1U);
}

TEST_F(InterpreterTest, LoadsLists) {
  std::string name = (std::filesystem::temp_directory_path() / "freshet-list-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(name.data());
  std::ofstream(folder / "list.m3u") << "#EXTM3U\nx.mkv\n/y.mkv\n";
  EXPECT_EQ(json(R"(["loadlist", ")" + (folder / "list.m3u").string() + R"("])").status, Status::Success);
  EXPECT_EQ(player_.playlist().size(), 2U);
  EXPECT_EQ(player_.path(), (folder / "x.mkv").string());
  EXPECT_EQ(json(R"(["loadlist", "/nonexistent"])").status, Status::CommandFailed);
  EXPECT_EQ(json(R"(["loadlist", ")" + folder.string() + R"("])").status, Status::CommandFailed);
  std::filesystem::remove_all(folder);
}

TEST_F(InterpreterTest, RunsTheOtherCommands) {
  EXPECT_EQ(text("frame-step; frame-step; frame-back-step"), Status::Success);
  EXPECT_EQ(player_.steps_, 1);
  EXPECT_EQ(text("sub-add x.srt auto Title en"), Status::Success);
  EXPECT_THAT(player_.subtitles_, ElementsAre("x.srt|auto|Title|en"));
  EXPECT_EQ(text("screenshot-to-file /tmp/x.png video"), Status::Success);
  EXPECT_THAT(player_.screenshots_,
              ElementsAre(std::pair("/tmp/x.png", playback::Player::Screenshot::Video)));
  EXPECT_EQ(text("script-message one two"), Status::Success);
  EXPECT_EQ(text("script-message"), Status::Success);
  EXPECT_THAT(messages_, ElementsAre(ElementsAre("one", "two"), IsEmpty()));
  EXPECT_EQ(text("show-progress"), Status::Success);
  EXPECT_EQ(text("script-binding stats/display-stats"), Status::Success);
  EXPECT_EQ(text("script-binding stats/display-stats-toggle"), Status::Success);
  EXPECT_EQ(text("script-binding other/thing"), Status::CommandFailed);
  EXPECT_EQ(text("stop"), Status::Success);
  EXPECT_EQ(player_.phase(), playback::Phase::Idle);
  EXPECT_EQ(text("quit 7"), Status::Success);
  EXPECT_EQ(player_.exit_code_, 7);
}

TEST_F(InterpreterTest, PressesKeys) {
  EXPECT_EQ(interpreter_.press_key(" "), Status::Success);
  EXPECT_TRUE(player_.paused_);
  EXPECT_EQ(interpreter_.press_key("Shift+RIGHT"), Status::Success);
  EXPECT_EQ(player_.position_, 1s);
  EXPECT_EQ(player_.seek_mode_, SeekMode::Exact);
  EXPECT_EQ(text("keybind a \"set volume 7\""), Status::Success);
  EXPECT_EQ(json(R"(["keypress", "a"])").status, Status::Success);
  EXPECT_EQ(player_.volume_, 7);
  EXPECT_EQ(interpreter_.press_key("F7"), Status::PropertyNotFound);
  // Two keys that press each other end.
  text("keybind b \"keypress c\"");
  text("keybind c \"keypress b\"");
  interpreter_.press_key("b");
}

TEST_F(InterpreterTest, BindsATextThatHoldsProperties) {
  EXPECT_EQ(text("keybind a \"show-text ${volume}\""), Status::Success);
  player_.volume_ = 33;
  interpreter_.press_key("a");
  EXPECT_EQ(player_.shown_.back(), "33") << "expanded when the key is pressed, not when it is bound";
}

TEST_F(InterpreterTest, PropertiesHaveMpvsTypesAndPaths) {
  EXPECT_EQ(get("pause"), Json(false));
  EXPECT_EQ(get("time-pos"), Json(0.0));
  EXPECT_EQ(get("duration"), Json(100.0));
  EXPECT_EQ(get("track-list/0/id"), 1);
  EXPECT_EQ(get("track-list/count"), 4);
  EXPECT_EQ(get("track-list/9/id"), "property not found");
  EXPECT_EQ(get("track-list/1/lang"), "eng");
  EXPECT_EQ(get("current-tracks/video/codec"), "h264");
  EXPECT_EQ(get("playlist/0/filename"), "/films/a.mkv");
  EXPECT_EQ(get("playlist/0/current"), Json(true));
  EXPECT_EQ(get("chapter-list/1/title"), "Middle");
  EXPECT_EQ(get("metadata/title"), "A film");
  EXPECT_EQ(get("filename/no-ext"), "a");
  EXPECT_EQ(get("options/volume"), Json(100.0));
  EXPECT_EQ(get("mpv-version"), "mpv 0.35.0 (freshet 9.9)");
  EXPECT_EQ(get("sid"), Json(false));
  EXPECT_EQ(get("vid"), 1);
  EXPECT_EQ(get("loop-file"), Json(false));
  EXPECT_EQ(get("freshet-swarm"), "property unavailable");
  EXPECT_EQ(get("swarm-stats"), "property unavailable");
  EXPECT_EQ(get("swarm-peers"), "property unavailable");
  EXPECT_EQ(get("nope"), "property not found");
  EXPECT_EQ(get("width"), "property unavailable");
  EXPECT_EQ(properties_.get_text("time-pos"), "0.000000");
  EXPECT_EQ(properties_.get_text("pause"), "no");
  EXPECT_EQ(properties_.get_text("playlist-count"), "1");
  player_.stop(false);
  EXPECT_EQ(get("time-pos"), "property unavailable");
  EXPECT_EQ(get("path"), "property unavailable");
  EXPECT_EQ(get("idle-active"), Json(true));
  EXPECT_EQ(get("aid"), "auto");
  EXPECT_EQ(get("playlist-pos"), -1);
  EXPECT_EQ(get("track-list"), Json::array());
}

TEST_F(InterpreterTest, EveryPropertyCanBeReadAnyTime) {
  media::VideoFrame frame;
  frame.width = 720;
  frame.height = 576;
  frame.sample_aspect = {16, 15};
  frame.rotation = 90;
  frame.format_name = "yuv420p";
  for (int round = 0; round < 3; ++round) {
    if (round == 1) {
      player_.frame_ = std::make_shared<media::VideoFrame>(frame);
      player_.swarm_ = streaming::SwarmStats{};
      player_.swarm_->blocks.requested.blocks = 5;
      player_.peers_.resize(2);
      player_.peers_[1].address = "192.0.2.1:6881";
    }
    if (round == 2) player_.stop(false);
    for (const std::string_view name : properties_.names()) {
      const auto value = properties_.get(name);
      if (!value) {
        EXPECT_EQ(value.error(), Status::PropertyUnavailable) << name;
      }
      EXPECT_EQ(properties_.get_display(name).has_value(), value.has_value()) << name;
      EXPECT_EQ(properties_.get_text(name).has_value(), value.has_value()) << name;
    }
    if (round == 1) {
      EXPECT_EQ(get("demuxer-cache-state/eof-cached"), Json(false));
      player_.cache_eof_ = true;  // a track that ends before the duration
      EXPECT_EQ(get("demuxer-cache-state/eof-cached"), Json(true));
      EXPECT_EQ(get("swarm-stats/blocks/requested"), 5);
      EXPECT_EQ(get("swarm-stats/pieces/in-flight"), 0);
      EXPECT_EQ(get("swarm-peers/1/address"), "192.0.2.1:6881");
      EXPECT_EQ(get("dwidth"), 576);
      EXPECT_EQ(get("dheight"), 768);
      EXPECT_EQ(get("video-params/w"), 720);
    }
  }
}

TEST_F(InterpreterTest, SettingChecksTypesAsMpvDoes) {
  EXPECT_EQ(properties_.set("volume", 50), Status::Success);
  EXPECT_EQ(properties_.set("volume", "40"), Status::Success);
  EXPECT_EQ(properties_.set("volume", "abc"), Status::PropertyFormat);
  EXPECT_EQ(properties_.set("volume", 5000), Status::PropertyFormat);
  EXPECT_EQ(properties_.set("volume", true), Status::PropertyFailed);
  EXPECT_EQ(properties_.set("pause", "yes"), Status::Success);
  EXPECT_EQ(properties_.set("pause", 1), Status::PropertyFailed);
  EXPECT_EQ(properties_.set("nope", 1), Status::PropertyNotFound);
  EXPECT_EQ(properties_.set("duration", 1), Status::PropertyFailed);
  EXPECT_EQ(properties_.set("track-list/0/id", 1), Status::PropertyFailed);
  EXPECT_EQ(properties_.set("aid", false), Status::Success);
  EXPECT_EQ(properties_.set("aid", "auto"), Status::Success);
  EXPECT_EQ(properties_.set("aid", -1), Status::PropertyFormat);
  EXPECT_EQ(properties_.set("time-pos", 12.5), Status::Success);
  EXPECT_EQ(player_.position_, 12500ms);
  EXPECT_EQ(properties_.set("time-pos", "1:00"), Status::Success);
  EXPECT_EQ(properties_.set("time-pos", Json(std::nan(""))), Status::PropertyFormat);
  EXPECT_EQ(properties_.set("percent-pos", 50), Status::Success);
  EXPECT_EQ(player_.position_, 50s);
  EXPECT_EQ(properties_.set("playlist-pos", 7), Status::PropertyFailed);
  EXPECT_EQ(properties_.set("chapter", 1), Status::Success);
  EXPECT_EQ(properties_.set("metadata", Json::object()), Status::PropertyFailed);
  EXPECT_EQ(properties_.set("loop-file", true), Status::Success);
}

TEST_F(InterpreterTest, ListsItsCommands) {
  const Json list = Interpreter::command_list();
  std::vector<std::string> names;
  for (const Json& row : list) names.push_back(row["name"]);
  for (const char* name : {"loadfile",
                           "loadlist",
                           "seek",
                           "quit",
                           "stop",
                           "playlist-next",
                           "playlist-prev",
                           "playlist-clear",
                           "playlist-remove",
                           "playlist-play-index",
                           "set",
                           "add",
                           "multiply",
                           "cycle",
                           "cycle-values",
                           "show-text",
                           "show-progress",
                           "frame-step",
                           "frame-back-step",
                           "sub-add",
                           "keybind",
                           "keypress",
                           "script-message",
                           "script-binding",
                           "screenshot",
                           "screenshot-to-file",
                           "print-text",
                           "expand-text"}) {
    EXPECT_THAT(names, Contains(name));
  }
}

}  // namespace
}  // namespace freshet::control
