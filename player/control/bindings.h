// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Which key runs which command: the defaults, input.conf over them, `keybind` over that. Main thread only.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "player/control/json.h"
#include "streaming/base/error.h"

namespace freshet::control {

// A hand-written input.conf has some hundred lines; the bound is for files that are none.
inline constexpr std::size_t max_bindings = 10'000;

struct KeyBinding {
  std::string key;  // normalized
  std::string command;
  bool operator==(const KeyBinding&) const = default;
};

// input.conf in mpv's syntax: `KEY command` a line, '#' starts a comment line. What is wrong is left out and
// named in `problems` with file and line; lines for another section than the default one are left out
// silently.
struct InputConf {
  std::vector<KeyBinding> bindings;
  std::vector<std::string> problems;
};
[[nodiscard]] InputConf parse_input_conf(std::string_view text, std::string_view file);

class Bindings {
 public:
  void add_defaults();
  // Errors: Usage "bad-key", "bad-command", "too-many-bindings".
  [[nodiscard]] Result<void> bind(std::string_view key, std::string_view command);
  // nullopt: no such binding. `key` in any spelling.
  [[nodiscard]] std::optional<std::string> find(std::string_view key) const;
  // As mpv's input-bindings.
  [[nodiscard]] Json list() const;

 private:
  struct Entry {
    std::string command;
    bool is_default = false;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace freshet::control
