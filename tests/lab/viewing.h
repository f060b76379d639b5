// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One viewing: a swarm is made, a player plays the scene's steps in it, both are thrown away. Blocks.
#pragma once

#include "tests/lab/player.h"

namespace freshet::lab {

struct Viewing {
  Figures figures;
  std::optional<RouterReport> router;
  std::string words;  // all that the player wrote, when something failed
};

[[nodiscard]] Viewing watch(const Scene& scene, const LabTorrent& torrent, const Programs& programs,
                            Ground ground, Player& player);

}  // namespace freshet::lab
