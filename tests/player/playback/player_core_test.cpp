// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The controller on real media: the bundled clip (24 s, 24 frames a second, two sound tracks, subtitles),
// without a window and with the null sound device.
#include "player/playback/player_core.h"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tests/support/process/process.h"

namespace freshet::playback {
namespace {

using namespace std::chrono_literals;
using media::SeekMode;
using media::TrackChoice;
using media::TrackKind;

std::string demo_clip() {
  const char* assets = std::getenv("FRESHET_ASSETS");
  return std::string(assets ? assets : "assets") + "/freshet-demo.mkv";
}

struct Recorder final : Observer {
  void source(const std::string&, std::string_view kind) override {
    lines.push_back("source " + std::string(kind));
  }
  void open(const OpenedFile&) override { lines.push_back("open"); }
  void first_frame(MediaTime) override { lines.push_back("first_frame"); }
  void frame_shown(const media::FramePointer& frame) override {
    frames.push_back(frame->pts);
    if (on_frame) on_frame(frame->pts);
  }
  void stall_begin(MediaTime, const std::string&) override { lines.push_back("stall_begin"); }
  void seek(MediaTime, SeekMode) override { lines.push_back("seek"); }
  void seek_done(MediaTime pts, MediaTime target) override {
    lines.push_back("seek_done");
    resolved.emplace_back(target, pts);
    if (on_seek_done) on_seek_done(pts);
  }
  void seek_cancelled(MediaTime) override { lines.push_back("seek_cancelled"); }
  void eof() override {
    lines.push_back("eof");
    if (on_eof) on_eof();
  }
  void error(const Error& error) override { errors.push_back(error.code); }

  [[nodiscard]] auto count(std::string_view line) const { return std::ranges::count(lines, line); }

  std::vector<std::string> lines, errors;
  std::vector<MediaTime> frames;
  std::vector<std::pair<MediaTime, MediaTime>> resolved;
  std::function<void(MediaTime)> on_frame, on_seek_done;
  std::function<void()> on_eof;
};

class PlayerCoreTest : public testing::Test {
 protected:
  static Options headless() {
    Options options;
    options.video_output = video::OutputKind::Null;
    options.audio_output = audio::OutputKind::Null;
    options.sources = {demo_clip()};
    return options;
  }

  // Runs the player to its end. `before` may hook the recorder to the player.
  int play(Options options, const std::function<void(PlayerCore&)>& before = {}) {
    SessionProvider sessions{options.session};
    auto output = video::open_video_output(video::OutputKind::Null, {});
    EXPECT_TRUE(output.has_value());
    PlayerCore player(std::move(options), std::move(*output), sessions, recorder, nullptr);
    player.add_listener([this, &player](const PlayerEvent& event) {
      if (on_event) on_event(player, event);
    });
    if (before) before(player);
    return player.run();
  }

  Recorder recorder;
  std::function<void(PlayerCore&, const PlayerEvent&)> on_event;
};

// Frames of the clip lie on milliseconds: frame n at round(n * 1000 / 24).
MediaTime frame_at(int index) {
  return std::chrono::milliseconds((index * 1000 + 12) / 24);
}

TEST_F(PlayerCoreTest, ShowsEveryFrameInOrderWhenUntimed) {
  Options options = headless();
  options.untimed = true;
  EXPECT_EQ(play(options), 0);
  ASSERT_EQ(recorder.frames.size(), 576u);
  EXPECT_TRUE(std::ranges::is_sorted(recorder.frames));
  EXPECT_EQ(recorder.lines, (std::vector<std::string>{"source file", "open", "first_frame", "eof"}));
}

TEST_F(PlayerCoreTest, PlaysInRealTime) {
  Options options = headless();
  options.end = TimePoint{.time = 2s};
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(play(options), 0);
  const auto took = std::chrono::steady_clock::now() - before;
  EXPECT_GE(took, 1900ms);
  EXPECT_EQ(recorder.count("stall_begin"), 0);
}

TEST_F(PlayerCoreTest, AnExactSeekShowsTheFrameThatHoldsTheTarget) {
  Options options = headless();
  options.pause = true;
  int step = 0;
  play(options, [&](PlayerCore& player) {
    recorder.on_frame = [&](MediaTime) {
      player.post([&] {
        ++step;
        if (step == 1) {
          ASSERT_TRUE(player.seek_to(10100ms, SeekMode::Exact));
        } else {
          player.quit(0);
        }
      });
    };
  });
  ASSERT_EQ(recorder.resolved.size(), 1u);
  EXPECT_EQ(recorder.resolved[0].second, frame_at(242));
}

TEST_F(PlayerCoreTest, OfManySeeksOnlyTheNewestIsResolved) {
  Options options = headless();
  options.pause = true;
  bool sent = false;
  play(options, [&](PlayerCore& player) {
    recorder.on_frame = [&](MediaTime) {
      if (std::exchange(sent, true)) return;
      player.post([&player] {
        for (int i = 1; i <= 20; ++i) ASSERT_TRUE(player.seek_to(std::chrono::seconds(i), SeekMode::Exact));
      });
    };
    recorder.on_seek_done = [&](MediaTime) { player.quit(0); };
  });
  EXPECT_EQ(recorder.count("seek"), 20);
  EXPECT_EQ(recorder.count("seek_cancelled"), 19);
  ASSERT_EQ(recorder.resolved.size(), 1u);
  EXPECT_EQ(recorder.resolved[0].second, 20s);
}

TEST_F(PlayerCoreTest, HeldArrowKeysAddUpAndEndWhereTheyShould) {
  Options options = headless();
  options.pause = true;
  bool sent = false;
  play(options, [&](PlayerCore& player) {
    recorder.on_frame = [&](MediaTime) {
      if (std::exchange(sent, true)) return;
      player.post([&player] {
        for (int i = 0; i < 10; ++i) ASSERT_TRUE(player.seek_by(1s, SeekMode::Exact));
      });
    };
    recorder.on_seek_done = [&](MediaTime pts) {
      if (pts == 10s) player.quit(0);
    };
  });
  EXPECT_EQ(recorder.resolved.back().first, 10s);
  // On a slow machine the newest does not wait for the one before.
  EXPECT_EQ(recorder.count("seek"), recorder.count("seek_done") + recorder.count("seek_cancelled"));
}

TEST_F(PlayerCoreTest, StepsOneFrameForwardsAndBackwards) {
  Options options = headless();
  options.pause = true;
  int shown = 0;
  play(options, [&](PlayerCore& player) {
    recorder.on_frame = [&](MediaTime) {
      player.post([&] {
        switch (++shown) {
          case 1: ASSERT_TRUE(player.frame_step()); break;
          case 2: ASSERT_TRUE(player.frame_step()); break;
          case 3: ASSERT_TRUE(player.frame_back_step()); break;
          default: player.quit(0);
        }
      });
    };
  });
  EXPECT_EQ(recorder.frames, (std::vector<MediaTime>{frame_at(0), frame_at(1), frame_at(2), frame_at(1)}));
}

TEST_F(PlayerCoreTest, KeepsTheLastFrameOpenAtTheEnd) {
  Options options = headless();
  options.keep_open = true;
  options.start = TimePoint{.time = 23500ms};
  bool eof_reached = false;
  play(options, [&](PlayerCore& player) {
    recorder.on_eof = [&] {
      player.post([&] {
        eof_reached = player.eof_reached() && player.paused() && player.shown_frame() != nullptr;
        player.quit(5);
      });
    };
  });
  EXPECT_TRUE(eof_reached);
  EXPECT_EQ(recorder.frames.back(), frame_at(575));
}

TEST_F(PlayerCoreTest, LoopsTheFile) {
  Options options = headless();
  options.loop_file = loop_forever;
  options.start = TimePoint{.time = 23800ms};
  play(options, [&](PlayerCore& player) { recorder.on_seek_done = [&](MediaTime) { player.quit(0); }; });
  ASSERT_EQ(recorder.resolved.size(), 1u);
  EXPECT_EQ(recorder.resolved[0].second, 0s);
  EXPECT_EQ(recorder.count("eof"), 0);
}

TEST_F(PlayerCoreTest, LoopsTheFileSoManyTimes) {
  Options options = headless();
  options.loop_file = 2;
  options.untimed = true;
  options.audio = {.kind = TrackChoice::Kind::Off};
  EXPECT_EQ(play(options), 0);
  EXPECT_EQ(recorder.frames.size(), 3 * 576u);
  EXPECT_EQ(recorder.count("eof"), 1);
}

TEST_F(PlayerCoreTest, RepeatsTheStretchFromAToB) {
  Options options = headless();
  options.start = TimePoint{.time = 4s};
  options.ab_loop_a = TimePoint{.time = 4500ms};
  options.ab_loop_b = TimePoint{.time = 4200ms};  // in either order
  play(options, [&](PlayerCore& player) {
    recorder.on_seek_done = [&](MediaTime) {
      if (recorder.resolved.size() == 2) player.quit(0);
    };
  });
  ASSERT_EQ(recorder.resolved.size(), 2u);
  EXPECT_EQ(recorder.resolved[0].first, 4200ms);
  EXPECT_EQ(recorder.resolved[1].first, 4200ms);
  EXPECT_LT(*std::ranges::max_element(recorder.frames), 4600ms);
}

TEST_F(PlayerCoreTest, LeavesAStretchAloneThatWasSoughtOver) {
  Options options = headless();
  options.untimed = true;
  options.audio = {.kind = TrackChoice::Kind::Off};
  options.start = TimePoint{.time = 23s};
  options.ab_loop_a = TimePoint{.time = 1s};
  options.ab_loop_b = TimePoint{.time = 2s};
  EXPECT_EQ(play(options), 0);
  EXPECT_EQ(recorder.count("seek"), 0);
}

TEST_F(PlayerCoreTest, WaitsOnceForTheFirstSourceAndEndsAfterIt) {
  Options options = headless();
  options.untimed = true;
  options.sources.clear();
  options.idle = Idle::Once;
  int idle = 0;
  on_event = [&](PlayerCore& player, const PlayerEvent& event) {
    if (event.kind != PlayerEvent::Kind::Idle) return;
    ++idle;
    player.post([&player] { player.load(demo_clip(), Player::LoadMode::Replace); });
  };
  EXPECT_EQ(play(options), 0);
  EXPECT_EQ(idle, 1);
  EXPECT_EQ(recorder.frames.size(), 576u);
}

TEST_F(PlayerCoreTest, GoesToTheNextSubtitleLine) {
  Options options = headless();
  options.subtitle = {.kind = TrackChoice::Kind::Id, .id = 1};
  options.pause = true;
  bool sought = false;
  on_event = [&](PlayerCore& player, const PlayerEvent& event) {
    // Lines begin at 0.25, 3.25, 6.25 s…: the next one is known as soon as it was read.
    if (event.kind != PlayerEvent::Kind::Changed || player.subtitle_text().empty()) return;
    player.post([&] { sought = sought || player.seek_subtitle(1).has_value(); });
  };
  options.start = TimePoint{.time = 500ms};
  play(options, [&](PlayerCore& player) { recorder.on_seek_done = [&](MediaTime) { player.quit(0); }; });
  ASSERT_EQ(recorder.resolved.size(), 1u);
  EXPECT_EQ(recorder.resolved[0].first, 3250ms);
}

TEST_F(PlayerCoreTest, GoesOnWhereItWasLeft) {
  const test::TemporaryFolder folder;
  Options options = headless();
  options.session.cache_dir = folder.path();
  options.pause = true;
  options.start = TimePoint{.time = 9s};
  play(options, [&](PlayerCore& player) {
    recorder.on_frame = [&](MediaTime) {
      player.post([&player] {
        EXPECT_TRUE(player.save_position());
        player.quit(0);
      });
    };
  });
  recorder = {};
  options.start.reset();
  options.frames = 1;
  play(options);
  EXPECT_EQ(recorder.frames, std::vector<MediaTime>{frame_at(216)});
  recorder = {};
  play(options);
  EXPECT_EQ(recorder.frames, std::vector<MediaTime>{MediaTime{0}}) << "a place is good for once";
}

TEST_F(PlayerCoreTest, GoesOnWithTheListAfterAFailureAndTellsTheFirstOne) {
  Options options = headless();
  options.untimed = true;
  options.frames = 3;
  options.sources = {"/does/not/exist.mkv", demo_clip()};
  EXPECT_EQ(play(options), exit_code(ErrorCategory::Source));
  EXPECT_EQ(recorder.errors, std::vector<std::string>{"no-such-file"});
  EXPECT_EQ(recorder.frames.size(), 3u);
}

TEST_F(PlayerCoreTest, StopsAfterSoManyFrames) {
  Options options = headless();
  options.frames = 7;
  EXPECT_EQ(play(options), 0);
  EXPECT_EQ(recorder.frames.size(), 7u);
}

// To another track, to none, and back: as the key # does.
TEST_F(PlayerCoreTest, SwitchingTheSoundShowsEveryPictureOnce) {
  Options options = headless();
  options.framemd5 = "/dev/null";  // no picture is dropped on a slow machine
  options.start = TimePoint{.time = 5s};
  const std::vector<TrackChoice> choices = {{TrackChoice::Kind::Id, 2},
                                            {TrackChoice::Kind::Off},
                                            {TrackChoice::Kind::Id, 1},
                                            {TrackChoice::Kind::Id, 2}};
  std::size_t next = 0;
  play(options, [&](PlayerCore& player) {
    recorder.on_frame = [&, due = MediaTime{5500ms}](MediaTime pts) mutable {
      if (pts < due) return;
      due += 500ms;
      if (next == choices.size()) return player.post([&player] { player.quit(0); });
      player.post([&player, choice = choices[next++]] {
        ASSERT_TRUE(player.select_track(TrackKind::Audio, choice));
      });
    };
  });
  EXPECT_EQ(next, choices.size());
  ASSERT_GT(recorder.frames.size(), 50U);
  for (std::size_t i = 1; i < recorder.frames.size(); ++i) {
    EXPECT_NEAR(to_seconds(recorder.frames[i] - recorder.frames[i - 1]), 1.0 / 24, 0.002) << i;
  }
  EXPECT_EQ(recorder.count("stall_begin"), 0);
}

TEST_F(PlayerCoreTest, PlaysWithoutSoundAndWithoutPicture) {
  Options silent = headless();
  silent.audio.kind = TrackChoice::Kind::Off;
  silent.start = TimePoint{.time = 23500ms};
  EXPECT_EQ(play(silent), 0);
  EXPECT_FALSE(recorder.frames.empty());

  recorder = {};
  Options blind = headless();
  blind.video.kind = TrackChoice::Kind::Off;
  blind.start = TimePoint{.time = 23500ms};
  EXPECT_EQ(play(blind), 0);
  EXPECT_TRUE(recorder.frames.empty());
  EXPECT_EQ(recorder.count("eof"), 1);
}

TEST_F(PlayerCoreTest, DoublesItsSpeed) {
  Options options = headless();
  options.speed = 2;
  options.end = TimePoint{.time = 3s};
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(play(options), 0);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 1300ms);
  EXPECT_GE(recorder.frames.back(), 2500ms);
}

}  // namespace
}  // namespace freshet::playback
