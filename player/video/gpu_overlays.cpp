// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/video/gpu_overlays.h"

#include <algorithm>

#include "player/video/frame_check.h"

namespace freshet::video {

Result<OverlayTextures> OverlayTextures::make(pl_gpu gpu) {
  const pl_fmt format = pl_find_named_fmt(gpu, "rgba8");
  if (format == nullptr) return output_error("the graphics card has no plain textures");
  return OverlayTextures(gpu, format);
}

Result<void> OverlayTextures::set(std::span<const OverlayPointer> overlays) {
  std::vector<Entry> next;
  next.reserve(overlays.size());
  std::vector<Entry> retired = std::move(entries_);
  entries_.clear();
  // First those that stay, so that a new one cannot take a texture that is still wanted.
  for (const OverlayPointer& overlay : overlays) {
    if (!is_drawable(overlay)) continue;
    const auto known = std::ranges::find(retired, overlay, &Entry::overlay);
    if (known == retired.end()) {
      next.push_back({overlay, Texture(gpu_)});
      continue;
    }
    next.push_back(std::move(*known));
    retired.erase(known);
  }
  for (Entry& entry : next) {
    if (entry.texture.get() != nullptr) continue;
    auto texture = upload(*entry.overlay, retired);
    if (!texture) return std::unexpected(std::move(texture.error()));
    entry.texture = std::move(*texture);
  }
  entries_ = std::move(next);
  return {};
}

Result<Texture> OverlayTextures::upload(const Overlay& overlay, std::vector<Entry>& retired) const {
  Texture texture(gpu_);
  // A counter that ticks has the same size each time: its texture is written anew, not made anew.
  const auto same_size = std::ranges::find_if(retired, [&](const Entry& entry) {
    return entry.overlay->bitmap_width == overlay.bitmap_width &&
           entry.overlay->bitmap_height == overlay.bitmap_height;
  });
  if (same_size != retired.end()) {
    texture = std::move(same_size->texture);
    retired.erase(same_size);
  }
  pl_tex_params params{};
  params.w = overlay.bitmap_width;
  params.h = overlay.bitmap_height;
  params.format = format_;
  params.sampleable = true;
  params.host_writable = true;
  if (!pl_tex_recreate(gpu_, texture.slot(), &params)) return output_error("no memory for an overlay");
  pl_tex_transfer_params transfer{};
  transfer.tex = texture.get();
  // libplacebo takes a pointer for both ways; an upload only reads.
  transfer.ptr = const_cast<std::uint8_t*>(overlay.rgba.data());
  if (!pl_tex_upload(gpu_, &transfer)) return output_error("an overlay cannot be uploaded");
  return texture;
}

std::span<const pl_overlay> OverlayTextures::describe(const pl_color_space& color) {
  parts_.clear();
  described_.clear();
  parts_.reserve(entries_.size());
  described_.reserve(entries_.size());
  for (const auto& [overlay, texture] : entries_) {
    pl_overlay_part part{};
    part.src = {0, 0, static_cast<float>(overlay->bitmap_width), static_cast<float>(overlay->bitmap_height)};
    part.dst = {static_cast<float>(overlay->x), static_cast<float>(overlay->y),
                static_cast<float>(overlay->x + overlay->width),
                static_cast<float>(overlay->y + overlay->height)};
    parts_.push_back(part);
    pl_overlay described{};
    described.tex = texture.get();
    described.mode = PL_OVERLAY_NORMAL;
    described.coords = PL_OVERLAY_COORDS_DST_FRAME;
    described.repr.sys = PL_COLOR_SYSTEM_RGB;
    described.repr.levels = PL_COLOR_LEVELS_FULL;
    described.repr.alpha = PL_ALPHA_PREMULTIPLIED;
    described.color = color;  // drawn as it is: its colours were chosen for the screen
    described.parts = &parts_.back();
    described.num_parts = 1;
    described_.push_back(described);
  }
  return described_;
}

}  // namespace freshet::video
