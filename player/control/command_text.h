// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Commands as people and programs write them: mpv's text ("no-osd seek 10 exact; show-text \"hi\"") and its
// JSON
// (["seek", 10, "exact"] or {"name": "seek", "target": 10}). Only the syntax: which commands there are, and
// what their arguments must be, is the interpreter's. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "player/control/json.h"
#include "streaming/base/error.h"

namespace freshet::control {

enum class OsdMode : std::uint8_t { Auto, No, Message, Bar, MessageBar };
enum class Expand : std::uint8_t { No, Yes };

// Not a value type of ours alone: Json is complete only where json.hpp is included.
struct Command {
  std::string name;
  std::vector<Json> arguments;                      // by place…
  std::vector<std::pair<std::string, Json>> named;  // …or by name
  OsdMode osd = OsdMode::Auto;
  Expand expand = Expand::Yes;  // ${properties} in text arguments
  Command();
  Command(const Command&);
  Command(Command&&) noexcept;
  Command& operator=(const Command&);
  Command& operator=(Command&&) noexcept;
  ~Command();
};

// A key with more than this was never meant.
inline constexpr std::size_t max_commands = 64;
inline constexpr std::size_t max_arguments = 64;

// Commands separated by ';'. '#' in place of a word starts a comment. Words may be quoted with " (and then
// hold
// \" \\ \n \t \e \xHH \uHHHH), with ' (nothing is special), or with `x…x` for any character x. Errors: Usage
// "bad-command".
[[nodiscard]] Result<std::vector<Command>> parse_command_text(std::string_view text);

// The value of "command" in a client's line. As in mpv it neither expands properties nor shows anything,
// unless a prefix says so. Errors: Usage "bad-command".
[[nodiscard]] Result<Command> parse_command_json(const Json& value);

}  // namespace freshet::control
