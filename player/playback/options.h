// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// All that the command line and freshet.conf can say about playing, as values with their defaults. Filled by
// app/command_line from the option table; read by everybody; no behaviour.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "drm/keys/key_text.h"
#include "player/audio/audio_output.h"
#include "player/media/pipeline.h"
#include "player/video/video_output.h"
#include "streaming/session.h"

namespace freshet::playback {

// --idle: what happens when nothing is left to play. Once: waits at the start only, for the first source.
enum class Idle : std::uint8_t { No, Once, Yes };

inline constexpr int loop_forever = -1;

enum class HrSeek : std::uint8_t { No, Absolute, Always };

// --start and --end: seconds, [hh:]mm:ss[.fff], a percentage, or "-t" from the end.
struct TimePoint {
  enum class Kind : std::uint8_t { FromStart, FromEnd, Percent } kind = Kind::FromStart;
  MediaTime time{0};
  double percent = 0;
};

struct Options {
  // sources
  std::vector<std::string> sources;
  std::optional<std::string> file;  // --file=INDEX|GLOB
  bool list = false;                // --list
  // playing
  Idle idle = Idle::No;
  bool keep_open = false;
  HrSeek hr_seek = HrSeek::Absolute;
  std::optional<TimePoint> start;
  std::optional<TimePoint> end;
  bool resume_playback = true;  // where `quit-watch-later` left
  double speed = 1;
  double volume = 100;
  bool mute = false;
  bool pause = false;
  int loop_file = 0;  // how often each file starts over; loop_forever
  std::optional<TimePoint> ab_loop_a, ab_loop_b;
  bool fullscreen = false;
  media::TrackChoice video, audio, subtitle;
  std::vector<std::string> audio_languages, subtitle_languages;
  std::vector<std::string> subtitle_files;
  // protected content
  std::vector<drm::ContentKey> keys;
  std::optional<std::int64_t> frames;  // --frames=N: stop after N shown frames
  bool untimed = false;
  video::OutputKind video_output = video::OutputKind::Gpu;
  bool video_output_set = false;  // the user chose: no fallback to another one
  audio::OutputKind audio_output = audio::OutputKind::Sdl;
  std::optional<video::Rectangle> geometry;
  MediaTime audio_delay{0}, subtitle_delay{0};
  // observing
  bool events_json = false;
  std::optional<std::filesystem::path> framemd5, framemd5_audio;
  std::optional<std::filesystem::path> trace;  // --trace
  std::optional<std::filesystem::path> ipc_server;
  // the terminal
  bool terminal = true;
  bool input_terminal = true;
  bool input_default_bindings = true;
  std::optional<std::filesystem::path> input_conf;
  // storage and network
  streaming::SessionOptions session;
  std::optional<std::chrono::seconds> network_timeout;  // nullopt: 60 headless, never with a window; 0 never
};

}  // namespace freshet::playback
