// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// --vo=gpu: libplacebo on OpenGL. Colours by the stream's description, HDR mapped to the screen, good
// scaling, dither. On a software OpenGL (llvmpipe) all that costs too much and is left out. Main thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "player/video/gpu_frame.h"
#include "player/video/gpu_handles.h"
#include "player/video/gpu_overlays.h"
#include "player/video/window.h"

namespace freshet::video {

class GpuOutput final : public WindowOutput {
 public:
  [[nodiscard]] static Result<std::unique_ptr<VideoOutput>> open(const WindowOptions& options);

  Result<void> show(const media::FramePointer& frame, std::span<const OverlayPointer> overlays) override;
  [[nodiscard]] media::FrameFormats formats() const override;
  [[nodiscard]] Result<media::FramePointer> capture() override;

 private:
  // What libplacebo said last when it failed. Heap, since libplacebo holds its address.
  struct Complaint {
    std::string text;
  };
  enum class Drawn : std::uint8_t { Yes, WindowHidden };
  // In order of construction; they go in reverse.
  struct Parts {
    std::unique_ptr<Window> window;
    GlContext context;
    std::unique_ptr<Complaint> complaint;
    Log log;
    OpenGl opengl;
    Swapchain swapchain;
    RendererHandle renderer;
    OverlayTextures overlays;
    Quality quality = Quality::Good;
  };

  explicit GpuOutput(Parts parts);
  Result<Drawn> draw();
  [[nodiscard]] pl_color_space target_color() const;
  [[nodiscard]] std::unexpected<Error> complain(const char* what) const;

  GlContext context_;
  std::unique_ptr<Complaint> complaint_;
  Log log_;
  OpenGl opengl_;
  Swapchain swapchain_;
  RendererHandle renderer_;
  OverlayTextures overlays_;
  FrameUploader uploader_;
  pl_render_params params_{};
  Quality quality_;            // never Auto
  media::FramePointer shown_;  // what picture_ describes
  pl_frame picture_{};
  int width_ = 0;  // of the swapchain
  int height_ = 0;
};

}  // namespace freshet::video
