// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Keys and messages to clients.
#include "player/control/command_rows.h"
#include "player/control/key_name.h"

namespace freshet::control {
namespace {

using Type = ArgumentType;

Outcome keybind(CommandContext& context, const Arguments& arguments) {
  const auto bound = context.bindings.bind(arguments[0].get_ref<const std::string&>(),
                                           arguments[1].get_ref<const std::string&>());
  return outcome_of(bound);
}

Outcome keypress(CommandContext& context, const Arguments& arguments) {
  const std::string& key = arguments[0].get_ref<const std::string&>();
  if (!normalized_key(key)) return {Status::CommandFailed, {}};
  context.interpreter.press_key(key);
  return {};
}

std::vector<std::string> texts(const Arguments& arguments, std::size_t from) {
  std::vector<std::string> result;
  for (std::size_t i = from; i < arguments.size(); ++i) {
    if (arguments[i].is_string()) result.push_back(arguments[i].get<std::string>());
  }
  return result;
}

Outcome script_message(CommandContext& context, const Arguments& arguments) {
  if (context.hooks.broadcast) context.hooks.broadcast(texts(arguments, 0));
  return {};
}

Outcome script_message_to(CommandContext& context, const Arguments& arguments) {
  const bool sent =
      context.hooks.send_to && context.hooks.send_to(arguments[0].get<std::string>(), texts(arguments, 1));
  return {sent ? Status::Success : Status::CommandFailed, {}};
}

// mpv's name for what its script of statistics binds to keys; no other script is here.
Outcome script_binding(CommandContext& context, const Arguments& arguments) {
  using Page = playback::Player::StatsPage;
  const auto& name = arguments[0].get_ref<const std::string&>();
  if (name == "stats/display-stats")
    context.player().show_stats(Page::Once);
  else if (name == "stats/display-stats-toggle")
    context.player().show_stats(Page::Toggle);
  else
    return {Status::CommandFailed, {}};
  return {};
}

}  // namespace

std::vector<CommandRow> program_commands() {
  return {
      {"keybind", {{"name"}, {"cmd"}}, false, keybind},
      {"keypress", {{"name"}}, false, keypress},
      {"keydown", {{"name"}}, false, keypress},
      {"keyup",
       {{"name", Type::Text, true}},
       false,
       [](CommandContext&, const Arguments&) -> Outcome { return {}; }},
      {"script-binding", {{"name"}}, false, script_binding},
      {"script-message", {{"args", Type::Text, true}}, true, script_message},
      {"script-message-to", {{"target"}, {"args", Type::Text, true}}, true, script_message_to},
  };
}

}  // namespace freshet::control
