// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// freshet.conf in mpv's syntax: one `name=value` a line, `name` alone for yes, `#` starts a comment, values
// may be quoted with " or ' and blanks around everything are ignored. Dashes in front of a name are allowed.
// A line
// `[profile]` starts a part that is not applied: freshet has no profiles. Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "streaming/base/error.h"

namespace freshet::app {

struct ConfigLine {
  int line = 0;  // 1-based, for messages
  std::string name;
  std::optional<std::string> value;  // nullopt: the name stood alone
  bool operator==(const ConfigLine&) const = default;
};

inline constexpr std::size_t max_config_lines = 10'000;

// `file` is named in errors. Errors: Usage "bad-config".
[[nodiscard]] Result<std::vector<ConfigLine>> parse_config(std::string_view text, std::string_view file);

}  // namespace freshet::app
