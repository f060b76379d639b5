// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The names that protection goes by: keys and the systems that give them out. Values; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::container {

// 16 bytes in ISO-BMFF; in Matroska 1 to 64, as the publisher likes.
struct KeyId {
  std::vector<std::uint8_t> bytes;
  auto operator<=>(const KeyId&) const = default;
};

// A protection system's UUID, as DASH-IF registers them.
struct SystemId {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const SystemId&) const = default;
};

// Lower-case hex digits; the system's with dashes as a UUID has them.
[[nodiscard]] std::string to_text(const KeyId& key);
[[nodiscard]] std::string to_text(const SystemId& system);

// "Widevine"; empty for one that is not in the table.
[[nodiscard]] std::string_view system_name(const SystemId& system);

}  // namespace freshet::container
