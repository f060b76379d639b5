// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/help.h"

#include <fmt/format.h>
#include <utility>

#include "player/app/completion.h"
#include "player/app/man_page.h"
#include "player/control/option_value.h"

namespace freshet::app {
namespace {

struct Paint {
  std::string_view bold, plain;
};
Paint paint(Style style) {
  return style == Style::Colour ? Paint{"\x1b[1m", "\x1b[0m"} : Paint{"", ""};
}

std::string_view synopsis(Command command) {
  switch (command) {
    case Command::Play:
      return "Usage: freshet [options] SOURCE…\n"
             "       freshet seed FILE|FOLDER|TORRENT…\n"
             "       freshet probe SOURCE\n"
             "       freshet protect IN -o OUT\n\n"
             "Plays torrent video while it downloads. A SOURCE is a magnet link, a .torrent file or its URL, "
             "an\n"
             "infohash, a local video, an http(s) URL of one, or - for standard input.\n";
    case Command::Seed:
      return "Usage: freshet seed [options] FILE|FOLDER|TORRENT…\n\n"
             "Makes a torrent of files or folders, prints its magnet link, and serves them until "
             "interrupted. With a\n"
             ".torrent file it serves the data that lies beside it.\n";
    case Command::Probe:
      return "Usage: freshet probe [options] SOURCE\n\n"
             "Prints the files of SOURCE, its streams, its duration, and whether it is protected.\n";
    case Command::Protect:
      return "Usage: freshet protect [options] IN -o OUT\n\n"
             "Packages a film of yours for streaming under Common Encryption (ISO/IEC 23001-7): whoever has "
             "its keys\n"
             "plays it. IN is any film that freshet plays, with H.264, HEVC, AV1 or VP9; OUT becomes an MP4. "
             "Nothing\n"
             "is encoded anew.\n";
  }
  std::unreachable();
}

std::string_view examples(Command command) {
  switch (command) {
    case Command::Play:
      return "  freshet 'magnet:?xt=urn:btih:…'           play a magnet link\n"
             "  freshet --list series.torrent             number the files of a torrent\n"
             "  freshet --file='*E05*' series.torrent     play one of them\n"
             "  freshet --keep=. film.torrent             and keep the file\n"
             "  freshet --start=1:30 --slang=en film.mkv  from 1:30 with English subtitles\n";
    case Command::Seed:
      return "  freshet seed film.mkv                     serve a film; others play the printed link\n"
             "  freshet seed --torrent-out=f.torrent film.mkv\n";
    case Command::Probe: return "  freshet probe --json film.torrent\n";
    case Command::Protect:
      return "  freshet protect film.mkv -o film.mp4 --key-file=film.keys\n"
             "  freshet protect film.mkv -o film.mp4 --scheme=cbcs --key=$KID:$KEY --clear-lead=10\n"
             "  freshet protect film.mkv -o film.mp4 --key=video=$KID1:$KEY1 --key=audio=$KID2:$KEY2\n"
             "  freshet protect film.mkv -o film.mp4 --rotate=600 --key=$KID1:$KEY1 --key=$KID2:$KEY2\n"
             "  openssl rand -hex 16                      a number that serves as KID or as KEY\n";
  }
  std::unreachable();
}

// `text` in lines that end before `width`, all but the first indented.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string result;
  std::size_t column = indent;
  while (!text.empty()) {
    const auto end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (column > indent && column + 1 + word.size() > width) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

std::string type_text(const OptionInfo& option) {
  const auto range = [&] { return fmt::format(" ({} to {})", option.minimum, option.maximum); };
  const auto bytes = [](double value) { return control::size_text(Bytes{static_cast<std::int64_t>(value)}); };
  std::string choices;
  for (const char c : option.choices) choices += c == '|' ? ' ' : c;
  switch (option.type) {
    case ValueType::Flag: return "Flag";
    case ValueType::Integer:
      return (choices.empty() ? std::string("Integer") : "Choices: " + choices + " (or an integer)") +
             range();
    case ValueType::Number: return "Double" + range();
    case ValueType::Time: return "Time";
    case ValueType::TimePoint: return "Relative time or percent position";
    case ValueType::Size:
      return fmt::format("ByteSize ({} to {})", bytes(option.minimum), bytes(option.maximum));
    case ValueType::Choice: return "Choices: " + choices;
    case ValueType::Text: return "String";
    case ValueType::List: return "String list";
    case ValueType::Path: return "String";
    case ValueType::Track: return "Choices: no auto (or an integer) (0 to 8190)";
    case ValueType::Help: return "String";
  }
  std::unreachable();
}

}  // namespace

std::string_view short_help(const OptionInfo& option) {
  const auto end = option.help.find(". ");
  return end == std::string_view::npos ? option.help.substr(0, option.help.size() - 1)
                                       : option.help.substr(0, end);
}

std::vector<std::string_view> names_of(const OptionInfo& option) {
  std::vector<std::string_view> names{option.name};
  std::string_view aliases = option.aliases;
  while (!aliases.empty()) {
    const auto end = aliases.find(' ');
    names.push_back(aliases.substr(0, end));
    if (end == std::string_view::npos) break;
    aliases = aliases.substr(end + 1);
  }
  return names;
}

bool on_by_itself(const OptionInfo& option) {
  return option.type == ValueType::Flag && option.default_text == "yes";
}

std::string usage_of(const OptionInfo& option) {
  if (option.name.size() == 1) return fmt::format("-{}", option.name);
  return fmt::format("{}--{}{}{}", option.short_name != 0 ? fmt::format("-{}, ", option.short_name) : "",
                     on_by_itself(option) ? "no-" : "", option.name, value_syntax(option));
}

std::string help_text(Command command, Listed upto, Style style) {
  const auto [bold, plain] = paint(style);
  std::string text(synopsis(command));
  for (const Group group : all_groups) {
    std::string rows;
    for (const OptionInfo& option : option_table()) {
      if (option.group != group || option.listed > upto || (option.commands & command_bit(command)) == 0)
        continue;
      const std::string usage = usage_of(option);
      constexpr std::size_t column = 34;
      constexpr std::size_t width = 100;
      rows += fmt::format("  {}{}{}{}{}\n", bold, usage, plain,
                          usage.size() + 2 < column ? std::string(column - usage.size() - 2, ' ')
                                                    : "\n" + std::string(column, ' '),
                          wrapped(short_help(option), column, width));
    }
    if (!rows.empty()) text += fmt::format("\n{}{}{}\n{}", bold, group_title(group), plain, rows);
  }
  text += fmt::format("\n{}Examples{}\n{}", bold, plain, examples(command));
  if (upto == Listed::Common) {
    text +=
        "\nAll options: --help=all. A flag also takes =yes and =no, and has a --no- form. See also: man "
        "freshet\n";
  }
  return text;
}

std::string list_options_text() {
  std::string text = "Options:\n\n";
  int count = 0;
  for (const OptionInfo& option : option_table()) {
    if (option.listed == Listed::Hidden) continue;
    std::string_view fallback = option.default_text;
    if (fallback.empty() && option.type == ValueType::Flag) fallback = "no";
    text += fmt::format(" --{:<30} {} (default: {}){}{}\n", option.name, type_text(option), fallback,
                        option.type == ValueType::Path ? " [file]" : "",
                        option.config == Config::CommandLineOnly ? " [not in config files]" : "");
    ++count;
    for (const std::string_view alias : names_of(option)) {
      if (alias == option.name) continue;
      text += fmt::format(" --{:<30} alias for {}\n", alias, option.name);
      ++count;
    }
  }
  return text + fmt::format("\nTotal: {} options\n", count);
}

std::string generated_text(std::string_view what, std::string_view version) {
  if (what == "bash") return completion(Shell::Bash);
  if (what == "zsh") return completion(Shell::Zsh);
  if (what == "fish") return completion(Shell::Fish);
  return man_page(version);
}

}  // namespace freshet::app
