// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Subtitle files come in whatever encoding their author's machine had. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace freshet::media {

// `bytes` as UTF-8 without a byte-order mark: by the mark if there is one, as it is if it is valid UTF-8,
// else by what uchardet finds in it, else as Windows-1252. What cannot be converted becomes U+FFFD.
[[nodiscard]] std::string subtitle_to_utf8(std::string_view bytes);

}  // namespace freshet::media
