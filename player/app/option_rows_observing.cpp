// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>

#include "player/app/option_rows.h"
#include "player/control/option_value.h"
#include "player/control/text.h"

namespace freshet::app {
namespace {

constexpr std::array<std::string_view, 9> log_levels{"no",     "fatal", "error", "warn", "info",
                                                     "status", "v",     "debug", "trace"};

Result<void> set_levels(CommandLine& command_line, const std::vector<std::string>& items) {
  for (const std::string& item : items) {
    const auto equals = item.find('=');
    const std::string level = equals == std::string::npos ? "" : item.substr(equals + 1);
    if (equals == 0 || std::ranges::find(log_levels, level) == log_levels.end()) {
      return fail(
          ErrorCategory::Usage, "bad-value", "'" + control::shortened(item, 80) + "' is not MODULE=LEVEL",
          "write for example --msg-level=all=debug; levels are no, fatal, error, warn, info, status, v, "
          "debug and trace");
    }
    command_line.log.levels.emplace_back(item.substr(0, equals), level);
  }
  return {};
}

constexpr OptionInfo observing_options[] = {
    // --- observing and controlling
    {.name = "events",
     .type = ValueType::Choice,
     .choices = "json|no",
     .default_text = "no",
     .group = Group::Observing,
     .commands = for_play | for_seed,
     .help = "Prints what happens on standard output, one JSON object a line.",
     .example = "--events=json",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.events_json = as<std::string>(v) == "json";
       return {};
     }},
    {.name = "json",
     .group = Group::Observing,
     .commands = for_probe,
     .config = Config::CommandLineOnly,
     .help = "Prints what was found as JSON.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.probe.json = as<bool>(v);
       return {};
     }},
    {.name = "framemd5",
     .type = ValueType::Path,
     .value_name = "FILE",
     .group = Group::Observing,
     .listed = Listed::All,
     .config = Config::CommandLineOnly,
     .help = "Writes the MD5 of every shown frame, in FFmpeg's framemd5 format; no frame is then dropped.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.framemd5 = as<std::string>(v);
       return {};
     }},
    {.name = "framemd5-audio",
     .type = ValueType::Path,
     .value_name = "FILE",
     .group = Group::Observing,
     .listed = Listed::All,
     .config = Config::CommandLineOnly,
     .help = "Writes the MD5 of the decoded sound as --framemd5 does.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.framemd5_audio = as<std::string>(v);
       return {};
     }},
    {.name = "trace",
     .type = ValueType::Path,
     .value_name = "FILE",
     .group = Group::Observing,
     .listed = Listed::All,
     .config = Config::CommandLineOnly,
     .help = "Writes what became of each block of the swarm as a Chrome trace, for ui.perfetto.dev.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.trace = as<std::string>(v);
       return {};
     }},
    {.name = "input-ipc-server",
     .type = ValueType::Path,
     .value_name = "SOCKET",
     .group = Group::Observing,
     .help = "Lets other programs control the player through this socket, by mpv's JSON protocol.",
     .example = "--input-ipc-server=/tmp/freshet.sock",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const std::string& path = as<std::string>(v);
       c.play.ipc_server = path.empty() ? std::nullopt : std::optional(std::filesystem::path(path));
       return {};
     }},
    // --- terminal and keys
    {.name = "input-conf",
     .type = ValueType::Path,
     .value_name = "FILE",
     .default_text = "$XDG_CONFIG_HOME/freshet/input.conf",
     .group = Group::Terminal,
     .listed = Listed::All,
     .help = "Reads keys and their commands from this file.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const std::string& path = as<std::string>(v);
       c.play.input_conf = path.empty() ? std::nullopt : std::optional(std::filesystem::path(path));
       return {};
     }},
    {.name = "input-default-bindings",
     .default_text = "yes",
     .group = Group::Terminal,
     .listed = Listed::All,
     .help = "Has only the keys that input.conf binds.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.input_default_bindings = as<bool>(v);
       return {};
     }},
    {.name = "terminal",
     .default_text = "yes",
     .group = Group::Terminal,
     .commands = for_all,
     .help = "Takes no keys from the terminal and writes no status line.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.terminal = as<bool>(v);
       return {};
     }},
    {.name = "input-terminal",
     .default_text = "yes",
     .group = Group::Terminal,
     .listed = Listed::All,
     .help = "Takes no keys from the terminal.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.input_terminal = as<bool>(v);
       return {};
     }},
    {.name = "quiet",
     .group = Group::Terminal,
     .commands = for_all,
     .help = "Shows no status line.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.log.quiet = as<bool>(v);
       return {};
     }},
    {.name = "really-quiet",
     .group = Group::Terminal,
     .commands = for_all,
     .listed = Listed::All,
     .help = "Says nothing but what ends the program.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.log.really_quiet = as<bool>(v);
       return {};
     }},
    {.name = "v",
     .short_name = 'v',
     .group = Group::Terminal,
     .commands = for_all,
     .listed = Listed::All,
     .repeat = Repeat::Appends,
     .config = Config::CommandLineOnly,
     .help = "Says more; twice, still more.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.log.verbosity = as<bool>(v) ? std::min(c.log.verbosity + 1, 3) : 0;
       return {};
     }},
    {.name = "msg-level",
     .type = ValueType::List,
     .value_name = "MODULE=LEVEL,…",
     .default_text = "all=info",
     .group = Group::Terminal,
     .commands = for_all,
     .listed = Listed::All,
     .repeat = Repeat::Appends,
     .help = "Sets how much each module says; all is every module. Levels are no, fatal, error, warn, info, "
             "status, v, debug and trace.",
     .example = "--msg-level=all=warn,swarm=debug",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       return set_levels(c, as<std::vector<std::string>>(v));
     }},
    {.name = "msg-color",
     .default_text = "yes",
     .group = Group::Terminal,
     .commands = for_all,
     .listed = Listed::All,
     .help = "Writes messages without colours.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.log.color = as<bool>(v);
       return {};
     }},
    {.name = "log-file",
     .type = ValueType::Path,
     .value_name = "FILE",
     .group = Group::Terminal,
     .commands = for_all,
     .help = "Writes a log with every detail to this file.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const std::string& path = as<std::string>(v);
       c.log.file = path.empty() ? std::nullopt : std::optional(std::filesystem::path(path));
       return {};
     }},
    // --- general
    {.name = "config",
     .default_text = "yes",
     .group = Group::General,
     .commands = for_all,
     .config = Config::CommandLineOnly,
     .help = "Reads neither freshet.conf nor input.conf.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.load_config = as<bool>(v);
       return {};
     }},
    {.name = "help",
     .aliases = "h",
     .short_name = 'h',
     .type = ValueType::Help,
     .choices = "all",
     .group = Group::General,
     .commands = for_all,
     .config = Config::CommandLineOnly,
     .help = "Prints the common options; --help=all prints all of them.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.action = as<std::string>(v) == "all" ? Action::HelpAll : Action::Help;
       return {};
     }},
    {.name = "list-options",
     .group = Group::General,
     .commands = for_all,
     .listed = Listed::All,
     .config = Config::CommandLineOnly,
     .help = "Prints every option with its type, range and default, one a line.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       if (as<bool>(v)) c.action = Action::ListOptions;
       return {};
     }},
    {.name = "version",
     .aliases = "V",
     .short_name = 'V',
     .group = Group::General,
     .commands = for_all,
     .config = Config::CommandLineOnly,
     .help = "Prints the version of the program and of every library it uses.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       if (as<bool>(v)) c.action = Action::Version;
       return {};
     }},
    {.name = "generate",
     .type = ValueType::Choice,
     .choices = "man|bash|zsh|fish",
     .group = Group::General,
     .commands = for_all,
     .listed = Listed::Hidden,
     .config = Config::CommandLineOnly,
     .help = "Prints the man page or a shell's completion.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.action = Action::Generate;
       c.generate = as<std::string>(v);
       return {};
     }},
};

}  // namespace

std::span<const OptionInfo> observing_rows() {
  return observing_options;
}

}  // namespace freshet::app
