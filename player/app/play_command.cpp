// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/play_command.h"

#include <cstdio>
#include <unistd.h>
#include <utility>

#include "player/app/human_text.h"
#include "player/app/log.h"
#include "player/app/play_recorder.h"
#include "player/app/signal_watcher.h"
#include "player/control/control.h"
#include "player/playback/player_core.h"

namespace freshet::app {

namespace {

// The output that was asked for; when nobody asked, the best that opens here, nothing at the worst.
Result<std::unique_ptr<video::VideoOutput>> open_output(playback::Options& options, Log& log) {
  using Kind = video::OutputKind;
  // Without a picture there is nothing to open a window for.
  if (options.video.kind == media::TrackChoice::Kind::Off) options.video_output = Kind::Null;
  const video::WindowOptions window{.fullscreen = options.fullscreen, .geometry = options.geometry};
  auto output = video::open_video_output(options.video_output, window);
  if (output || options.video_output_set) return output;
  const Error first = output.error();
  if (options.video_output == Kind::Gpu) {
    options.video_output = Kind::Sdl;
    output = video::open_video_output(Kind::Sdl, window);
    if (output) {
      log.write(playback::LogLevel::Warning, "video",
                "No OpenGL here (" + first.message + "); using --vo=sdl");
      return output;
    }
  }
  log.write(playback::LogLevel::Warning, "video", first.message + ": playing without a picture");
  options.video_output = Kind::Null;
  return video::open_video_output(Kind::Null, window);
}

}  // namespace

int run_play(const CommandLine& command_line, MonotonicTime start) {
  playback::Options options = command_line.play;
  auto log = Log::open(command_line.log);
  if (!log) {
    std::fputs(error_text(log.error(), isatty(STDERR_FILENO) != 0).c_str(), stderr);
    return exit_code(log.error().category);
  }
  auto recorder = PlayRecorder::open(options, start, **log);
  if (!recorder) {
    (*log)->error(recorder.error());
    return exit_code(recorder.error().category);
  }
  auto output = open_output(options, **log);
  if (!output) {
    (*recorder)->error(output.error());
    return (*recorder)->finish(exit_code(output.error().category));
  }
  options.session.trace = (*recorder)->trace();
  playback::SessionProvider sessions(options.session);
  int code = 0;
  {
    playback::PlayerCore player(std::move(options), std::move(*output), sessions, **recorder,
                                (*recorder)->audio_digests());
    const SignalWatcher signals([&player](int signal) { player.interrupt(signal); });
    const LogOptions& messages = command_line.log;
    auto controls = control::Control::start(
        player, {.version = FRESHET_VERSION,
                 .config_dir = command_line.load_config ? command_line.config_dir : std::filesystem::path{},
                 .status_line = !messages.quiet && !messages.really_quiet,
                 .print = [&log](const std::string& text) {
                   (*log)->write(playback::LogLevel::Info, "cplayer", text);
                 }});
    if (!controls) {
      (*recorder)->error(controls.error());
      return (*recorder)->finish(exit_code(controls.error().category));
    }
    // In mpv's words: programs that start a player wait for them.
    if (command_line.play.ipc_server) {
      (*log)->write(playback::LogLevel::Verbose, "ipc", "Listening to IPC socket.");
    }
    for (const std::string& problem : (*controls)->problems()) {
      (*log)->write(playback::LogLevel::Warning, "input", problem);
    }
    (*log)->set_before_line([&controls] { (*controls)->clear_status_line(); });
    player.set_input_handler(
        [&controls](const video::InputEvent& event) { (*controls)->handle_input(event); });
    player.set_message_handler([&controls](const std::string& text, std::chrono::milliseconds duration) {
      (*controls)->show_message(text, duration);
    });
    code = player.run();
    player.set_message_handler({});
    (*log)->set_before_line({});
    player.set_input_handler({});
  }
  return (*recorder)->finish(code);
}

}  // namespace freshet::app
