// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What the statistics page says (the keys i and I), from the player's state. Main thread.
#pragma once

#include "player/playback/player.h"
#include "player/ui/osd.h"

namespace freshet::playback {

// So many of the best peers are shown.
inline constexpr std::size_t peers_on_page = 8;

[[nodiscard]] ui::OsdStats stats_page(const Player& player);

}  // namespace freshet::playback
