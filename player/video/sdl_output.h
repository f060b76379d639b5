// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// --vo=sdl: the plain output, by SDL_Renderer, for machines whose OpenGL is missing or broken. It takes
// FrameFormats::Basic, scales bilinearly and knows no HDR. Main thread.
#pragma once

#include <SDL.h>
#include <array>
#include <memory>
#include <vector>

#include "player/video/window.h"

namespace freshet::video {

class SdlOutput final : public WindowOutput {
 public:
  [[nodiscard]] static Result<std::unique_ptr<VideoOutput>> open(const WindowOptions& options);

  Result<void> show(const media::FramePointer& frame, std::span<const OverlayPointer> overlays) override;
  [[nodiscard]] media::FrameFormats formats() const override { return media::FrameFormats::Basic; }
  [[nodiscard]] Result<media::FramePointer> capture() override;

 private:
  struct DestroyRenderer {
    void operator()(SDL_Renderer* renderer) const { SDL_DestroyRenderer(renderer); }
  };
  struct DestroyTexture {
    void operator()(SDL_Texture* texture) const { SDL_DestroyTexture(texture); }
  };
  using Renderer = std::unique_ptr<SDL_Renderer, DestroyRenderer>;
  using Texture = std::unique_ptr<SDL_Texture, DestroyTexture>;
  struct OverlayTexture {
    OverlayPointer overlay;
    Texture texture;
  };

  SdlOutput(std::unique_ptr<Window> window, Renderer renderer);
  Result<void> draw();
  Result<void> upload(const media::VideoFrame& frame);
  Result<void> draw_picture(const media::VideoFrame& frame);
  Result<void> prepare_overlays(std::span<const OverlayPointer> overlays);
  Result<Texture> make_overlay_texture(const Overlay& overlay);

  Renderer renderer_;  // the textures below go first
  Texture picture_;
  std::uint32_t picture_format_ = 0;
  SDL_YUV_CONVERSION_MODE picture_mode_ = SDL_YUV_CONVERSION_AUTOMATIC;
  int picture_width_ = 0;
  int picture_height_ = 0;
  media::FramePointer shown_;             // what picture_ holds
  std::vector<OverlayTexture> overlays_;  // what was shown last, in order
  std::vector<std::uint8_t> converted_;   // a picture that SDL cannot convert, as BGRA
};

}  // namespace freshet::video
