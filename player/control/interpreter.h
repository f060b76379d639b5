// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Runs commands on the player: those of keys, of text lines and of IPC clients. It checks arguments by a
// table (command_list() shows it), expands ${properties} where asked, and shows on the screen what mpv shows.
// Commands that would start programs or load code (run, subprocess, load-script) do not exist. Main thread
// only.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "player/control/bindings.h"
#include "player/control/command_text.h"
#include "player/control/properties.h"

namespace freshet::control {

// What a command gives back; null where mpv gives null.
struct Outcome;

class Interpreter {
 public:
  struct Hooks {
    std::function<void(const std::vector<std::string>&)> broadcast;  // script-message
    std::function<bool(const std::string&, const std::vector<std::string>&)>
        send_to;                                    // false: no such client
    std::function<void(const std::string&)> print;  // print-text
  };
  // `properties` and `bindings` outlive the interpreter.
  Interpreter(Properties& properties, Bindings& bindings, Hooks hooks);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  [[nodiscard]] Outcome run(const Command& command);
  // A chain of commands as text; the first failure is returned, the rest runs all the same.
  Status run_text(std::string_view text);
  // PropertyNotFound: the key is not bound, which nobody needs to know.
  Status press_key(std::string_view key);

  // Set when that entry is loaded: the options that loadfile was given. "start" seeks, all else are
  // properties.
  using FileOptions = std::vector<std::pair<std::string, std::string>>;
  void remember_file_options(int entry_id, FileOptions options);

  // As mpv's command-list.
  [[nodiscard]] static Json command_list();

 private:
  void apply_file_options(int entry_id);

  Properties& properties_;
  Bindings& bindings_;
  Hooks hooks_;
  int key_depth_ = 0;                        // keypress inside a binding inside a keypress…
  std::map<int, FileOptions> file_options_;  // by playlist entry
  int listener_ = 0;
};

}  // namespace freshet::control
