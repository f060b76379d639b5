// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Overlays in textures. The same pointer keeps its texture from one picture to the next. Main thread.
#pragma once

#include <libplacebo/renderer.h>
#include <span>
#include <vector>

#include "player/video/gpu_handles.h"
#include "player/video/overlay.h"
#include "streaming/base/error.h"

namespace freshet::video {

class OverlayTextures {
 public:
  // Errors: Internal "video-output".
  [[nodiscard]] static Result<OverlayTextures> make(pl_gpu gpu);

  // Uploads what is new, forgets what is no longer named. Errors: Internal "video-output".
  [[nodiscard]] Result<void> set(std::span<const OverlayPointer> overlays);
  // For pl_frame::overlays of a target in `color`; good until the next call of either.
  [[nodiscard]] std::span<const pl_overlay> describe(const pl_color_space& color);

 private:
  OverlayTextures(pl_gpu gpu, pl_fmt format) : gpu_(gpu), format_(format) {}
  struct Entry {
    OverlayPointer overlay;
    Texture texture;
  };
  [[nodiscard]] Result<Texture> upload(const Overlay& overlay, std::vector<Entry>& retired) const;

  pl_gpu gpu_;
  pl_fmt format_;
  std::vector<Entry> entries_;
  std::vector<pl_overlay_part> parts_;
  std::vector<pl_overlay> described_;
};

}  // namespace freshet::video
