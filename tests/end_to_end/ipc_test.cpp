// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The control socket as mpv's scripts use it: with socat, and with a client that others wrote for mpv.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/support/freshet.h"
#include "tests/end_to_end/support/ipc_client.h"
#include "tests/end_to_end/support/seeders.h"

namespace freshet::end_to_end {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

TEST(Socat, SteersAndAsksAsInMpvsManual) {
  const Home home;
  const auto socket = home / "ipc";
  test::Process player(
      home.real_time({"--idle", "--input-ipc-server=" + socket.string(), "--pause", media("film.mkv")}));
  ASSERT_TRUE(wait_for_event(player, "first_frame")) << player.text(test::Stream::Errors);
  const auto say = [&](const std::string& line) {
    return test::run({.arguments = {"socat", "-t", "2", "-", "UNIX-CONNECT:" + socket.string()},
                      .input = line + "\n"},
                     20s)
        .output;
  };
  EXPECT_THAT(say(R"({ "command": ["get_property", "pause"] })"), HasSubstr(R"("data":true)"));
  EXPECT_THAT(say(R"({ "command": ["get_property", "volume"], "request_id": 100 })"),
              HasSubstr(R"("request_id":100)"));
  EXPECT_THAT(say(R"({ "command": ["no-such-command"] })"), HasSubstr(R"("error":"invalid parameter")"));
  EXPECT_THAT(say("this is no JSON {"), testing::AnyOf(HasSubstr("error"), testing::IsEmpty()));
  // A line that is no JSON is a command as in input.conf, without a reply.
  say("set volume 33");
  EXPECT_THAT(say(R"({ "command": ["get_property", "volume"] })"), HasSubstr("33"));
  say(R"({ "command": ["quit", 9] })");
  const auto status = player.wait(patience);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 9);
}

TEST(ShowText, IsSeenOnTheTerminalWhereThereIsNoWindow) {
  const Home home;
  const auto socket = home / "ipc";
  test::Process player(
      home.real_time({"--input-ipc-server=" + socket.string(), "--pause", media("film.mkv")}));
  ASSERT_TRUE(wait_for_event(player, "first_frame")) << player.text(test::Stream::Errors);
  IpcClient client(socket, player);
  client.command(Json::array({"show-text", "seen without a window"}));
  EXPECT_TRUE(player.wait_for_line(
      test::Stream::Errors,
      [](std::string_view line) { return line.find("seen without a window") != std::string_view::npos; },
      patience));
}

TEST(NodeMpv, AScriptWrittenForMpvRunsUnchanged) {
  const char* const modules = std::getenv("FRESHET_NODE_MODULES");
  ASSERT_NE(modules, nullptr);
  if (!std::filesystem::exists(std::filesystem::path(modules) / "node-mpv"))
    GTEST_SKIP() << "node-mpv is not in " << modules << ": run ./dev test, with npm installed";
  const Home home;
  auto command = home.command({});
  command.arguments = {"node",
                       std::getenv("FRESHET_NODE_SCRIPT"),
                       program(),
                       (home / "ipc").string(),
                       media("film.mkv"),
                       media("short.mp4")};
  command.environment["NODE_PATH"] = modules;
  const auto result = test::run(command, patience);
  EXPECT_EQ(result.status.code, 0) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("ok quit"));
}

class Ipc : public testing::Test {
 protected:
  void start(const Arguments& arguments) {
    player_.emplace(home_.real_time(Arguments{"--input-ipc-server=" + (home_ / "ipc").string()} + arguments));
    ipc_.emplace(home_ / "ipc", *player_);
  }
  Home home_;
  std::optional<test::Process> player_;
  std::optional<IpcClient> ipc_;
};

TEST_F(Ipc, TellsTheEventsOfAFileInMpvsOrder) {
  start({"--idle"});
  ASSERT_EQ(ipc_->command({"loadfile", media("short.mp4")})["error"], "success");
  std::vector<std::string> names;
  while (names.empty() || names.back() != "end-file") {
    const auto event = ipc_->next_event();
    names.push_back(event["event"]);
    if (names.back() == "end-file") {
      EXPECT_EQ(event["reason"], "eof");
    }
  }
  const auto at = [&](const char* name) { return std::ranges::find(names, name) - names.begin(); };
  EXPECT_LT(at("start-file"), at("file-loaded"));
  EXPECT_LT(at("file-loaded"), at("playback-restart"));
  EXPECT_LT(at("playback-restart"), at("end-file"));
  ipc_->wait_event("idle");
  EXPECT_EQ(ipc_->property("idle-active"), true);
  ipc_->command({"quit"});
  EXPECT_EQ(player_->wait(patience)->code, 0);
}

TEST_F(Ipc, ReportsObservedPropertiesWhenTheyChange) {
  start({"--pause", media("film.mkv")});
  ipc_->command({"observe_property", 7, "pause"});
  EXPECT_EQ(ipc_->wait_event("property-change", [](const Json& event) { return event["id"] == 7; })["data"],
            true);
  ipc_->command({"set_property", "pause", false});
  EXPECT_EQ(ipc_->wait_event("property-change", [](const Json& event) { return event["id"] == 7; })["data"],
            false);
  ipc_->command({"unobserve_property", 7});
  ipc_->command({"cycle", "pause"});
  EXPECT_EQ(ipc_->property("pause"), true);
}

TEST_F(Ipc, AnswersForEveryPropertyItLists) {
  // Loaded by this client, so that it cannot miss the event it waits for.
  start({"--pause", "--idle"});
  ASSERT_EQ(ipc_->command({"loadfile", media("film.mkv")})["error"], "success");
  ipc_->wait_event("playback-restart");
  const auto names = ipc_->property("property-list");
  ASSERT_TRUE(names.is_array());
  ASSERT_GT(names.size(), 30u);
  for (const auto& name : names) {
    const auto reply = ipc_->command({"get_property", name});
    EXPECT_THAT(reply["error"].get<std::string>(), testing::AnyOf("success", "property unavailable")) << name;
  }
  for (const char* name : {"path",
                           "time-remaining",
                           "playback-time",
                           "seeking",
                           "core-idle",
                           "idle-active",
                           "playlist-pos",
                           "playlist-count",
                           "cache-buffering-state",
                           "track-list/0/id",
                           "time-pos",
                           "duration",
                           "percent-pos",
                           "pause",
                           "speed",
                           "volume",
                           "mute",
                           "aid",
                           "sid",
                           "track-list",
                           "chapter-list",
                           "playlist",
                           "filename",
                           "media-title",
                           "demuxer-cache-time",
                           "demuxer-cache-state",
                           "paused-for-cache",
                           "eof-reached",
                           "frame-drop-count",
                           "mpv-version",
                           "command-list"})
    EXPECT_EQ(ipc_->command({"get_property", name})["error"], "success") << name;
}

TEST_F(Ipc, TakesManyClientsAtOnce) {
  start({"--pause", media("film.mkv")});
  IpcClient second(home_ / "ipc", *player_);
  EXPECT_NE(ipc_->command({"client_name"})["data"], second.command({"client_name"})["data"]);
  second.command({"script-message", "hello", "world"});
  const auto message = ipc_->wait_event("client-message");
  EXPECT_EQ(message["args"], Json({"hello", "world"}));
}

TEST_F(Ipc, WritesAScreenshotOfTheFrame) {
  start({"--pause", "--idle"});
  ASSERT_EQ(ipc_->command({"loadfile", media("film.mkv")})["error"], "success");
  ipc_->wait_event("playback-restart");
  const auto picture = home_ / "shot.png";
  ASSERT_EQ(ipc_->command({"screenshot-to-file", picture.string(), "video"})["error"], "success");
  const auto size = test::run({.arguments = {"identify", "-format", "%wx%h", picture.string()}}, 20s);
  EXPECT_EQ(size.output, "320x180");
}

TEST_F(Ipc, OutlivesHostileClients) {
  start({"--pause", media("film.mkv")});
  {
    IpcClient rude(home_ / "ipc", *player_);
    EXPECT_FALSE(rude.send_line(std::string(3'000'000, '['))) << "a line without end is not read to its end";
  }
  // Whether it hangs up on these is its own business.
  {
    IpcClient rude(home_ / "ipc", *player_);
    for (const char* line :
         {R"({"command":[]})", R"({"command":{}})", R"({"command":[{"a":[]}]})", "\x01\xff\xfe", "{",
          R"({"command":["seek","NaN"]})", R"({"command":["set_property","speed",1e999]})"})
      rude.send_line(line);
  }
  EXPECT_EQ(ipc_->property("pause"), true);
}

}  // namespace
}  // namespace freshet::end_to_end
