// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What the parsers of this room do to text: cut it for a message, fold its case, make it valid UTF-8, find
// the name somebody meant. Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace freshet::control {

// ASCII only: option names, units, key names.
[[nodiscard]] std::string lower_case(std::string_view text);

// Without blanks (space, tab, CR, LF) at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// Valid UTF-8: each byte that is part of no well-formed sequence becomes U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

// For messages: valid UTF-8 without control characters, at most `limit` bytes with an ellipsis when cut.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t limit);

// The candidate with the fewest typing slips (a letter more, less, wrong, or two swapped), if they are few
// enough for a person to have meant it.
[[nodiscard]] std::optional<std::string_view> nearest_name(std::string_view typed,
                                                           std::span<const std::string_view> candidates);

}  // namespace freshet::control
