// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The keys of a packager as people and programs write them. Pure; any thread. Messages never repeat a key.
#pragma once

#include <string_view>
#include <vector>

#include "drm/protect/film_protector.h"

namespace freshet::drm {

// "KID:KEY", or "video=KID:KEY" with a label. Errors: Usage "bad-key".
[[nodiscard]] Result<LabelledKey> parse_labelled_key(std::string_view text);

// A file of keys: what parse_key_file() reads, there without labels, or a CPIX document (DASH-IF Content
// Protection Information Exchange 2.3) whose ContentKey elements hold plain values, and whose
// ContentKeyUsageRule elements may name the tracks by intendedTrackType VIDEO, AUDIO or TEXT. At most 64 KiB.
// Errors: Protection "bad-key-set".
[[nodiscard]] Result<std::vector<LabelledKey>> parse_key_list(std::string_view text);

}  // namespace freshet::drm
