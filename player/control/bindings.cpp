// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/bindings.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "player/control/command_text.h"
#include "player/control/default_bindings.h"
#include "player/control/key_name.h"
#include "player/control/text.h"

namespace freshet::control {

InputConf parse_input_conf(std::string_view text, std::string_view file) {
  InputConf result;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  int number = 0;
  const auto problem = [&](std::string_view what) {
    // A file that is no input.conf has a problem a line; the first ones tell enough.
    constexpr std::size_t max_problems = 20;
    if (result.problems.size() < max_problems)
      result.problems.push_back(fmt::format("{}:{}: {}", file, number, what));
  };
  while (!text.empty()) {
    ++number;
    const auto end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    const auto blank = line.find_first_of(" \t");
    const auto key = normalized_key(line.substr(0, blank));
    std::string_view command =
        blank == std::string_view::npos ? std::string_view{} : trimmed(line.substr(blank));
    if (!key) {
      problem(fmt::format("no key is named '{}'", shortened(line.substr(0, blank), 40)));
      continue;
    }
    if (command.starts_with('{')) {
      const auto close = command.find('}');
      if (close == std::string_view::npos) {
        problem("'}' is missing");
        continue;
      }
      if (command.substr(1, close - 1) != "default") continue;
      command = trimmed(command.substr(close + 1));
    }
    const auto parsed = parse_command_text(command);
    if (!parsed) {
      problem(parsed.error().message);
    } else if (parsed->empty()) {
      problem("a command is missing after the key");
    } else if (result.bindings.size() == max_bindings) {
      problem("too many keys");
      break;
    } else {
      result.bindings.push_back({*key, std::string(command)});
    }
  }
  return result;
}

void Bindings::add_defaults() {
  for (const DefaultBinding& binding : default_bindings()) {
    if (const auto key = normalized_key(binding.key)) {
      entries_.try_emplace(*key, Entry{std::string(binding.command), true});
    }
  }
}

Result<void> Bindings::bind(std::string_view key, std::string_view command) {
  const auto name = normalized_key(key);
  if (!name) {
    return fail(ErrorCategory::Usage, "bad-key", fmt::format("no key is named '{}'", shortened(key, 40)));
  }
  if (const auto parsed = parse_command_text(command); !parsed) return std::unexpected(parsed.error());
  if (entries_.size() >= max_bindings && !entries_.contains(*name)) {
    return fail(ErrorCategory::Usage, "too-many-bindings", "too many keys are bound");
  }
  entries_[*name] = Entry{std::string(command), false};
  return {};
}

std::optional<std::string> Bindings::find(std::string_view key) const {
  const auto name = normalized_key(key);
  if (!name) return std::nullopt;
  const auto found = entries_.find(*name);
  return found == entries_.end() ? std::nullopt : std::optional(found->second.command);
}

Json Bindings::list() const {
  Json list = Json::array();
  for (const auto& [key, entry] : entries_) {
    list.push_back({{"section", "default"},
                    {"cmd", entry.command},
                    {"is_weak", entry.is_default},
                    {"priority", entry.is_default ? 0 : 1},
                    {"key", key}});
  }
  return list;
}

}  // namespace freshet::control
