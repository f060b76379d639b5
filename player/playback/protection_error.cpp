// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/protection_error.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace freshet::playback {

namespace {

// A file that rotates its keys names hundreds.
constexpr std::size_t most_named_keys = 4;

std::string named_keys(const container::ProtectionSummary& summary) {
  std::string keys;
  for (std::size_t i = 0; i < std::min(summary.key_ids.size(), most_named_keys); ++i)
    keys += (i == 0 ? "" : ", ") + container::to_text(summary.key_ids[i]);
  if (summary.key_ids.size() > most_named_keys) keys += ", …";
  return keys;
}

}  // namespace

Error no_licence_error(const container::ProtectionSummary& summary, bool has_keys) {
  std::string systems;
  for (const container::SystemId& system : summary.system_ids) {
    if (!systems.empty()) systems += ", ";
    const std::string_view name = container::system_name(system);
    systems += name.empty() ? container::to_text(system)
                            : std::string(name) + " (" + container::to_text(system) + ")";
  }
  std::string message = "The file is protected";
  if (!summary.scheme.empty()) message += " (" + summary.scheme + ")";
  const std::string keys = named_keys(summary);
  if (has_keys && !keys.empty())
    message += " and none of the keys that were given is its own: it needs " + keys;
  else
    message += " and there is no licence for it";
  return {ErrorCategory::Protection, "no-licence", std::move(message),
          systems.empty() ? "Ask whoever published it for a copy that this player can unlock"
                          : "It can be unlocked through: " + systems};
}

}  // namespace freshet::playback
