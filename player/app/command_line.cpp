// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/command_line.h"

#include <algorithm>
#include <fmt/format.h>

#include "player/app/config_file.h"
#include "player/app/option_table.h"
#include "player/control/playlist_file.h"
#include "player/control/text.h"

namespace freshet::app {
namespace {

// One thing that was typed: an option with its value, or a source.
struct Typed {
  const OptionInfo* option = nullptr;  // null: a source
  std::optional<std::string> value;
};

// What the kernel lets a command line be, and then some; it bounds --playlist as well.
constexpr std::size_t max_sources = control::max_playlist_entries;

std::string_view command_name(Command command) {
  switch (command) {
    case Command::Play: return "freshet";
    case Command::Seed: return "freshet seed";
    case Command::Probe: return "freshet probe";
    case Command::Protect: return "freshet protect";
  }
  return "freshet";
}

std::unexpected<Error> unknown_option(std::string_view typed, std::string_view name) {
  std::string hint = "see freshet --help=all";
  if (const auto near = control::nearest_name(name, option_names())) {
    hint = fmt::format("did you mean --{}? See freshet --help=all", *near);
  } else if (!typed.starts_with("--")) {
    hint = fmt::format("for a file of that name write ./{}", control::shortened(typed, 80));
  }
  return fail(ErrorCategory::Usage, "unknown-option",
              fmt::format("unknown option {}", control::shortened(typed, 80)), std::move(hint));
}

struct Match {
  const OptionInfo* option = nullptr;
  bool negated = false;
};

// "pause", "no-pause", an alias.
Match match_name(std::string_view name) {
  if (const OptionInfo* option = find_option(name)) return {option, false};
  if (name.starts_with("no-")) {
    const OptionInfo* option = find_option(name.substr(3));
    if (option != nullptr && can_be_negated(*option)) return {option, true};
  }
  return {};
}

// Takes arguments from the front of `rest`; `separate_values`: the command also takes "--option VALUE".
Result<Typed> take_option(std::span<const std::string_view>& rest, bool separate_values) {
  const std::string_view argument = rest.front();
  rest = rest.subspan(1);
  // One dash is enough, as for mpv; -h, -V and -v are options of their own.
  if (!argument.starts_with("--") && argument.size() == 2) {
    if (const OptionInfo* option = find_short_option(argument[1])) {
      if (!needs_value(*option) || rest.empty()) return Typed{option, std::nullopt};
      Typed typed{option, std::string(rest.front())};
      rest = rest.subspan(1);
      return typed;
    }
    return unknown_option(argument, argument.substr(1));
  }
  std::string_view name = argument.substr(argument.starts_with("--") ? 2 : 1);
  std::optional<std::string> value;
  if (const auto equals = name.find('='); equals != std::string_view::npos) {
    value = std::string(name.substr(equals + 1));
    name = name.substr(0, equals);
  }
  const Match match = match_name(name);
  if (match.option == nullptr) return unknown_option(argument.substr(0, argument.find('=')), name);
  if (match.negated) {
    if (value) {
      return fail(ErrorCategory::Usage, "unexpected-value", fmt::format("--{} takes no value", name),
                  fmt::format("write --{}{}", name.substr(3), value_syntax(*match.option)));
    }
    return Typed{match.option, "no"};
  }
  if (!value && separate_values && needs_value(*match.option) && !rest.empty() &&
      !rest.front().starts_with("--")) {
    value = std::string(rest.front());
    rest = rest.subspan(1);
  }
  return Typed{match.option, std::move(value)};
}

Result<std::vector<Typed>> tokenize(std::span<const std::string_view> rest, Command& command) {
  std::vector<Typed> typed;
  bool named = false;  // the command is known: a word that could name it was seen
  bool options = true;
  while (!rest.empty()) {
    const std::string_view argument = rest.front();
    if (options && argument == "--") {
      options = false;
      named = true;
      rest = rest.subspan(1);
    } else if (options && argument.size() > 1 && argument.front() == '-') {
      auto option = take_option(rest, command == Command::Seed || command == Command::Protect);
      if (!option) return std::unexpected(std::move(option.error()));
      typed.push_back(std::move(*option));
    } else {
      rest = rest.subspan(1);
      if (!named && argument == "seed") {
        command = Command::Seed;
      } else if (!named && argument == "probe") {
        command = Command::Probe;
      } else if (!named && argument == "protect") {
        command = Command::Protect;
      } else {
        typed.push_back({nullptr, std::string(argument)});
      }
      named = true;
    }
  }
  return typed;
}

// What is set, with the file that it names where that is read at once.
Result<void> take_value(CommandLine& into, const OptionInfo& option, std::optional<std::string_view> value,
                        const Environment& environment) {
  if (auto set = set_option(into, option, value); !set || option.apply_file == nullptr) return set;
  const auto content = environment.read_file(std::filesystem::path(*value));
  auto applied = content ? option.apply_file(into, *content) : Result<void>(std::unexpect, content.error());
  if (!applied) applied.error().message = fmt::format("--{}: {}", option.name, applied.error().message);
  return applied;
}

Result<void> load_config(CommandLine& into, const Environment& environment) {
  const std::filesystem::path path = environment.config_dir / "freshet.conf";
  const auto text = environment.read_file(path);
  if (!text) {
    if (text.error().code == "no-such-file") return {};
    return std::unexpected(text.error());
  }
  const auto lines = parse_config(*text, path.string());
  if (!lines) return std::unexpected(lines.error());
  for (const ConfigLine& line : *lines) {
    const auto bad = [&](std::string_view message, std::string hint) {
      return fail(ErrorCategory::Usage, "bad-config",
                  fmt::format("{}:{}: {}", path.string(), line.line, message), std::move(hint));
    };
    const Match match = match_name(line.name);
    if (match.option == nullptr) {
      const auto near = control::nearest_name(line.name, option_names());
      return bad(fmt::format("unknown option '{}'", control::shortened(line.name, 80)),
                 near ? fmt::format("did you mean {}?", *near) : "see freshet --list-options");
    }
    if (match.option->config == Config::CommandLineOnly) {
      return bad(fmt::format("'{}' belongs on the command line only", line.name), "remove that line");
    }
    if (match.negated && line.value) {
      return bad(fmt::format("'{}' takes no value", line.name),
                 fmt::format("write {}=…", match.option->name));
    }
    // freshet.conf serves all commands; what does not concern this one is still checked.
    const auto value = match.negated ? std::optional<std::string>("no") : line.value;
    if (auto set = take_value(into, *match.option, value, environment); !set) {
      return bad(set.error().message, std::move(set.error().hint));
    }
  }
  into.config_file = path;
  return {};
}

Result<void> add_playlist(std::vector<std::string>& sources, const std::string& file,
                          const Environment& environment) {
  const std::filesystem::path path(file);
  const auto text = environment.read_file(path);
  if (!text) return std::unexpected(text.error());
  auto entries = control::parse_playlist(*text, file == "-" ? std::filesystem::path{} : path.parent_path());
  if (!entries) return std::unexpected(std::move(entries.error()));
  if (sources.size() + entries->size() > max_sources) {
    return fail(ErrorCategory::Usage, "too-many-sources", fmt::format("more than {} sources", max_sources));
  }
  std::ranges::move(*entries, std::back_inserter(sources));
  return {};
}

// The sources found their way to the command that was named.
Result<CommandLine> finish(CommandLine result, std::vector<std::string> sources,
                           const Environment& environment) {
  if (result.play.session.cache_dir.empty()) result.play.session.cache_dir = environment.cache_dir;
  result.headless = result.play.video_output == video::OutputKind::Null &&
                    result.play.audio_output == audio::OutputKind::Null;
  const bool run = result.action == Action::Run;
  const auto no_source = [&](std::string_view what) {
    return fail(ErrorCategory::Usage, "no-source",
                fmt::format("{}: nothing to {}", command_name(result.command), what),
                fmt::format("name a source; see {} --help", command_name(result.command)));
  };
  switch (result.command) {
    case Command::Play:
      if (run && sources.empty() && result.play.idle == playback::Idle::No) return no_source("play");
      if (run && result.play.list && sources.empty()) return no_source("list");
      result.play.sources = std::move(sources);
      break;
    case Command::Seed:
      if (run && sources.empty()) return no_source("seed");
      result.seed.sources = std::move(sources);
      result.seed.session = result.play.session;
      result.seed.events_json = result.play.events_json;
      break;
    case Command::Probe:
      if (run && sources.empty()) return no_source("probe");
      if (run && sources.size() > 1) {
        return fail(ErrorCategory::Usage, "too-many-sources", "freshet probe takes one source",
                    "probe them one after the other");
      }
      if (!sources.empty()) result.probe.source = std::move(sources.front());
      result.probe.session = result.play.session;
      result.probe.file = result.play.file;
      result.probe.network_timeout = result.play.network_timeout;
      break;
    case Command::Protect:
      if (run && sources.empty()) return no_source("protect");
      if (run && sources.size() > 1) {
        return fail(ErrorCategory::Usage, "too-many-sources", "freshet protect takes one film",
                    "protect them one after the other");
      }
      if (run && result.protect.output.empty()) {
        return fail(ErrorCategory::Usage, "no-output", "freshet protect: where shall the protected film go",
                    "name a file: -o OUT.mp4");
      }
      if (run && result.protect.options.keys.empty()) {
        return fail(ErrorCategory::Usage, "no-key", "freshet protect: there is no key to protect with",
                    "give --key=KID:KEY, both 32 hex digits; openssl rand -hex 16 makes such numbers");
      }
      if (!sources.empty()) result.protect.source = std::move(sources.front());
      break;
  }
  return result;
}

}  // namespace

Result<CommandLine> parse_command_line(std::span<const std::string_view> arguments,
                                       const Environment& environment) {
  CommandLine result;
  result.config_dir = environment.config_dir;
  if (arguments.empty()) {
    result.action = Action::Help;
    return result;
  }
  auto typed = tokenize(arguments, result.command);
  if (!typed) return std::unexpected(std::move(typed.error()));

  // Before everything else: --no-config, wherever it stands, and what needs no configuration at all.
  bool needs_config = true;
  for (const Typed& item : *typed) {
    if (item.option == nullptr) continue;
    if (item.option->name == "config") {
      if (auto set = set_option(result, *item.option, item.value); !set) return std::unexpected(set.error());
    }
    if (item.option->group == Group::General && item.option->name != "config") needs_config = false;
  }
  if (result.load_config && needs_config) {
    if (auto loaded = load_config(result, environment); !loaded) return std::unexpected(loaded.error());
  }

  std::vector<std::string> sources;
  for (Typed& item : *typed) {
    if (item.option == nullptr) {
      if (sources.size() == max_sources) {
        return fail(ErrorCategory::Usage, "too-many-sources",
                    fmt::format("more than {} sources", max_sources));
      }
      sources.push_back(std::move(*item.value));
      continue;
    }
    if ((item.option->commands & command_bit(result.command)) == 0) {
      return fail(ErrorCategory::Usage, "wrong-command",
                  fmt::format("--{} is no option of {}", item.option->name, command_name(result.command)),
                  fmt::format("see {} --help", command_name(result.command)));
    }
    if (auto set = take_value(result, *item.option, item.value, environment); !set)
      return std::unexpected(set.error());
    if (item.option->name == "playlist") {
      if (auto added = add_playlist(sources, *item.value, environment); !added) {
        return std::unexpected(added.error());
      }
    }
  }
  return finish(std::move(result), std::move(sources), environment);
}

}  // namespace freshet::app
