// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Lists of sources: one a line, M3U and PLS. Pure; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "streaming/base/error.h"

namespace freshet::control {

// A season has dozens of entries, a music collection some thousands.
inline constexpr std::size_t max_playlist_entries = 20'000;

// The sources that `text` names, in order. Lines that begin with '#' are comments. A relative path is looked
// for in `folder` (empty: as it stands); links, URLs, infohashes and "-" stay as they are. Errors: Source
// "bad-playlist".
[[nodiscard]] Result<std::vector<std::string>> parse_playlist(std::string_view text,
                                                              const std::filesystem::path& folder);

}  // namespace freshet::control
