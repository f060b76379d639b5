// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Text from files, peers and IPC clients, made harmless before it is drawn: valid UTF-8, no control
// characters, nothing that turns the direction of what follows, no towers of combining marks, bounded. Pure;
// any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::ui {

// A torrent's name may be a megabyte; nobody reads more than this in a message.
inline constexpr std::size_t longest_line = 1000;  // bytes
inline constexpr std::size_t most_lines = 12;

// One line: runs of white space become one space, none at the ends; broken UTF-8 becomes U+FFFD; what is too
// long ends in "…".
[[nodiscard]] std::string safe_line(std::string_view text);
// Split at line breaks; empty lines are kept inside, not at the end.
[[nodiscard]] std::vector<std::string> safe_lines(std::string_view text);

// For libass: braces and backslashes are shown, not obeyed. REQUIRES the result of safe_line().
[[nodiscard]] std::string escape_for_ass(std::string_view line);

// Byte offsets at which `line` may be cut without breaking a character apart from its marks, ascending; the
// last is line.size(). REQUIRES the result of safe_line().
[[nodiscard]] std::vector<std::size_t> cut_positions(std::string_view line);
// The end of the longest prefix of line[0, cut) that ends where a line may break (after a space, a hyphen or
// the like, between ideographs); `cut` itself if there is none.
[[nodiscard]] std::size_t break_before(std::string_view line, std::size_t cut);

}  // namespace freshet::ui
