// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Names of keys, as mpv spells them: a character ("a", "A", "é"), or a word ("SPACE", "LEFT",
// "MBTN_LEFT_DBL"), with Shift+, Ctrl+, Alt+ and Meta+ before it. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freshet::control {

// One spelling of each key: modifiers in the order Shift, Ctrl, Alt, Meta; words in capitals; "#" is SHARP
// and " " is SPACE; Shift with a letter is the capital. nullopt: no such key.
[[nodiscard]] std::optional<std::string> normalized_key(std::string_view name);

}  // namespace freshet::control
