// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A picture laid over the video: a subtitle, the on-screen display. Immutable; shared by pointer; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace freshet::video {

struct Overlay {
  int x = 0, y = 0;                         // of its top left corner, in the window's pixels
  int width = 0, height = 0;                // as shown
  int bitmap_width = 0, bitmap_height = 0;  // of the pixels below; scaled when they differ
  std::vector<std::uint8_t> rgba;           // premultiplied alpha, sRGB, bitmap_width*bitmap_height*4
};
// The same pointer means the same pixels: an output may keep its texture.
using OverlayPointer = std::shared_ptr<const Overlay>;

struct Rectangle {
  int x = 0, y = 0, width = 0, height = 0;
  constexpr bool operator==(const Rectangle&) const = default;
};

}  // namespace freshet::video
