// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// --help, --help=all and --list-options, made from the option table. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "player/app/command_line.h"
#include "player/app/option_table.h"

namespace freshet::app {

enum class Style : std::uint8_t { Plain, Colour };  // Colour on a terminal only

// `upto`: Listed::Common is --help, Listed::All is --help=all.
[[nodiscard]] std::string help_text(Command command, Listed upto, Style style);

// " --name   Type (range) (default: …)", one option a line, as mpv prints it.
[[nodiscard]] std::string list_options_text();

// What --generate=WHAT prints: "man", "bash", "zsh" or "fish".
[[nodiscard]] std::string generated_text(std::string_view what, std::string_view version);

// The first sentence of an option's help, without its full stop.
[[nodiscard]] std::string_view short_help(const OptionInfo& option);
// All names an option goes by: "fullscreen", "fs".
[[nodiscard]] std::vector<std::string_view> names_of(const OptionInfo& option);
// A flag that is on when nobody says anything: its help tells what --no-x does.
[[nodiscard]] bool on_by_itself(const OptionInfo& option);
// "--volume=PERCENT", "--no-dht" for a flag that is on by itself, "-h, --help[=all]".
[[nodiscard]] std::string usage_of(const OptionInfo& option);

}  // namespace freshet::app
