// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The command line, understood: which command, with which options. Reads freshet.conf and the files of
// --playlist, --key-file and --pssh through Environment, nothing else. Pure but for that; the main thread
// calls it once.
//
//   freshet [options] SOURCE…    freshet seed …    freshet probe SOURCE    freshet protect IN -o OUT
//
// The first argument that is no option names a command if it can; a file of that name is reached by ./seed.
// Values are written --option=VALUE; `seed` and `protect` also take them as the next argument.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drm/protect/protect_film.h"
#include "player/playback/options.h"
#include "streaming/base/error.h"
#include "streaming/publish.h"
#include "streaming/session.h"

namespace freshet::app {

enum class Command : std::uint8_t { Play, Seed, Probe, Protect };

// What is to be done with it.
enum class Action : std::uint8_t {
  Run,
  Help,         // --help: the common options of the command
  HelpAll,      // --help=all
  ListOptions,  // --list-options: one line an option, as mpv prints it
  Version,
  Generate,  // --generate=man|bash|zsh|fish, for the build
};

// What is written to stderr and --log-file.
struct LogOptions {
  // "all=info,swarm=debug" as typed, already checked: module and level, in order; module "all" is everything.
  // Levels are mpv's: no fatal error warn info status v debug trace.
  std::vector<std::pair<std::string, std::string>> levels;
  std::optional<std::filesystem::path> file;
  int verbosity = 0;          // -v, repeatable
  bool quiet = false;         // no status line
  bool really_quiet = false;  // only fatal errors
  bool color = true;          // --msg-color: colours on a terminal
};

struct SeedCommand {
  std::vector<std::string> sources;  // files, folders, .torrent files
  std::optional<std::filesystem::path> torrent_out;
  streaming::PublishOptions publish;
  streaming::SessionOptions session;
  bool events_json = false;
};

struct ProbeCommand {
  std::string source;
  std::optional<std::string> file;  // --file=INDEX|GLOB
  bool json = false;
  streaming::SessionOptions session;
  std::optional<std::chrono::seconds> network_timeout;
};

struct ProtectCommand {
  std::string source;
  std::filesystem::path output;
  drm::Layout layout = drm::Layout::Fragmented;
  drm::ProtectOptions options;
  drm::Replace replace = drm::Replace::No;
};

struct CommandLine {
  Command command = Command::Play;
  Action action = Action::Run;
  std::string generate;    // Action::Generate: "man", "bash", "zsh" or "fish"
  playback::Options play;  // Command::Play
  SeedCommand seed;
  ProbeCommand probe;
  ProtectCommand protect;
  LogOptions log;
  bool load_config = true;
  bool headless = false;                             // neither window nor sound
  std::filesystem::path config_dir;                  // where freshet.conf and input.conf are looked for
  std::optional<std::filesystem::path> config_file;  // the freshet.conf that was read
};

// What of the process and the disk is read.
struct Environment {
  std::filesystem::path config_dir;  // $XDG_CONFIG_HOME/freshet or ~/.config/freshet
  std::filesystem::path cache_dir;   // $XDG_CACHE_HOME/freshet or ~/.cache/freshet
  // A whole small file; "-" is stdin. Errors: Source "no-such-file", "too-large", Storage "read-failed".
  std::function<Result<std::string>(const std::filesystem::path&)> read_file;
};
[[nodiscard]] Environment process_environment();

// `arguments` without the program's name. Without any argument the action is Help. Errors: Usage
// "unknown-option", "missing-value", "unexpected-value", "bad-value", "no-source", "too-many-sources",
// "no-output", "wrong-command", "bad-config"; and those of Environment::read_file and of what it
// read, for --playlist, --key-file and --pssh.
[[nodiscard]] Result<CommandLine> parse_command_line(std::span<const std::string_view> arguments,
                                                     const Environment& environment);

}  // namespace freshet::app
