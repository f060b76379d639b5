// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/control/command_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

#include "player/control/text.h"

namespace freshet::control {

Command::Command() = default;
Command::Command(const Command&) = default;
Command::Command(Command&&) noexcept = default;
Command& Command::operator=(const Command&) = default;
Command& Command::operator=(Command&&) noexcept = default;
Command::~Command() = default;

namespace {

std::unexpected<Error> bad(std::string_view what) {
  return fail(ErrorCategory::Usage, "bad-command", std::string(what),
              "a command is a word and its arguments, as: seek 10 exact");
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Applies a prefix; false when `word` is none.
bool apply_prefix(Command& command, std::string_view word) {
  if (word == "osd-auto") {
    command.osd = OsdMode::Auto;
  } else if (word == "no-osd") {
    command.osd = OsdMode::No;
  } else if (word == "osd-bar") {
    command.osd = OsdMode::Bar;
  } else if (word == "osd-msg") {
    command.osd = OsdMode::Message;
  } else if (word == "osd-msg-bar") {
    command.osd = OsdMode::MessageBar;
  } else if (word == "raw") {
    command.expand = Expand::No;
  } else if (word == "expand-properties") {
    command.expand = Expand::Yes;
  } else {
    // Every command is done at once and a key repeats as the window repeats it: these change nothing.
    return word == "async" || word == "sync" || word == "repeatable";
  }
  return true;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// `count` hexadecimal digits at the front of `text`.
std::optional<unsigned> take_hex(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  unsigned value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(digit);
  }
  text.remove_prefix(count);
  return value;
}

void append_utf8(std::string& text, unsigned code) {
  const auto byte = [&](unsigned value) { text += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

// What stands behind a backslash inside "…"; `text` begins after the backslash.
bool take_escape(std::string_view& text, std::string& into) {
  if (text.empty()) return false;
  const char c = text.front();
  text.remove_prefix(1);
  switch (c) {
    case '"':
    case '\\':
    case '/': into += c; return true;
    case 'a': into += '\a'; return true;
    case 'b': into += '\b'; return true;
    case 'e': into += '\x1b'; return true;
    case 'f': into += '\f'; return true;
    case 'n': into += '\n'; return true;
    case 'r': into += '\r'; return true;
    case 't': into += '\t'; return true;
    case 'v': into += '\v'; return true;
    case 'x': {
      const auto value = take_hex(text, 2);
      if (value) into += static_cast<char>(*value);
      return value.has_value();
    }
    case 'u': {
      const auto value = take_hex(text, 4);
      if (value) append_utf8(into, *value);
      return value.has_value();
    }
    default: return false;
  }
}

// The next word, quotes resolved. `text` begins with no blank and is not empty.
Result<std::string> take_word(std::string_view& text) {
  std::string word;
  const char quote = text.front();
  if (quote == '"') {
    text.remove_prefix(1);
    while (true) {
      if (text.empty()) return bad("a quote is not closed");
      const char c = text.front();
      text.remove_prefix(1);
      if (c == '"') break;
      if (c != '\\') {
        word += c;
      } else if (!take_escape(text, word)) {
        return bad("an unknown escape after '\\'");
      }
    }
  } else if (quote == '\'') {
    const auto end = text.find('\'', 1);
    if (end == std::string_view::npos) return bad("a quote is not closed");
    word = std::string(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
  } else if (quote == '`' && text.size() > 1) {
    const char close[] = {text[1], '`'};
    const auto end = text.find(std::string_view(close, 2), 2);
    if (end == std::string_view::npos) return bad("a quote is not closed");
    word = std::string(text.substr(2, end - 2));
    text.remove_prefix(end + 2);
  } else {
    std::size_t length = 0;
    while (length < text.size() && !is_blank(text[length]) && text[length] != ';') ++length;
    word = std::string(text.substr(0, length));
    text.remove_prefix(length);
    return word;
  }
  if (!text.empty() && !is_blank(text.front()) && text.front() != ';') {
    return bad("a blank is missing after a closing quote");
  }
  return word;
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

// One command up to ';' or the end; an empty name when there is none.
Result<Command> take_command(std::string_view& text) {
  Command command;
  while (true) {
    skip_blanks(text);
    if (text.empty() || text.front() == ';') break;
    if (text.front() == '#') {  // a comment to the end
      text = {};
      break;
    }
    auto word = take_word(text);
    if (!word) return std::unexpected(std::move(word.error()));
    if (command.name.empty()) {
      if (!apply_prefix(command, *word)) command.name = std::move(*word);
      if (command.name.empty() && word->empty()) return bad("a command is missing");
    } else {
      if (command.arguments.size() == max_arguments) return bad("too many arguments");
      command.arguments.emplace_back(std::move(*word));
    }
  }
  return command;
}

// Old names, and '_' for '-', as mpv takes them.
void normalize_name(std::string& name) {
  for (char& c : name) {
    if (c == '_') c = '-';
  }
}

}  // namespace

Result<std::vector<Command>> parse_command_text(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return bad("a command holds a zero byte");
  std::vector<Command> commands;
  while (true) {
    auto command = take_command(text);
    if (!command) return std::unexpected(std::move(command.error()));
    if (!command->name.empty()) {
      if (commands.size() == max_commands) return bad("too many commands");
      normalize_name(command->name);
      commands.push_back(std::move(*command));
    }
    if (text.empty()) break;
    text.remove_prefix(1);  // ';'
  }
  return commands;
}

Result<Command> parse_command_json(const Json& value) {
  Command command;
  command.osd = OsdMode::No;
  command.expand = Expand::No;
  if (value.is_array()) {
    if (value.size() > max_arguments) return bad("too many arguments");
    for (const Json& item : value) {
      if (!command.name.empty()) {
        command.arguments.push_back(item);
        continue;
      }
      if (!item.is_string() || item.get_ref<const std::string&>().empty()) return bad("a command is a text");
      const std::string& word = item.get_ref<const std::string&>();
      if (!apply_prefix(command, word)) command.name = word;
    }
  } else if (value.is_object()) {
    if (value.size() > max_arguments) return bad("too many arguments");
    for (const auto& [key, member] : value.items()) {
      if (key == "name") {
        if (!member.is_string()) return bad("a command is a text");
        command.name = member.get<std::string>();
      } else if (key == "_flags") {
        if (!member.is_array()) return bad("_flags is a list");
        for (const Json& flag : member) {
          if (!flag.is_string() || !apply_prefix(command, flag.get_ref<const std::string&>())) {
            return bad("an unknown prefix");
          }
        }
      } else {
        command.named.emplace_back(key, member);
      }
    }
  } else {
    return bad("a command is a list or an object");
  }
  if (command.name.empty()) return bad("a command is missing");
  normalize_name(command.name);
  return command;
}

}  // namespace freshet::control
