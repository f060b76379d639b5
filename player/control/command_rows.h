// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The rows of the command table, by subject; interpreter.cpp puts them together and checks the arguments.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "player/control/bindings.h"
#include "player/control/command_text.h"
#include "player/control/interpreter.h"
#include "player/control/outcome.h"
#include "player/control/properties.h"

namespace freshet::control {

enum class ArgumentType : std::uint8_t {
  Text,
  Integer,
  Real,    // also "1/1.1"
  Time,    // → seconds
  Choice,  // one of `choices`, or a whole number where they hold "#"
  Flags,   // some of `choices`, joined by '+'
};

struct ArgumentInfo {
  std::string_view name;
  ArgumentType type = ArgumentType::Text;
  bool optional = false;
  std::string_view choices = {};  // separated by '|'
};

struct CommandContext {
  Properties& properties;
  Bindings& bindings;
  Interpreter& interpreter;
  const Interpreter::Hooks& hooks;
  OsdMode osd;

  [[nodiscard]] playback::Player& player() const { return properties.player(); }
};

// As many as the row names, null where left out; of a variadic row as many as were given.
using Arguments = std::vector<Json>;

struct CommandRow {
  std::string_view name;
  std::vector<ArgumentInfo> arguments;
  bool variadic = false;  // the last argument may come again and again
  Outcome (*run)(CommandContext& context, const Arguments& arguments) = nullptr;
};

[[nodiscard]] std::vector<CommandRow> playback_commands();
[[nodiscard]] std::vector<CommandRow> property_commands();
[[nodiscard]] std::vector<CommandRow> program_commands();

inline Outcome outcome_of(const Result<void>& result) {
  return {result ? Status::Success : Status::CommandFailed, {}};
}

}  // namespace freshet::control
