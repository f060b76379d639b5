// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/completion.h"

#include <fmt/format.h>
#include <utility>
#include <vector>

#include "player/app/help.h"
#include "player/app/option_table.h"

namespace freshet::app {
namespace {

constexpr Command commands[] = {Command::Play, Command::Seed, Command::Probe, Command::Protect};

std::string_view word(Command command) {
  switch (command) {
    case Command::Play: return "play";
    case Command::Seed: return "seed";
    case Command::Probe: return "probe";
    case Command::Protect: return "protect";
  }
  std::unreachable();
}

// What may stand behind "=": words to choose from, files or folders, or anything.
enum class Values : std::uint8_t { None, Words, Files, Folders, Any };
Values values_of(const OptionInfo& option) {
  switch (option.type) {
    case ValueType::Flag: return Values::None;
    case ValueType::Choice:
    case ValueType::Track:
    case ValueType::Help: return Values::Words;
    case ValueType::Path: return option.value_name == "DIR" ? Values::Folders : Values::Files;
    default: return Values::Any;
  }
}

// Separated by blanks.
std::string words_of(const OptionInfo& option) {
  if (option.type == ValueType::Track) return "auto no 1 2 3";
  std::string words(option.choices);
  for (char& c : words) {
    if (c == '|') c = ' ';
  }
  return words;
}

template <class Visit>
void each_option(Command command, Visit visit) {
  for (const OptionInfo& option : option_table()) {
    if (option.listed != Listed::Hidden && (option.commands & command_bit(command)) != 0) visit(option);
  }
}

// Inside single quotes of a POSIX shell.
std::string shell_quoted(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result;
}

// --- bash

// Every spelling of an option that bash offers: with '=' where a value belongs.
std::string bash_names(Command command) {
  std::string names;
  each_option(command, [&](const OptionInfo& option) {
    for (const std::string_view name : names_of(option)) {
      if (name.size() == 1) {
        names += fmt::format(" -{}", name);
        continue;
      }
      if (!needs_value(option)) names += fmt::format(" --{}", name);
      if (values_of(option) != Values::None) names += fmt::format(" --{}=", name);
      if (can_be_negated(option)) names += fmt::format(" --no-{}", name);
    }
  });
  return names.substr(1);
}

std::string bash() {
  std::string text =
      "# bash completion for freshet; made by freshet --generate=bash\n"
      "_freshet() {\n"
      "  local cur prev words cword split command=play word\n"
      "  _init_completion -n =: 2>/dev/null || { cur=${COMP_WORDS[COMP_CWORD]}; "
      "words=(\"${COMP_WORDS[@]}\"); "
      "cword=$COMP_CWORD; }\n"
      "  for word in \"${words[@]:1:cword-1}\"; do\n"
      "    case $word in\n"
      "      seed|probe|protect) command=$word; break ;;\n"
      "      -*) ;;\n"
      "      *) break ;;\n"
      "    esac\n"
      "  done\n"
      "  compopt -o nospace 2>/dev/null\n"
      "  case $cur in\n";
  for (const OptionInfo& option : option_table()) {
    if (option.listed == Listed::Hidden) continue;
    std::string pattern;
    for (const std::string_view name : names_of(option)) {
      if (name.size() > 1) pattern += fmt::format("{}--{}=*", pattern.empty() ? "" : "|", name);
    }
    if (pattern.empty()) continue;
    switch (values_of(option)) {
      case Values::None:
        text += fmt::format(
            "    {}) COMPREPLY=($(compgen -P \"${{cur%%=*}}=\" -W 'yes no' -- \"${{cur#*=}}\")); "
            "return ;;\n",
            pattern);
        break;
      case Values::Words:
        text += fmt::format(
            "    {}) COMPREPLY=($(compgen -P \"${{cur%%=*}}=\" -W '{}' -- \"${{cur#*=}}\")); "
            "return ;;\n",
            pattern, words_of(option));
        break;
      case Values::Files:
      case Values::Folders:
        text += fmt::format(
            "    {}) mapfile -t COMPREPLY < <(compgen -P \"${{cur%%=*}}=\" -{} -- \"${{cur#*=}}\"); "
            "return ;;\n",
            pattern, values_of(option) == Values::Files ? "f" : "d");
        break;
      case Values::Any: text += fmt::format("    {}) COMPREPLY=(); return ;;\n", pattern); break;
    }
  }
  text += "  esac\n  if [[ $cur == -* ]]; then\n    case $command in\n";
  for (const Command command : commands) {
    text += fmt::format("      {}) COMPREPLY=($(compgen -W '{}' -- \"$cur\")) ;;\n", word(command),
                        bash_names(command));
  }
  text +=
      "    esac\n"
      "    [[ ${COMPREPLY[0]} == *= ]] || compopt +o nospace 2>/dev/null\n"
      "    return\n"
      "  fi\n"
      "  compopt -o filenames +o nospace 2>/dev/null\n"
      "  mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"; (( cword == 1 )) && compgen -W 'seed probe "
      "protect' -- "
      "\"$cur\")\n"
      "}\n"
      "complete -F _freshet freshet\n";
  return text;
}

// --- zsh

// A sentence inside the brackets of an _arguments specification, inside single quotes.
std::string zsh_help(const OptionInfo& option) {
  std::string text;
  for (const char c : short_help(option)) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') text += '\\';
    text += c;
  }
  return shell_quoted(text);
}

std::string zsh_action(const OptionInfo& option) {
  switch (values_of(option)) {
    case Values::None: return "";
    case Values::Words: return fmt::format(":value:({})", words_of(option));
    case Values::Files: return ":file:_files";
    case Values::Folders: return ":folder:_files -/";
    case Values::Any: return ":value:";
  }
  std::unreachable();
}

std::string zsh() {
  std::string text =
      "#compdef freshet\n# zsh completion for freshet; made by freshet --generate=zsh\n"
      "_freshet() {\n"
      "  local -a options\n"
      "  local command=play word\n"
      "  for word in \"${(@)words[2,CURRENT-1]}\"; do\n"
      "    case $word in\n"
      "      (seed|probe|protect) command=$word; break ;;\n"
      "      (-*) ;;\n"
      "      (*) break ;;\n"
      "    esac\n"
      "  done\n"
      "  case $command in\n";
  for (const Command command : commands) {
    text += fmt::format("    ({}) options=(\n", word(command));
    each_option(command, [&](const OptionInfo& option) {
      const std::string help = zsh_help(option);
      for (const std::string_view name : names_of(option)) {
        const std::string star = option.repeat == Repeat::Appends ? "*" : "";
        if (name.size() == 1) {
          text += fmt::format("      '{}-{}[{}]'\n", star, name, help);
          continue;
        }
        if (on_by_itself(option)) {
          text += fmt::format("      '--{}' '--no-{}[{}]'\n", name, name, help);
          continue;
        }
        if (values_of(option) == Values::None) {
          text += fmt::format("      '{}--{}[{}]'\n", star, name, help);
        } else if (needs_value(option)) {
          text += fmt::format("      '{}--{}=[{}]{}'\n", star, name, help, zsh_action(option));
        } else {
          text += fmt::format("      '{}--{}=-[{}]:{}'\n", star, name, help, zsh_action(option));
        }
        if (can_be_negated(option)) text += fmt::format("      '--no-{}[not\\: {}]'\n", name, help);
      }
    });
    text += "    ) ;;\n";
  }
  text +=
      "  esac\n"
      "  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
      "    _alternative 'commands:command:((seed\\:\"make a torrent and serve it\" probe\\:\"look into a "
      "source\" protect\\:\"package a film under encryption\"))' "
      "'sources:source:_files'\n"
      "    return\n"
      "  fi\n"
      "  _arguments -s -S : $options '*:source:_files'\n"
      "}\n"
      "_freshet \"$@\"\n";
  return text;
}

// --- fish

// Inside single quotes of fish, which knows \\' and \\\\ there.
std::string fish_quoted(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

// Where an option of these commands is offered; empty: everywhere.
std::string fish_condition(std::uint8_t taken_by) {
  std::string takes, others;
  for (const Command command : commands) {
    if (command == Command::Play) continue;
    ((taken_by & command_bit(command)) != 0 ? takes : others) += fmt::format(" {}", word(command));
  }
  // Playing has no word of its own.
  if ((taken_by & for_play) == 0) return "__fish_seen_subcommand_from" + takes;
  return others.empty() ? "" : "not __fish_seen_subcommand_from" + others;
}

std::string fish() {
  std::string text =
      "# fish completion for freshet; made by freshet --generate=fish\n"
      "complete -c freshet -n __fish_use_subcommand -a seed -d 'Make a torrent and serve it'\n"
      "complete -c freshet -n __fish_use_subcommand -a probe -d 'Look into a source'\n"
      "complete -c freshet -n __fish_use_subcommand -a protect -d 'Package a film under encryption'\n";
  for (const OptionInfo& option : option_table()) {
    if (option.listed == Listed::Hidden) continue;
    const std::string condition = fish_condition(option.commands);
    const std::string guard = condition.empty() ? "" : fmt::format(" -n '{}'", condition);
    for (const std::string_view name : names_of(option)) {
      std::string value;
      switch (values_of(option)) {
        case Values::None: break;
        case Values::Words:
          value = fmt::format(" {} -a '{}'", needs_value(option) ? "-x" : "-f", words_of(option));
          break;
        case Values::Files: value = " -r -F"; break;
        case Values::Folders: value = " -x -a '(__fish_complete_directories)'"; break;
        case Values::Any: value = " -x"; break;
      }
      if (on_by_itself(option)) {
        text += fmt::format("complete -c freshet{} -l {}\ncomplete -c freshet{} -l no-{} -d '{}'\n", guard,
                            name, guard, name, fish_quoted(short_help(option)));
        continue;
      }
      text += fmt::format("complete -c freshet{} {} {}{} -d '{}'\n", guard, name.size() == 1 ? "-s" : "-l",
                          name, name.size() == 1 ? "" : value, fish_quoted(short_help(option)));
      if (can_be_negated(option) && name.size() > 1) {
        text += fmt::format("complete -c freshet{} -l no-{}\n", guard, name);
      }
    }
  }
  return text;
}

}  // namespace

std::string completion(Shell shell) {
  switch (shell) {
    case Shell::Bash: return bash();
    case Shell::Zsh: return zsh();
    case Shell::Fish: return fish();
  }
  std::unreachable();
}

}  // namespace freshet::app
