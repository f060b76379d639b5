// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The keys as they are before input.conf: mpv's, for what freshet has. The man page lists them from here.
#pragma once

#include <span>
#include <string_view>

namespace freshet::control {

struct DefaultBinding {
  std::string_view key;      // as key_name.h writes it
  std::string_view command;  // as input.conf would say it
  std::string_view help;     // empty: the same as the row above
};

[[nodiscard]] std::span<const DefaultBinding> default_bindings();

}  // namespace freshet::control
