// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The boxes that hold protection itself, parsed from memory. Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drm/container/iso_bmff.h"

namespace freshet::container {

// Printable ASCII as it is, other bytes as '?'.
[[nodiscard]] std::string fourcc_text(std::string_view bytes);

// `content` is all of an stsd box behind its size and type. Entries that are not encrypted are left out.
[[nodiscard]] std::vector<ProtectedEntry> parse_sample_descriptions(std::span<const std::byte> content);

// `content` is the beginning of a pssh box behind its size and type, at least as far as its key ids.
[[nodiscard]] std::optional<ProtectionSystemHeader> parse_system_header(std::span<const std::byte> content);

}  // namespace freshet::container
