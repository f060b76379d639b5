// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/protection_error.h"

#include <string>
#include <string_view>
#include <utility>

namespace freshet::playback {

Error no_licence_error(const container::ProtectionSummary& summary) {
  std::string systems;
  for (const container::SystemId& system : summary.system_ids) {
    if (!systems.empty()) systems += ", ";
    const std::string_view name = container::system_name(system);
    systems += name.empty() ? container::to_text(system)
                            : std::string(name) + " (" + container::to_text(system) + ")";
  }
  std::string message = "The file is protected";
  if (!summary.scheme.empty()) message += " (" + summary.scheme + ")";
  message += " and there is no licence for it";
  return {ErrorCategory::Protection, "no-licence", std::move(message),
          systems.empty() ? "Ask whoever published it for a copy that this player can unlock"
                          : "It can be unlocked through: " + systems};
}

}  // namespace freshet::playback
