// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// JSON as mpv's clients read and write it. Pure; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::control {

using Json = nlohmann::ordered_json;

// Deeper than any command; keeps recursion over hostile values shallow.
inline constexpr int max_json_depth = 32;

// nullopt when `text` is not one JSON value, or is nested deeper than max_json_depth.
[[nodiscard]] std::optional<Json> parse_json(std::string_view text);

// One line, as mpv writes it: real numbers with six digits after the point, text as valid UTF-8.
[[nodiscard]] std::string json_text(const Json& value);

}  // namespace freshet::control
