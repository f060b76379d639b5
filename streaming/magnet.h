// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Magnet links (BEP 9, BEP 52, BEP 53) and the infohashes that stand for them. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "streaming/base/error.h"
#include "streaming/source.h"

namespace freshet::streaming {

// Checks a magnet link: at least one infohash that is one, no two that contradict each other, a readable so=.
// The link is kept as it was, but for "&amp;" (copied from the source of a page), which becomes '&'.
// Errors: Source "bad-magnet".
[[nodiscard]] Result<MagnetSource> parse_magnet(std::string_view text);

// The magnet link that an infohash abbreviates: 40 hex digits or 32 base32 letters (v1), 64 hex digits or the
// multihash "1220" + 64 hex digits (v2). nullopt for anything else.
[[nodiscard]] std::optional<std::string> magnet_of_infohash(std::string_view text);

}  // namespace freshet::streaming
