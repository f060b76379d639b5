// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/option_table.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "player/app/option_rows.h"
#include "player/control/option_value.h"
#include "player/control/text.h"

namespace freshet::app {
namespace {

// "a|b|c" or "a b c" holds the word.
bool has_word(std::string_view words, char separator, std::string_view word) {
  while (!words.empty()) {
    const auto end = words.find(separator);
    if (words.substr(0, end) == word) return true;
    if (end == std::string_view::npos) break;
    words = words.substr(end + 1);
  }
  return false;
}

std::string choices_text(std::string_view choices) {
  std::string text;
  while (!choices.empty()) {
    const auto end = choices.find('|');
    if (!text.empty()) text += end == std::string_view::npos ? " or " : ", ";
    text += choices.substr(0, end);
    if (end == std::string_view::npos) break;
    choices = choices.substr(end + 1);
  }
  return text;
}

std::unexpected<Error> name_option(const OptionInfo& option, Error error) {
  error.message = fmt::format("--{}: {}", option.name, error.message);
  if (error.hint.empty() && !option.example.empty())
    error.hint = fmt::format("for example {}", option.example);
  return std::unexpected(std::move(error));
}

template <class T>
Result<OptionValue> as_value(Result<T> result) {
  if (!result) return std::unexpected(std::move(result.error()));
  return OptionValue(std::move(*result));
}

Result<OptionValue> parse_text(const OptionInfo& option, std::string_view text) {
  using namespace control;
  switch (option.type) {
    case ValueType::Flag: return as_value(parse_flag(text));
    case ValueType::Integer:
      // A word in place of the number, as "all" frames.
      if (has_word(option.choices, '|', text)) return OptionValue(std::string(text));
      return as_value(parse_integer(text, static_cast<std::int64_t>(option.minimum),
                                    static_cast<std::int64_t>(option.maximum)));
    case ValueType::Number: return as_value(parse_number(text, option.minimum, option.maximum));
    case ValueType::Time: return as_value(parse_time(text));
    case ValueType::TimePoint: return as_value(parse_time_point(text));
    case ValueType::Size: {
      auto size = parse_size(text, Bytes{static_cast<std::int64_t>(option.maximum)});
      if (size && static_cast<double>(size->value) < option.minimum) {
        return fail(ErrorCategory::Usage, "bad-value",
                    fmt::format("'{}' is not at least {}", shortened(text, 80),
                                size_text(Bytes{static_cast<std::int64_t>(option.minimum)})));
      }
      return as_value(std::move(size));
    }
    case ValueType::Choice:
      if (has_word(option.choices, '|', text)) return OptionValue(std::string(text));
      return fail(ErrorCategory::Usage, "bad-value",
                  fmt::format("'{}' is not {}", shortened(text, 80), choices_text(option.choices)));
    case ValueType::Text:
    case ValueType::Path: return OptionValue(std::string(text));
    case ValueType::List: return as_value(parse_list(text));
    case ValueType::Track: return as_value(parse_track(text));
    case ValueType::Help:
      if (text == "all") return OptionValue(std::string(text));
      return fail(ErrorCategory::Usage, "bad-value", fmt::format("'{}' is not 'all'", shortened(text, 80)),
                  "write --help, --help=all, or see the manual page");
  }
  std::unreachable();
}

}  // namespace

std::string_view group_title(Group group) {
  switch (group) {
    case Group::Sources: return "Sources";
    case Group::Playback: return "Playing";
    case Group::Tracks: return "Tracks and languages";
    case Group::Output: return "Picture and sound";
    case Group::Network: return "Network";
    case Group::Storage: return "Storage";
    case Group::Protection: return "Protected content";
    case Group::Publishing: return "Making a torrent";
    case Group::Protecting: return "Protecting a film";
    case Group::Observing: return "Watching and controlling the player";
    case Group::Terminal: return "Terminal and keys";
    case Group::General: return "General";
  }
  std::unreachable();
}

std::span<const OptionInfo> option_table() {
  static const std::vector<OptionInfo> table = [] {
    std::vector<OptionInfo> all;
    for (const auto rows : {playback_rows(), swarm_rows(), protect_rows(), observing_rows()}) {
      all.insert(all.end(), rows.begin(), rows.end());
    }
    return all;
  }();
  return table;
}

const OptionInfo* find_option(std::string_view name) {
  if (name.empty() || name.find(' ') != std::string_view::npos) return nullptr;
  for (const OptionInfo& option : option_table()) {
    if (option.name == name || has_word(option.aliases, ' ', name)) return &option;
  }
  return nullptr;
}

const OptionInfo* find_short_option(char name) {
  for (const OptionInfo& option : option_table()) {
    if (option.short_name == name && name != 0) return &option;
  }
  return nullptr;
}

std::span<const std::string_view> option_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const OptionInfo& option : option_table()) {
      if (option.listed == Listed::Hidden) continue;
      all.push_back(option.name);
      std::string_view aliases = option.aliases;
      while (!aliases.empty()) {
        const auto end = aliases.find(' ');
        all.push_back(aliases.substr(0, end));
        if (end == std::string_view::npos) break;
        aliases = aliases.substr(end + 1);
      }
    }
    return all;
  }();
  return names;
}

bool needs_value(const OptionInfo& option) {
  // --loop-file alone is yes, as --idle and --mute are.
  return option.type != ValueType::Flag && option.type != ValueType::Help &&
         !has_word(option.choices, '|', "yes");
}

bool can_be_negated(const OptionInfo& option) {
  return option.type == ValueType::Flag || option.type == ValueType::Track ||
         has_word(option.choices, '|', "no");
}

Result<OptionValue> parse_option_value(const OptionInfo& option, std::optional<std::string_view> text) {
  if (!text) {
    if (option.type == ValueType::Help) return OptionValue(std::string());
    if (!needs_value(option)) {
      text = "yes";
    } else {
      return fail(ErrorCategory::Usage, "missing-value", fmt::format("--{} needs a value", option.name),
                  fmt::format("write --{}{}", option.name, value_syntax(option)));
    }
  }
  if (text->size() > control::max_value_length || text->find('\0') != std::string_view::npos) {
    return fail(ErrorCategory::Usage, "bad-value", fmt::format("--{}: the value is too long", option.name));
  }
  auto value = parse_text(option, *text);
  if (!value) return name_option(option, std::move(value.error()));
  return value;
}

std::string value_syntax(const OptionInfo& option) {
  const std::string name(option.value_name);
  switch (option.type) {
    case ValueType::Flag: return "";
    case ValueType::Help: return fmt::format("[={}]", option.choices);
    case ValueType::Track: return "=auto|no|NUMBER";
    case ValueType::Choice:
      return needs_value(option) ? fmt::format("={}", option.choices) : fmt::format("[={}]", option.choices);
    default:
      if (option.choices.empty()) return fmt::format("={}", name);
      return needs_value(option) ? fmt::format("={}|{}", name, option.choices)
                                 : fmt::format("[={}|{}]", name, option.choices);
  }
}

Result<void> set_option(CommandLine& into, const OptionInfo& option, std::optional<std::string_view> text) {
  const auto value = parse_option_value(option, text);
  if (!value) return std::unexpected(value.error());
  auto applied = option.apply(into, *value);
  if (!applied) return name_option(option, std::move(applied.error()));
  return {};
}

}  // namespace freshet::app
