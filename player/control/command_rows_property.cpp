// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Changing properties, showing texts.
#include "player/control/command_rows.h"
#include "player/control/expand.h"
#include "player/control/option_value.h"
#include "player/control/osd_feedback.h"

namespace freshet::control {
namespace {

using Type = ArgumentType;

Outcome after(CommandContext& context, std::string_view name, Status status) {
  if (status != Status::Success) return {Status::CommandFailed, {}};
  show_property(context.properties, name, context.osd);
  return {};
}

Outcome set(CommandContext& context, const Arguments& arguments) {
  const std::string& name = arguments[0].get_ref<const std::string&>();
  return after(context, name, context.properties.set(name, arguments[1]));
}

Outcome add(CommandContext& context, const Arguments& arguments) {
  const std::string& name = arguments[0].get_ref<const std::string&>();
  const double amount = arguments[1].is_number() ? arguments[1].get<double>() : 1;
  return after(context, name, context.properties.add(name, amount));
}

Outcome multiply(CommandContext& context, const Arguments& arguments) {
  const std::string& name = arguments[0].get_ref<const std::string&>();
  return after(context, name, context.properties.multiply(name, arguments[1].get<double>()));
}

Outcome cycle(CommandContext& context, const Arguments& arguments) {
  const std::string& name = arguments[0].get_ref<const std::string&>();
  const auto direction = arguments[1] == "down" ? Direction::Down : Direction::Up;
  return after(context, name, context.properties.cycle(name, direction));
}

// The value after the one that is set; the first when none is. "!reverse" goes the other way.
Outcome cycle_values(CommandContext& context, const Arguments& arguments) {
  const bool reverse = arguments[0] == "!reverse";
  const std::size_t first = reverse ? 2 : 1;
  if (arguments.size() <= first) return {Status::InvalidParameter, {}};
  const std::string& name = arguments[first - 1].get_ref<const std::string&>();
  const auto current = context.properties.get_text(name);
  const std::size_t count = arguments.size() - first;
  std::size_t next = reverse ? count - 1 : 0;
  for (std::size_t i = 0; current && i < count; ++i) {
    const std::string& candidate = arguments[first + i].get_ref<const std::string&>();
    const auto number = parse_number(candidate, -1e15, 1e15);
    const auto current_number = parse_number(*current, -1e15, 1e15);
    // "1.0" and "1.000000" are the same speed.
    const bool same = candidate == *current || (number && current_number && *number == *current_number);
    if (same) {
      next = reverse ? (i + count - 1) % count : (i + 1) % count;
      break;
    }
  }
  return after(context, name, context.properties.set(name, arguments[first + next]));
}

Outcome show_text(CommandContext& context, const Arguments& arguments) {
  constexpr std::int64_t fallback = 1000;         // mpv's osd-duration
  constexpr std::int64_t longest = 3600 * 1000L;  // what stays longer is no message
  std::int64_t duration = arguments[1].is_number() ? arguments[1].get<std::int64_t>() : -1;
  if (duration < 0) duration = fallback;
  const std::int64_t level = arguments[2].is_number() ? arguments[2].get<std::int64_t>() : 0;
  if (level > context.properties.context().osd_level) return {};
  context.player().show_text(arguments[0].get<std::string>(),
                             std::chrono::milliseconds(std::min(duration, longest)));
  return {};
}

}  // namespace

std::vector<CommandRow> property_commands() {
  return {
      {"set", {{"name"}, {"value"}}, false, set},
      {"add", {{"name"}, {"value", Type::Real, true}}, false, add},
      {"multiply", {{"name"}, {"value", Type::Real}}, false, multiply},
      {"cycle", {{"name"}, {"value", Type::Choice, true, "up|down"}}, false, cycle},
      {"cycle-values", {{"arg0"}, {"arg1"}, {"argN", Type::Text, true}}, true, cycle_values},
      {"show-text",
       {{"text"}, {"duration", Type::Integer, true}, {"level", Type::Integer, true}},
       false,
       show_text},
      {"show-progress",
       {},
       false,
       [](CommandContext& c, const Arguments&) -> Outcome {
         c.player().show_progress();
         return {};
       }},
      {"expand-text",
       {{"text"}},
       false,
       [](CommandContext& c, const Arguments& a) -> Outcome {
         return {Status::Success, expand_text(a[0].get_ref<const std::string&>(), c.properties)};
       }},
      {"print-text",
       {{"text"}},
       false,
       [](CommandContext& c, const Arguments& a) -> Outcome {
         if (c.hooks.print) c.hooks.print(a[0].get<std::string>());
         return {};
       }},
      {"ignore", {}, false, [](CommandContext&, const Arguments&) -> Outcome { return {}; }},
  };
}

}  // namespace freshet::control
