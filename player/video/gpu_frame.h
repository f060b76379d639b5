// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A VideoFrame as libplacebo sees it: planes in textures, colour, siting of chroma, HDR, rotation. Main
// thread.
#pragma once

#include <array>
#include <cstddef>
#include <libplacebo/colorspace.h>
#include <libplacebo/renderer.h>
#include <vector>

#include "player/media/video_frame.h"
#include "player/video/gpu_handles.h"
#include "streaming/base/error.h"

namespace freshet::video {

// CICP numbers to libplacebo's. Unknown and reserved ones become UNKNOWN; an unknown matrix is guessed from
// the picture's size, as luma_weights() does.
[[nodiscard]] pl_color_repr color_representation(const media::VideoFrame& frame);
[[nodiscard]] pl_color_space color_space(const media::VideoFrame& frame);

class FrameUploader {
 public:
  explicit FrameUploader(pl_gpu gpu);

  // Uploads the planes and describes the picture in `out`, which is good until the next call but one.
  // REQUIRES check_frame(frame). Errors: Internal "video-output" (a format that the GPU has no texture for).
  [[nodiscard]] Result<void> upload(const media::VideoFrame& frame, pl_frame& out);

 private:
  // Two, so that the GPU can still read one picture while the next is written.
  static constexpr std::size_t sets = 2;
  pl_gpu gpu_;
  std::vector<std::array<Texture, 4>> textures_;
  std::size_t next_set_ = 0;
  std::vector<std::byte> repacked_;  // a plane whose rows libplacebo cannot step over
};

}  // namespace freshet::video
