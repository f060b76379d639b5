// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/subtitles/image_blender.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

namespace freshet::subtitles {
namespace {

using video::Rectangle;

// A dialogue line, a second one at the top, and a few signs. Each costs the output a texture and a draw.
constexpr std::size_t max_overlays = 8;

std::int64_t area(const Rectangle& r) {
  return std::int64_t{r.width} * r.height;
}

Rectangle join(const Rectangle& a, const Rectangle& b) {
  const int x = std::min(a.x, b.x);
  const int y = std::min(a.y, b.y);
  return {x, y, std::max(a.x + a.width, b.x + b.width) - x, std::max(a.y + a.height, b.y + b.height) - y};
}

Rectangle meet(const Rectangle& a, const Rectangle& b) {
  const int x = std::max(a.x, b.x);
  const int y = std::max(a.y, b.y);
  return {x, y, std::max(0, std::min(a.x + a.width, b.x + b.width) - x),
          std::max(0, std::min(a.y + a.height, b.y + b.height) - y)};
}

// Pixels that a common rectangle adds.
std::int64_t waste(const Rectangle& a, const Rectangle& b) {
  return area(join(a, b)) - area(a) - area(b);
}

bool belong_together(const Rectangle& a, const Rectangle& b) {
  // Glyphs of a line, lines of a text: a joint picture of little more than their sum. The constant lets small
  // parts with a gap between them join.
  return area(meet(a, b)) > 0 || waste(a, b) <= (area(a) + area(b)) / 4 + 4096;
}

void merge(std::vector<Rectangle>& groups, std::size_t first, std::size_t second) {
  groups[first] = join(groups[first], groups[second]);
  groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(second));
}

// Joins until no two belong together: a joint rectangle may touch others.
void settle(std::vector<Rectangle>& groups) {
  for (std::size_t a = 0; a < groups.size(); ++a) {
    for (std::size_t b = a + 1; b < groups.size(); ++b) {
      if (belong_together(groups[a], groups[b])) {
        merge(groups, a, b);
        a = static_cast<std::size_t>(-1);  // the loop's step makes it 0: from the start
        break;
      }
    }
  }
}

void merge_cheapest(std::vector<Rectangle>& groups) {
  std::size_t first = 0;
  std::size_t second = 1;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (std::size_t a = 0; a < groups.size(); ++a) {
    for (std::size_t b = a + 1; b < groups.size(); ++b) {
      if (const std::int64_t cost = waste(groups[a], groups[b]); cost < least) {
        least = cost;
        first = a;
        second = b;
      }
    }
  }
  merge(groups, first, second);
}

// (a*b)/255 rounded, for 0 … 255.
constexpr std::uint32_t times(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t product = a * b + 128;
  return (product + (product >> 8)) >> 8;
}

// Draws one mask over the picture.
void draw(const ASS_Image& image, const Rectangle& part, video::Overlay& overlay) {
  const std::uint32_t opacity = 255 - (image.color & 0xFF);
  const std::uint32_t red = image.color >> 24;
  const std::uint32_t green = (image.color >> 16) & 0xFF;
  const std::uint32_t blue = (image.color >> 8) & 0xFF;
  for (int row = 0; row < part.height; ++row) {
    const auto source_row = static_cast<std::ptrdiff_t>(part.y - image.dst_y + row) * image.stride;
    const unsigned char* mask = image.bitmap + source_row + (part.x - image.dst_x);
    std::uint8_t* pixel = overlay.rgba.data() + (static_cast<std::size_t>(part.y - overlay.y + row) *
                                                     static_cast<std::size_t>(overlay.width) +
                                                 static_cast<std::size_t>(part.x - overlay.x)) *
                                                    4;
    for (int column = 0; column < part.width; ++column, pixel += 4) {
      const std::uint32_t alpha = times(mask[column], opacity);
      if (alpha == 0) continue;
      const std::uint32_t behind = 255 - alpha;
      pixel[0] = static_cast<std::uint8_t>(times(red, alpha) + times(pixel[0], behind));
      pixel[1] = static_cast<std::uint8_t>(times(green, alpha) + times(pixel[1], behind));
      pixel[2] = static_cast<std::uint8_t>(times(blue, alpha) + times(pixel[2], behind));
      pixel[3] = static_cast<std::uint8_t>(alpha + times(pixel[3], behind));
    }
  }
}

}  // namespace

std::vector<Rectangle> gather(const std::vector<Rectangle>& parts, std::size_t limit) {
  std::vector<Rectangle> groups;
  for (const Rectangle& part : parts) {
    if (part.width <= 0 || part.height <= 0) continue;
    const auto inside = [&](const Rectangle& group) { return join(group, part) == group; };
    if (std::ranges::any_of(groups, inside)) continue;
    groups.push_back(part);
    settle(groups);
    while (groups.size() > limit) {
      merge_cheapest(groups);
      settle(groups);
    }
  }
  return groups;
}

std::vector<video::OverlayPointer> blend_images(const ASS_Image* images, int width, int height) {
  const Rectangle canvas{0, 0, width, height};
  std::vector<Rectangle> parts;
  for (const ASS_Image* image = images; image != nullptr; image = image->next) {
    parts.push_back(meet({image->dst_x, image->dst_y, image->w, image->h}, canvas));
  }
  std::vector<video::OverlayPointer> overlays;
  for (const Rectangle& group : gather(parts, max_overlays)) {
    auto overlay = std::make_shared<video::Overlay>();
    overlay->x = group.x;
    overlay->y = group.y;
    overlay->width = overlay->bitmap_width = group.width;
    overlay->height = overlay->bitmap_height = group.height;
    overlay->rgba.resize(static_cast<std::size_t>(area(group)) * 4);
    std::size_t index = 0;
    for (const ASS_Image* image = images; image != nullptr; image = image->next, ++index) {
      const Rectangle& part = parts[index];
      if (area(part) > 0 && join(group, part) == group) draw(*image, part, *overlay);
    }
    overlays.push_back(std::move(overlay));
  }
  return overlays;
}

}  // namespace freshet::subtitles
