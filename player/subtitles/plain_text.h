// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What a line of an ASS script says, without how it looks.
#pragma once

#include <string>
#include <string_view>

namespace freshet::subtitles {

// Drops override blocks ({\i1}) and drawings, turns \N and \n into line breaks and \h into a space. Lines
// that become empty go. Any bytes may come in.
[[nodiscard]] std::string plain_text(std::string_view ass);

}  // namespace freshet::subtitles
