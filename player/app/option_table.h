// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The one table of options. The command line, freshet.conf, --help, --list-options, the man page and the
// completions of three shells are all made from it. Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "player/app/command_line.h"
#include "player/media/pipeline.h"
#include "player/playback/options.h"
#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::app {

enum class ValueType : std::uint8_t {
  Flag,       // --x, --x=yes, --x=no, --no-x → bool
  Integer,    // → std::int64_t
  Number,     // → double
  Time,       // → MediaTime
  TimePoint,  // → std::optional<playback::TimePoint>
  Size,       // → Bytes
  Choice,     // one of `choices` → std::string
  Text,       // → std::string
  List,       // separated by commas → std::vector<std::string>
  Path,       // → std::string
  Track,      // auto, no, number → media::TrackChoice
  Help,       // --help, --help=all → std::string, may be empty
};
using OptionValue = std::variant<bool, std::int64_t, double, MediaTime, std::optional<playback::TimePoint>,
                                 Bytes, std::string, std::vector<std::string>, media::TrackChoice>;

enum class Group : std::uint8_t {
  Sources,
  Playback,
  Tracks,
  Output,
  Network,
  Storage,
  Protection,
  Publishing,
  Protecting,
  Observing,
  Terminal,
  General
};
inline constexpr Group all_groups[] = {Group::Sources,    Group::Playback,   Group::Tracks,
                                       Group::Output,     Group::Network,    Group::Storage,
                                       Group::Protection, Group::Publishing, Group::Protecting,
                                       Group::Observing,  Group::Terminal,   Group::General};
[[nodiscard]] std::string_view group_title(Group group);

// Who takes an option: bits of a set.
inline constexpr std::uint8_t for_play = 1, for_seed = 2, for_probe = 4, for_protect = 8, for_swarm = 7,
                              for_all = 15;
[[nodiscard]] constexpr std::uint8_t command_bit(Command command) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(command));
}

enum class Listed : std::uint8_t {
  Common,  // in --help
  All,     // in --help=all, the man page and completions
  Hidden,  // nowhere: for the build
};
enum class Repeat : std::uint8_t { Replaces, Appends };
enum class Config : std::uint8_t { Allowed, CommandLineOnly };

struct OptionInfo {
  std::string_view name = {};     // without dashes
  std::string_view aliases = {};  // separated by blanks
  char short_name = 0;            // -h
  ValueType type = ValueType::Flag;
  double minimum = 0, maximum = 0;   // Integer, Number, Size; a Time only if they differ
  std::string_view choices = {};     // separated by '|': of a Choice; words that another type takes as well
  std::string_view value_name = {};  // FILE, SECONDS: for people
  std::string_view default_text = {};
  Group group = Group::General;
  std::uint8_t commands = for_play;
  Listed listed = Listed::Common;
  Repeat repeat = Repeat::Replaces;
  Config config = Config::Allowed;
  std::string_view help =
      {};  // sentences, the first alone is in --help; what --no-x does if x is on by itself
  std::string_view example = {};  // a whole argument, or empty
  Result<void> (*apply)(CommandLine& into, const OptionValue& value) = nullptr;
  // Of a Path whose file is read with the command line: gets all of it.
  Result<void> (*apply_file)(CommandLine& into, const std::string& content) = nullptr;
};

[[nodiscard]] std::span<const OptionInfo> option_table();

// By name or alias ("fs"), exactly; nullptr when there is none.
[[nodiscard]] const OptionInfo* find_option(std::string_view name);
[[nodiscard]] const OptionInfo* find_short_option(char name);

// All names and aliases, for "did you mean".
[[nodiscard]] std::span<const std::string_view> option_names();

// Takes a value at all, and must have one.
[[nodiscard]] bool needs_value(const OptionInfo& option);
// --no-x means --x=no.
[[nodiscard]] bool can_be_negated(const OptionInfo& option);

// nullopt: the option was written without a value. Errors: Usage "missing-value", "bad-value"; the message
// names the option.
[[nodiscard]] Result<OptionValue> parse_option_value(const OptionInfo& option,
                                                     std::optional<std::string_view> text);

// "=FILE", "[=yes|no]", "=auto|no|NUMBER": what follows the name in help texts.
[[nodiscard]] std::string value_syntax(const OptionInfo& option);

// parse_option_value and apply, but for the file.
[[nodiscard]] Result<void> set_option(CommandLine& into, const OptionInfo& option,
                                      std::optional<std::string_view> text);

}  // namespace freshet::app
