// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/interpreter.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "player/control/command_rows.h"
#include "player/control/expand.h"
#include "player/control/option_value.h"
#include "player/control/text.h"

namespace freshet::control {
namespace {

// A binding may press keys that are bound; two that press each other must end.
constexpr int max_key_depth = 8;

const std::vector<CommandRow>& table() {
  static const std::vector<CommandRow> rows = [] {
    std::vector<CommandRow> all;
    for (auto part : {playback_commands(), property_commands(), program_commands()}) {
      std::ranges::move(part, std::back_inserter(all));
    }
    std::ranges::sort(all, {}, &CommandRow::name);
    return all;
  }();
  return rows;
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto end = words.find('|');
    if (words.substr(0, end) == word) return true;
    if (end == std::string_view::npos) break;
    words = words.substr(end + 1);
  }
  return false;
}

// "0.5" or "1/1.1", as mpv's default keys write factors.
std::optional<double> parse_real(std::string_view text) {
  constexpr double limit = 1e15;
  const auto slash = text.find('/');
  const auto numerator = parse_number(text.substr(0, slash), -limit, limit);
  if (!numerator) return std::nullopt;
  if (slash == std::string_view::npos) return *numerator;
  const auto denominator = parse_number(text.substr(slash + 1), -limit, limit);
  if (!denominator || *denominator == 0) return std::nullopt;
  return *numerator / *denominator;
}

constexpr std::int64_t max_integer = std::int64_t{1} << 53;

std::optional<Json> from_text(const ArgumentInfo& argument, const std::string& text) {
  switch (argument.type) {
    case ArgumentType::Text: return Json(text);
    case ArgumentType::Integer:
      if (const auto value = parse_integer(text, -max_integer, max_integer)) return Json(*value);
      return std::nullopt;
    case ArgumentType::Real:
      if (const auto value = parse_real(text)) return Json(*value);
      return std::nullopt;
    case ArgumentType::Time:
      if (const auto value = parse_time(text)) return Json(to_seconds(*value));
      return std::nullopt;
    case ArgumentType::Choice:
      if (has_word(argument.choices, text) && text != "#") return Json(text);
      if (has_word(argument.choices, "#")) {
        if (const auto value = parse_integer(text, 0, max_integer)) return Json(*value);
      }
      return std::nullopt;
    case ArgumentType::Flags: {
      std::string_view rest = text;
      while (!rest.empty()) {
        const auto end = rest.find('+');
        if (!has_word(argument.choices, rest.substr(0, end))) return std::nullopt;
        if (end == std::string_view::npos) break;
        rest = rest.substr(end + 1);
      }
      return Json(text);
    }
  }
  return std::nullopt;
}

std::optional<Json> coerce(const ArgumentInfo& argument, const Json& value, const Command& command,
                           const Properties& properties) {
  if (value.is_string()) {
    const std::string& text = value.get_ref<const std::string&>();
    if (text.size() > max_value_length) return std::nullopt;
    if (command.expand == Expand::Yes && argument.type == ArgumentType::Text && argument.name != "cmd") {
      return from_text(argument, expand_text(text, properties));
    }
    return from_text(argument, text);
  }
  // Numbers of a client go where text is wanted as well: ["set", "volume", 50].
  switch (argument.type) {
    case ArgumentType::Text:
      if (value.is_boolean()) return Json(value.get<bool>() ? "yes" : "no");
      if (value.is_number()) return Json(json_text(value));
      return std::nullopt;
    case ArgumentType::Integer:
    case ArgumentType::Choice:
      if (!value.is_number()) return std::nullopt;
      if (value.is_number_float()) {
        const double number = value.get<double>();
        if (number != std::floor(number) || std::abs(number) > 1e15) return std::nullopt;
        return from_text(argument, std::to_string(static_cast<std::int64_t>(number)));
      }
      return from_text(argument, value.dump());
    case ArgumentType::Real:
    case ArgumentType::Time:
      if (!value.is_number() || !std::isfinite(value.get<double>())) return std::nullopt;
      return Json(value.get<double>());
    case ArgumentType::Flags:
      if (value.is_array()) {
        std::string joined;
        for (const Json& flag : value) {
          if (!flag.is_string()) return std::nullopt;
          joined += (joined.empty() ? "" : "+") + flag.get<std::string>();
        }
        return from_text(argument, joined);
      }
      return std::nullopt;
  }
  return std::nullopt;
}

// nullopt: InvalidParameter.
std::optional<Arguments> arguments_for(const CommandRow& row, const Command& command,
                                       const Properties& properties) {
  std::vector<Json> given = command.arguments;
  if (!command.named.empty()) {
    given.assign(row.arguments.size(), Json());
    for (const auto& [name, value] : command.named) {
      const auto found = std::ranges::find(row.arguments, name, &ArgumentInfo::name);
      if (found == row.arguments.end()) return std::nullopt;
      given[static_cast<std::size_t>(found - row.arguments.begin())] = value;
    }
  }
  if (given.size() > row.arguments.size() && !row.variadic) return std::nullopt;
  Arguments arguments;
  for (std::size_t i = 0; i < std::max(given.size(), row.arguments.size()); ++i) {
    if (row.variadic && i >= given.size() && i + 1 >= row.arguments.size()) {
      if (given.size() < row.arguments.size() && !row.arguments.back().optional) return std::nullopt;
      break;
    }
    const ArgumentInfo& argument = row.arguments[std::min(i, row.arguments.size() - 1)];
    if (i >= given.size() || given[i].is_null()) {
      if (!argument.optional) return std::nullopt;
      arguments.emplace_back();
      continue;
    }
    auto value = coerce(argument, given[i], command, properties);
    if (!value) return std::nullopt;
    arguments.push_back(std::move(*value));
  }
  return arguments;
}

std::string_view type_name(ArgumentType type) {
  switch (type) {
    case ArgumentType::Text: return "String";
    case ArgumentType::Integer: return "Integer";
    case ArgumentType::Real: return "Double";
    case ArgumentType::Time: return "Time";
    case ArgumentType::Choice: return "Choice";
    case ArgumentType::Flags: return "Flags";
  }
  return "String";
}

}  // namespace

Interpreter::Interpreter(Properties& properties, Bindings& bindings, Hooks hooks)
    : properties_(properties), bindings_(bindings), hooks_(std::move(hooks)) {
  listener_ = properties_.player().add_listener([this](const playback::PlayerEvent& event) {
    using Kind = playback::PlayerEvent::Kind;
    if (event.kind == Kind::FileLoaded) {
      const auto& playlist = properties_.player().playlist();
      const int position = properties_.player().playlist_position();
      if (position >= 0 && static_cast<std::size_t>(position) < playlist.size()) {
        apply_file_options(playlist[static_cast<std::size_t>(position)].id);
      }
    } else if (event.kind == Kind::EndFile) {
      file_options_.erase(event.entry_id);
    }
  });
}

Interpreter::~Interpreter() {
  properties_.player().remove_listener(listener_);
}

Outcome Interpreter::run(const Command& command) {
  const auto& rows = table();
  const auto row = std::ranges::lower_bound(rows, std::string_view(command.name), {}, &CommandRow::name);
  if (row == rows.end() || row->name != command.name) return {Status::InvalidParameter, {}};
  const auto arguments = arguments_for(*row, command, properties_);
  if (!arguments) return {Status::InvalidParameter, {}};
  CommandContext context{properties_, bindings_, *this, hooks_, command.osd};
  return row->run(context, *arguments);
}

Status Interpreter::run_text(std::string_view text) {
  const auto commands = parse_command_text(text);
  if (!commands) return Status::InvalidParameter;
  Status first = Status::Success;
  for (const Command& command : *commands) {
    const Status status = run(command).status;
    if (first == Status::Success) first = status;
  }
  return first;
}

Status Interpreter::press_key(std::string_view key) {
  const auto command = bindings_.find(key);
  if (!command) return Status::PropertyNotFound;
  if (key_depth_ >= max_key_depth) return Status::CommandFailed;
  ++key_depth_;
  const Status status = run_text(*command);
  --key_depth_;
  return status;
}

void Interpreter::remember_file_options(int entry_id, FileOptions options) {
  // Entries that are never played keep theirs; a list of them is bounded like a playlist.
  constexpr std::size_t max_remembered = 1000;
  if (file_options_.size() < max_remembered) file_options_[entry_id] = std::move(options);
}

void Interpreter::apply_file_options(int entry_id) {
  const auto found = file_options_.find(entry_id);
  if (found == file_options_.end()) return;
  const FileOptions options = std::move(found->second);
  file_options_.erase(found);
  for (const auto& [name, value] : options) {
    if (name != "start") {
      (void)properties_.set(name, Json(value));
      continue;
    }
    const auto point = parse_time_point(value);
    if (!point || !*point) continue;
    playback::Player& player = properties_.player();
    const MediaTime duration = player.duration().value_or(MediaTime{0});
    using Kind = playback::TimePoint::Kind;
    const MediaTime target = (*point)->kind == Kind::FromStart ? (*point)->time
                             : (*point)->kind == Kind::FromEnd
                                 ? std::max(MediaTime{0}, duration - (*point)->time)
                                 : from_seconds(to_seconds(duration) * (*point)->percent / 100);
    (void)player.seek_to(target, media::SeekMode::Exact);
  }
}

Json Interpreter::command_list() {
  Json list = Json::array();
  for (const CommandRow& row : table()) {
    Json arguments = Json::array();
    for (const ArgumentInfo& argument : row.arguments) {
      arguments.push_back(
          {{"name", argument.name}, {"type", type_name(argument.type)}, {"optional", argument.optional}});
    }
    list.push_back({{"name", row.name}, {"args", std::move(arguments)}, {"vararg", row.variadic}});
  }
  return list;
}

}  // namespace freshet::control
