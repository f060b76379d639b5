// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The expected lines are what mpv 0.35.1 answers to the same requests.
#include "player/control/client_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "player/control/interpreter.h"
#include "tests/player/control/simple_player.h"

namespace freshet::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class ClientHubTest : public ::testing::Test {
 protected:
  ClientHubTest() {
    player_.load("/films/a.mkv", playback::Player::LoadMode::Replace);
    player_.flush();
    connect(0);
  }
  void connect(int id) {
    hub_.connect(id, [this, id](std::string line) { lines_[id].push_back(std::move(line)); });
  }
  // What client 0 is sent on `line`, newlines taken off.
  std::vector<std::string> told(std::string_view line) {
    lines_[0].clear();
    hub_.handle_line(0, line);
    player_.flush();
    return take(0);
  }
  std::vector<std::string> take(int id) {
    std::vector<std::string> result = std::move(lines_[id]);
    lines_[id].clear();
    for (std::string& line : result) {
      EXPECT_TRUE(line.ends_with('\n'));
      line.pop_back();
    }
    return result;
  }

  SimplePlayer player_;
  Bindings bindings_;
  Properties properties_{
      {.player = player_, .program = {.version = "1", .ipc_server = "/s", .bindings = {}, .commands = {}}}};
  ClientHub hub_{properties_,
                 {.run = [this](const Command& command) { return interpreter_.run(command); },
                  .run_text = [this](std::string_view text) { interpreter_.run_text(text); }}};
  Interpreter interpreter_{
      properties_,
      bindings_,
      {.broadcast = [this](const auto& arguments) { hub_.broadcast(arguments); },
       .send_to = [this](const auto& name, const auto& arguments) { return hub_.send_to(name, arguments); },
       .print = {}}};
  std::map<int, std::vector<std::string>> lines_;
};

TEST_F(ClientHubTest, AnswersAsMpvDoes) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"command":["get_property","pause"]})", R"({"data":false,"request_id":0,"error":"success"})"},
      {R"({"command":["get_property","nope"]})", R"({"request_id":0,"error":"property not found"})"},
      {R"({"command":["get_property","width"]})", R"({"request_id":0,"error":"property unavailable"})"},
      {R"({"command":["get_property","volume"],"request_id":7})",
       R"({"data":100.000000,"request_id":7,"error":"success"})"},
      {R"({"command":["get_property_string","volume"],"request_id":"abc"})",
       R"({"data":"100.000000","request_id":"abc","error":"success"})"},
      {R"({"command":["get_property","pause"],"request_id":1.5})",
       R"({"data":false,"request_id":1.500000,"error":"success"})"},
      {R"({"command":["get_property","pause"],"request_id":null})",
       R"({"data":false,"request_id":null,"error":"success"})"},
      {R"({"command":["get_property","pause"],"request_id":{"a":1}})",
       R"({"data":false,"request_id":{"a":1},"error":"success"})"},
      {R"({"command":["set_property","volume",50]})", R"({"request_id":0,"error":"success"})"},
      {R"({"command":["set_property","volume","abc"]})",
       R"({"request_id":0,"error":"unsupported format for accessing property"})"},
      {R"({"command":["set_property","pause",1]})", R"({"request_id":0,"error":"error accessing property"})"},
      {R"({"command":["set_property","nope",1]})", R"({"request_id":0,"error":"property not found"})"},
      {R"({"command":["set_property","duration",1]})",
       R"({"request_id":0,"error":"error accessing property"})"},
      {R"({"command":["nocmd"]})", R"({"request_id":0,"error":"invalid parameter"})"},
      {R"({"command":["seek"]})", R"({"request_id":0,"error":"invalid parameter"})"},
      {R"({"command":["add","nope",1]})", R"({"request_id":0,"error":"error running command"})"},
      {R"({"command":["show-text","x"]})", R"({"data":null,"request_id":0,"error":"success"})"},
      {R"({"command":["client_name"]})", R"({"data":"ipc_0","request_id":0,"error":"success"})"},
      {R"({"command":["get_version"]})", R"({"data":131072,"request_id":0,"error":"success"})"},
      {R"({"command":["observe_property","x","pause"]})", R"({"request_id":0,"error":"invalid parameter"})"},
      {R"({"command":["observe_property",1]})", R"({"request_id":0,"error":"invalid parameter"})"},
      {R"({"command":["unobserve_property",77]})", R"({"request_id":0,"error":"success"})"},
      {R"({"command":["unobserve_property","a"]})", R"({"request_id":0,"error":"invalid parameter"})"},
      {R"({"command":["get_property"]})", R"({"request_id":0,"error":"invalid parameter"})"},
      {R"({"command":["get_property",1]})", R"({"request_id":0,"error":"invalid parameter"})"},
      {R"({"command":["request_log_messages","info"]})", R"({"request_id":0,"error":"success"})"},
      {R"({"command":["request_log_messages","bogus"]})", R"({"request_id":0,"error":"invalid parameter"})"},
      {R"({"command":["enable_event","nope"]})", R"({"request_id":0,"error":"invalid parameter"})"},
      {R"({"command":["get_property","pause"],"async":true})",
       R"({"data":false,"request_id":0,"error":"success"})"},
      {R"({"command":["get_property","pause"],"request_id":3,"async":"bad"})",
       R"({"request_id":0,"error":"invalid parameter"})"},
      {R"({"command":"get_property volume"})", R"({"request_id":0,"error":"invalid parameter"})"},
      {R"({"command":[]})", R"({"request_id":0,"error":"invalid parameter"})"},
      {R"({"command":5})", R"({"request_id":0,"error":"invalid parameter"})"},
      {"{}", R"({"request_id":0,"error":"invalid parameter"})"},
      {"{bad json", R"({"request_id":0,"error":"invalid parameter"})"},
  };
  for (const auto& [request, reply] : cases)
    EXPECT_THAT(told(request), ElementsAre(std::string(reply))) << request;
}

TEST_F(ClientHubTest, RunsTextLinesWithoutAReply) {
  EXPECT_THAT(told("set volume 12"), IsEmpty());
  EXPECT_EQ(player_.volume_, 12);
  EXPECT_THAT(told("# nothing"), IsEmpty());
  EXPECT_THAT(told(""), IsEmpty());
  EXPECT_THAT(told("nonsense"), IsEmpty());
  EXPECT_THAT(told("show-text ${volume}"), IsEmpty());
  EXPECT_EQ(player_.shown_.back(), "12");
}

TEST_F(ClientHubTest, TellsObservedPropertiesOnceAndThenOnChange) {
  EXPECT_THAT(told(R"({"command":["observe_property",1,"volume"]})"),
              ElementsAre(R"({"request_id":0,"error":"success"})",
                          R"({"event":"property-change","id":1,"name":"volume","data":100.000000})"));
  EXPECT_THAT(told(R"({"command":["observe_property_string",2,"volume"]})"),
              ElementsAre(R"({"request_id":0,"error":"success"})",
                          R"({"event":"property-change","id":2,"name":"volume","data":"100.000000"})"));
  EXPECT_THAT(told(R"({"command":["observe_property",3,"nonexist"]})"),
              ElementsAre(R"({"request_id":0,"error":"success"})",
                          R"({"event":"property-change","id":3,"name":"nonexist"})"));
  EXPECT_THAT(told(R"({"command":["set_property","volume",51]})"),
              ElementsAre(R"({"request_id":0,"error":"success"})",
                          R"({"event":"property-change","id":1,"name":"volume","data":51.000000})",
                          R"({"event":"property-change","id":2,"name":"volume","data":"51.000000"})"));
  // The same value again, and a change of something else, tell nothing.
  EXPECT_THAT(told(R"({"command":["set_property","volume",51]})"),
              ElementsAre(R"({"request_id":0,"error":"success"})"));
  EXPECT_THAT(told(R"({"command":["set_property","speed",2]})"),
              ElementsAre(R"({"request_id":0,"error":"success"})"));
  told(R"({"command":["unobserve_property",1]})");
  EXPECT_THAT(told(R"({"command":["set_property","volume",52]})"),
              ElementsAre(R"({"request_id":0,"error":"success"})",
                          R"({"event":"property-change","id":2,"name":"volume","data":"52.000000"})"));
}

TEST_F(ClientHubTest, SeveralChangesInOneTurnAreToldOnce) {
  told(R"({"command":["observe_property",1,"volume"]})");
  player_.set_volume(10);
  player_.set_volume(20);
  player_.flush();
  EXPECT_THAT(take(0), ElementsAre(R"({"event":"property-change","id":1,"name":"volume","data":20.000000})"));
}

TEST_F(ClientHubTest, TellsWhatHappensToFiles) {
  EXPECT_THAT(told(R"({"command":["loadfile","b.mkv"]})"),
              ElementsAre(R"({"event":"end-file","reason":"stop","playlist_entry_id":1})",
                          R"({"event":"start-file","playlist_entry_id":2})", R"({"event":"file-loaded"})",
                          R"({"event":"playback-restart"})",
                          R"({"data":{"playlist_entry_id":2},"request_id":0,"error":"success"})"));
  EXPECT_THAT(told(R"({"command":["seek",5,"absolute"],"request_id":4})"),
              ElementsAre(R"({"event":"seek"})", R"({"event":"playback-restart"})",
                          R"({"data":null,"request_id":4,"error":"success"})"));
  player_.emit({.kind = playback::PlayerEvent::Kind::EndFile,
                .entry_id = 2,
                .reason = playback::EndReason::Error,
                .error = Error{ErrorCategory::Network, "no-peers", "No peer was found", ""}});
  EXPECT_THAT(take(0), ElementsAre(R"({"event":"end-file","reason":"error","playlist_entry_id":2,)"
                                   R"("file_error":"loading failed","freshet_code":"no-peers",)"
                                   R"("freshet_message":"No peer was found"})"));
  player_.stop(false);
  EXPECT_THAT(take(0), ElementsAre(R"({"event":"end-file","reason":"stop","playlist_entry_id":2})",
                                   R"({"event":"idle"})"));
  player_.quit(0);
  EXPECT_THAT(take(0), ElementsAre(R"({"event":"shutdown"})"));
}

TEST_F(ClientHubTest, CarriesMessagesBetweenClients) {
  connect(1);
  hub_.handle_line(0, R"({"command":["script-message","hello","you"]})");
  const std::string message = R"({"event":"client-message","args":["hello","you"]})";
  EXPECT_THAT(take(1), ElementsAre(message));
  EXPECT_THAT(take(0), ElementsAre(message, R"({"data":null,"request_id":0,"error":"success"})"));
  hub_.handle_line(0, R"({"command":["script-message-to","ipc_1","x"]})");
  EXPECT_THAT(take(1), ElementsAre(R"({"event":"client-message","args":["x"]})"));
  EXPECT_EQ(take(0).size(), 1U);
}

TEST_F(ClientHubTest, LeavesOutEventsThatWereDisabled) {
  told(R"({"command":["disable_event","all"]})");
  EXPECT_THAT(told(R"({"command":["loadfile","b.mkv"]})").size(), 1U);
  told(R"({"command":["enable_event","seek"]})");
  EXPECT_THAT(told(R"({"command":["seek",5]})"),
              ElementsAre(R"({"event":"seek"})", R"({"data":null,"request_id":0,"error":"success"})"));
}

TEST_F(ClientHubTest, BoundsWhatOneClientObserves) {
  for (std::size_t i = 0; i < max_observations; ++i) {
    hub_.handle_line(0, R"({"command":["observe_property",1,"volume"]})");
  }
  EXPECT_THAT(told(R"({"command":["observe_property",1,"volume"]})"),
              ElementsAre(R"({"request_id":0,"error":"error running command"})"));
}

TEST_F(ClientHubTest, ForgetsAClientThatIsGone) {
  told(R"({"command":["observe_property",1,"volume"]})");
  hub_.disconnect(0);
  player_.set_volume(3);
  player_.flush();
  hub_.handle_line(0, R"({"command":["client_name"]})");
  EXPECT_THAT(take(0), IsEmpty());
}

}  // namespace
}  // namespace freshet::control
