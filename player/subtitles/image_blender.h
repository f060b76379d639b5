// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// libass gives a frame as hundreds of one-coloured masks in drawing order. An output wants few pictures: they
// are gathered into rectangles that do not touch each other, and drawn into one RGBA picture each.
#pragma once

#include <ass/ass.h>
#include <vector>

#include "player/video/overlay.h"

namespace freshet::subtitles {

// What lies outside of width × height is cut off.
[[nodiscard]] std::vector<video::OverlayPointer> blend_images(const ASS_Image* images, int width, int height);

// At most `limit` rectangles that are disjoint and cover all of `parts`, with little else. Empty ones are
// dropped.
[[nodiscard]] std::vector<video::Rectangle> gather(const std::vector<video::Rectangle>& parts,
                                                   std::size_t limit);

}  // namespace freshet::subtitles
