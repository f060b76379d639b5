// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/trace.h"

#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/swarm/lying_peer.h"
#include "tests/support/swarm/swarm.h"

namespace freshet::test {
namespace {

using nlohmann::json;
using streaming::Block;
using streaming::BlockCounts;
using streaming::Trace;
using namespace std::chrono_literals;

json parsed(const std::filesystem::path& path) {
  std::ifstream file(path);
  return json::parse(file);
}

// Numbers of events by what they tell.
struct Sums {
  std::int64_t slices = 0, received = 0, late = 0, duplicate = 0, cancelled = 0, rejected = 0,
               outstanding = 0;
  std::int64_t after_cancel = 0, unasked = 0, pieces = 0, failed_pieces = 0;

  explicit Sums(const json& trace) {
    for (const auto& event : trace.at("traceEvents")) {
      const std::string name = event.at("name");
      if (event.at("ph") == "X") {
        const auto& args = event.at("args");
        ++slices;
        EXPECT_GE(event.at("dur").get<double>(), 0);
        EXPECT_EQ(name, std::to_string(args.at("piece").get<int>()) + "." +
                            std::to_string(args.at("block").get<int>()));
        const std::string outcome = args.at("outcome");
        received += outcome == "received" ? 1 : 0;
        rejected += outcome == "rejected" ? 1 : 0;
        outstanding += outcome == "outstanding" ? 1 : 0;
        cancelled += args.at("cancelled") == true ? 1 : 0;
        late += args.at("late") == true ? 1 : 0;
        duplicate += args.at("duplicate") == true ? 1 : 0;
      } else if (event.at("ph") == "i") {
        after_cancel += name == "after cancel" ? 1 : 0;
        unasked += name == "unasked" ? 1 : 0;
        if (name == "after cancel" || name == "unasked")
          duplicate += event.at("args").at("duplicate") == true ? 1 : 0;
        pieces += name == "piece verified" ? 1 : 0;
        failed_pieces += name == "piece failed" ? 1 : 0;
      }
    }
  }
};

void expect_same(const Sums& sums, const streaming::SwarmStats& stats) {
  const auto& blocks = stats.blocks;
  EXPECT_EQ(sums.slices, blocks.requested.blocks);
  EXPECT_EQ(sums.received + sums.after_cancel, blocks.answered.blocks);
  EXPECT_EQ(sums.unasked, blocks.unasked.blocks);
  EXPECT_EQ(sums.cancelled - sums.after_cancel, blocks.cancelled.blocks);
  EXPECT_EQ(sums.rejected, blocks.rejected.blocks);
  EXPECT_EQ(sums.outstanding, blocks.outstanding.blocks);
  EXPECT_EQ(sums.late, blocks.late.blocks);
  EXPECT_EQ(sums.duplicate, blocks.duplicate.blocks);
  EXPECT_EQ(sums.failed_pieces, stats.pieces.failed);
}

TEST(Trace, TellsWhatBecameOfEachBlock) {
  const TemporaryFolder folder;
  auto trace = Trace::create(folder / "trace.json", std::chrono::steady_clock::now());
  ASSERT_TRUE(trace);
  const auto peer = Trace::track(1, 7);
  (*trace)->name_peer(peer, "192.0.2.1:6881 \"odd\\\n\xFF name");
  (*trace)->unchoked(peer);
  (*trace)->requested(peer, {3, 0}, std::chrono::steady_clock::now() + 1s);
  (*trace)->requested(peer, {3, 1}, MonotonicTime::max());
  (*trace)->requested(peer, {3, 2}, MonotonicTime::max());
  (*trace)->came(peer, {3, 0}, BlockCounts::Answer::Outstanding, BlockCounts::Use::New,
                 BlockCounts::Punctual::Late);
  (*trace)->taken_back(peer, {3, 1});
  (*trace)->came(peer, {3, 1}, BlockCounts::Answer::TakenBack, BlockCounts::Use::Duplicate,
                 BlockCounts::Punctual::InTime);
  (*trace)->requested(peer, {3, 3}, MonotonicTime::max());
  (*trace)->rejected(peer, {3, 3});
  (*trace)->counter(Trace::Counter::Buffered, 2.5);
  (*trace)->stall_begin();
  EXPECT_TRUE((*trace)->finish());
  const auto all = parsed(folder / "trace.json");
  const Sums sums(all);
  EXPECT_EQ(sums.slices, 4);
  EXPECT_EQ(sums.received, 1);
  EXPECT_EQ(sums.late, 1);
  EXPECT_EQ(sums.cancelled, 1);
  EXPECT_EQ(sums.after_cancel, 1);
  EXPECT_EQ(sums.duplicate, 1);
  EXPECT_EQ(sums.rejected, 1);
  EXPECT_EQ(sums.outstanding, 1) << "what is under way at the end has a slice, too";
  EXPECT_EQ(all["otherData"]["requested"], 4);
  EXPECT_EQ(all["otherData"]["received"], 2);
  EXPECT_EQ(all["otherData"]["lost"], 0);
  // Slices of one track never overlap: the places of a queue.
  std::map<std::pair<int, int>, double> end;
  int stalls = 0;
  for (const auto& event : all["traceEvents"]) {
    if (event["name"] == "stall") stalls += event["ph"] == "B" ? 1 : -1;
    if (event["ph"] != "X") continue;
    const auto track = std::pair(event["pid"].get<int>(), event["tid"].get<int>());
    EXPECT_GE(event["ts"].get<double>() + 0.001, end[track]);
    end[track] = event["ts"].get<double>() + event["dur"].get<double>();
  }
  EXPECT_EQ(stalls, 0) << "what began ends";
}

TEST(Trace, IsCompleteJsonWhenNothingHappened) {
  const TemporaryFolder folder;
  static_cast<void>(Trace::create(folder / "trace.json", std::chrono::steady_clock::now()));
  EXPECT_TRUE(parsed(folder / "trace.json").contains("traceEvents"));
}

TEST(Trace, AFileThatCannotBeWrittenIsAnError) {
  const auto trace = Trace::create("/nowhere/trace.json", std::chrono::steady_clock::now());
  ASSERT_FALSE(trace);
  EXPECT_EQ(trace.error().code, "write-failed");
}

TEST(Trace, AddsUpToTheFiguresOfTheSwarm) {
  TemporaryFolder data;
  const auto content = noise(12 << 20);
  write_file(data / "film.mkv", content);
  const auto torrent = publish(data / "film.mkv", {.piece_length = kib(256)});
  // The liar makes pieces fail. It is gone before the end, and from one peer alone nothing comes after that.
  LyingPeer liar(torrent, "127.0.0.2");
  Seeder seeder(torrent, data / "film.mkv", {.upload_limit = mib(6)});
  TemporaryFolder cache;
  auto trace = Trace::create(data / "trace.json", std::chrono::steady_clock::now());
  ASSERT_TRUE(trace);
  streaming::SwarmStats stats;
  {
    auto options = loopback_options(cache.path());
    options.encryption = streaming::Encryption::Off;
    options.peers = {liar.address(), seeder.address()};
    options.trace = *trace;
    Viewer viewer(options, torrent_file(torrent));
    EXPECT_EQ(read_all(*viewer.open()), content);
    ASSERT_TRUE(viewer.observer().wait_for_state(streaming::TorrentState::Complete));
    EXPECT_TRUE((*trace)->finish());
    stats = viewer.torrent().stats();
  }
  EXPECT_TRUE(stats.blocks.adds_up());
  const auto all = parsed(data / "trace.json");
  EXPECT_EQ(all["otherData"]["lost"], 0);
  const Sums sums(all);
  expect_same(sums, stats);
  EXPECT_GE(sums.pieces, stats.pieces.total);
  EXPECT_GT(sums.failed_pieces, 0);
}

}  // namespace
}  // namespace freshet::test
