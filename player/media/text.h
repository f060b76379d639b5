// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Text from files is bytes until proven otherwise. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace freshet::media {

enum class LineBreaks : bool { Remove, Keep };

// `bytes` as valid UTF-8: what is not becomes U+FFFD, control characters become spaces (but line feeds, with
// LineBreaks::Keep). At most `limit` bytes come out, cut between characters.
[[nodiscard]] std::string clean_text(std::string_view bytes, std::size_t limit,
                                     LineBreaks line_breaks = LineBreaks::Remove);

// Length of the UTF-8 sequence at the start of `bytes`, 0 when there is no valid one.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view bytes);

}  // namespace freshet::media
