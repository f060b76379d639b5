// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/event_log.h"

#include <csignal>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace freshet::control {
namespace {

using namespace std::chrono_literals;

class EventLogTest : public ::testing::Test {
 protected:
  EventLogTest() {
    std::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(::pipe2(pipe_, O_CLOEXEC), 0);
  }
  ~EventLogTest() override {
    close_end(0);
    close_end(1);
  }
  void close_end(int end) {
    if (pipe_[end] >= 0) ::close(pipe_[end]);
    pipe_[end] = -1;
  }
  // Everything written so far; closes the writing end.
  std::string written() {
    close_end(1);
    std::string text;
    char buffer[4096];
    while (const ssize_t count = ::read(pipe_[0], buffer, sizeof buffer)) {
      if (count < 0) break;
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }
  int pipe_[2] = {-1, -1};
  const MonotonicTime start_ = MonotonicTime{} + 1h;
  MonotonicTime now_ = start_ + 1234567us;
  EventLog::Now clock_ = [this] { return now_; };
};

TEST_F(EventLogTest, LinesBeginWithEventAndTimeInMicroseconds) {
  EventLog log(pipe_[1], start_, clock_);
  log.first_frame(83ms);
  log.eof();
  log.exit(0);
  EXPECT_EQ(written(),
            "{\"event\":\"first_frame\",\"t\":1.234567,\"pts\":0.083000}\n"
            "{\"event\":\"eof\",\"t\":1.234567}\n"
            "{\"event\":\"exit\",\"t\":1.234567,\"code\":0}\n");
}

TEST_F(EventLogTest, TimeNeverStepsBack) {
  EventLog log(pipe_[1], start_, clock_);
  log.eof();
  now_ -= 1s;
  log.eof();
  EXPECT_EQ(written(), "{\"event\":\"eof\",\"t\":1.234567}\n{\"event\":\"eof\",\"t\":1.234567}\n");
}

TEST_F(EventLogTest, ProgressHasEveryPromisedField) {
  EventLog log(pipe_[1], start_, clock_);
  streaming::SwarmStats swarm;
  swarm.peers = 3;
  swarm.down_rate = Bytes{1000};
  swarm.up_rate = Bytes{20};
  swarm.bytes_down = Bytes{300000};
  swarm.bytes_wasted = Bytes{4};
  swarm.bytes_failed = Bytes{3};
  swarm.bytes_redundant = Bytes{1};
  swarm.bytes_useful = Bytes{299000};
  swarm.blocks.requested.blocks = 12;
  swarm.pieces.in_flight = 2;
  log.progress(
      {.position = 2500ms, .duration = 20s, .buffered_until = 5s, .swarm = swarm, .dropped_frames = 7});
  log.progress({});
  std::istringstream lines(written());
  std::string line;
  std::getline(lines, line);
  auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["event"], "progress");
  EXPECT_EQ(json["pos"], 2.5);
  EXPECT_EQ(json["duration"], 20.0);
  EXPECT_EQ(json["buffered_until"], 5.0);
  EXPECT_EQ(json["down_rate"], 1000);
  EXPECT_EQ(json["up_rate"], 20);
  EXPECT_EQ(json["peers"], 3);
  EXPECT_EQ(json["bytes_down"], 300000);
  EXPECT_EQ(json["bytes_wasted"], 4);
  EXPECT_EQ(json["bytes_failed"], 3);
  EXPECT_EQ(json["bytes_redundant"], 1);
  EXPECT_EQ(json["bytes_useful"], 299000);
  EXPECT_EQ(json["blocks"]["requested"], 12);
  EXPECT_EQ(json["pieces"]["in_flight"], 2);
  EXPECT_EQ(json["dropped_frames"], 7);
  std::getline(lines, line);
  json = nlohmann::json::parse(line);
  EXPECT_TRUE(json["duration"].is_null());
  EXPECT_EQ(json["peers"], 0);
}

TEST_F(EventLogTest, PeersAreToldTheBestFirstAndNotAllOfACrowd) {
  EventLog log(pipe_[1], start_, clock_);
  std::vector<streaming::PeerStats> peers(EventLog::most_peers + 5);
  peers[0].address = "192.0.2.1:6881";
  peers[0].client = "broken \xFF name";
  peers[0].state = streaming::PeerState::Slow;
  peers[0].round_trip = std::chrono::milliseconds(25);
  peers[0].blocks.received.blocks = 7;
  streaming::SwarmStats stats;
  stats.peers = static_cast<int>(peers.size());
  log.peers(stats, peers);
  const auto json = nlohmann::json::parse(written());
  EXPECT_EQ(json["peers"], peers.size());
  ASSERT_EQ(json["list"].size(), EventLog::most_peers);
  const auto& best = json["list"][0];
  EXPECT_EQ(best["address"], "192.0.2.1:6881");
  EXPECT_EQ(best["state"], "slow");
  EXPECT_EQ(best["origin"], "unknown");
  EXPECT_EQ(best["round_trip"], 0.025);
  EXPECT_EQ(best["blocks"]["received"], 7);
}

TEST_F(EventLogTest, PhasesLeaveOutWhatThereWasNot) {
  EventLog log(pipe_[1], start_, clock_);
  log.phases(start_ + 500ms,
             {.peers = 100ms, .metadata = 0ms, .header = 20ms, .first_gop = 30ms, .decode = 4ms});
  log.phases(start_, {.peers = {}, .metadata = {}, .header = 20ms, .first_gop = 30ms, .decode = 4ms});
  std::istringstream lines(written());
  std::string line;
  std::getline(lines, line);
  auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["event"], "phases");
  EXPECT_EQ(json["begin"], 0.5);
  EXPECT_EQ(json["peers"], 0.1);
  EXPECT_EQ(json["metadata"], 0.0);
  std::getline(lines, line);
  json = nlohmann::json::parse(line);
  EXPECT_FALSE(json.contains("peers") || json.contains("metadata"));
  EXPECT_EQ(json["decode"], 0.004);
}

TEST_F(EventLogTest, EveryEventIsOneValidLine) {
  EventLog log(pipe_[1], start_, clock_);
  log.source("a \"quoted\"\nname \xFF", "file");
  streaming::TorrentMetadata metadata;
  metadata.name = "n";
  metadata.infohash_v1 = "aa";
  metadata.files = {{.index = FileIndex{0}, .path = "d/a.mkv", .size = Bytes{5}}};
  log.metadata(metadata);
  log.peers({}, {});
  media::MediaInfo media;
  media.duration = 20s;
  media::Track video;
  video.codec = "h264";
  video.width = 640;
  media::Track audio;
  audio.kind = media::TrackKind::Audio;
  audio.language = "eng";
  media.tracks = {video, audio};
  media.skipped = {"a codec"};
  log.open({.file = "a.mkv", .index = FileIndex{0}, .size = Bytes{5}, .media = media});
  log.first_frame(0s);
  log.stall_begin(1s, "no peers");
  log.stall_end(1s, 500ms);
  log.seek(7s, media::SeekMode::Exact);
  log.seek_done(7s, 7s);
  log.seek_cancelled(7s);
  log.progress({});
  log.eof();
  log.error({ErrorCategory::Network, "no-peers", "No peer was found", "Try again"});
  log.warning({ErrorCategory::Source, "v2-only", "Careful", ""});
  log.seeding("magnet:?xt=x", 6881);
  log.exit(3);
  std::istringstream lines(written());
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << line;
    ASSERT_EQ(json["t"], 1.234567);
    names.push_back(json["event"]);
    if (names.back() == "source") {
      EXPECT_EQ(json["source"], "a \"quoted\"\nname \xEF\xBF\xBD");
    }
    if (names.back() == "metadata") {
      EXPECT_EQ(json["files"][0]["path"], "d/a.mkv");
    }
    if (names.back() == "open") {
      EXPECT_EQ(json["streams"][1]["language"], "eng");
      EXPECT_EQ(json["streams"][0]["width"], 640);
      EXPECT_EQ(json["file"], "a.mkv");
      EXPECT_EQ(json["duration"], 20.0);
    }
    if (names.back() == "seek") {
      EXPECT_EQ(json["target"], 7.0);
    }
    if (names.back() == "error") {
      EXPECT_EQ(json["code"], "no-peers");
    }
  }
  EXPECT_THAT(names, ::testing::ElementsAre("source", "metadata", "peers", "open", "first_frame",
                                            "stall_begin", "stall_end", "seek", "seek_done", "seek_cancelled",
                                            "progress", "eof", "error", "warning", "seeding", "exit"));
}

TEST_F(EventLogTest, LinesOfSeveralThreadsNeverMix) {
  EventLog log(pipe_[1], start_, clock_);
  std::string text;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&log] {
        for (int n = 0; n < 100; ++n) log.source(std::string(50, 'x'), std::to_string(n));
      });
    }
  }
  std::istringstream lines(written());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    ASSERT_TRUE(nlohmann::json::accept(line)) << line;
  EXPECT_EQ(count, 400);
}

TEST_F(EventLogTest, FallsSilentWhenTheReaderIsGone) {
  EventLog log(pipe_[1], start_, clock_);
  close_end(0);
  log.eof();
  log.exit(0);  // neither a signal nor an exception
}

}  // namespace
}  // namespace freshet::control
