// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The rows of the property table, by subject; properties.cpp puts them together.
#pragma once

#include <span>

#include "player/control/properties.h"

namespace freshet::control {

[[nodiscard]] std::span<const Property> playback_properties();  // time, speed, seeking, the cache
[[nodiscard]] std::span<const Property> output_properties();    // volume, tracks, subtitles, screen
[[nodiscard]] std::span<const Property> media_properties();     // the file, its tracks, the playlist
[[nodiscard]] std::span<const Property> program_properties();   // freshet itself, the swarm

}  // namespace freshet::control
