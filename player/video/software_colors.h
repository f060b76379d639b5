// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// YCbCr to BGRA on the processor, for the combinations of matrix and range that SDL_Renderer cannot show
// (full range BT.709, BT.2020, SMPTE 240M, gray). Pure; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "player/media/video_frame.h"

namespace freshet::video {

// Kr and Kb of the frame's matrix. An unknown one is guessed as everybody does: BT.709 from 1280 or 577 lines
// up.
struct LumaWeights {
  double red = 0.2126;
  double blue = 0.0722;
};
[[nodiscard]] LumaWeights luma_weights(const media::VideoFrame& frame);

// 8 bits a component, planar or semi-planar YUV of any subsampling, or gray. False: another format.
[[nodiscard]] bool is_convertible(const media::VideoFrame& frame);
// REQUIRES is_convertible(frame) and check_frame(frame). `bgra` becomes width * height * 4 bytes, opaque.
void convert_to_bgra(const media::VideoFrame& frame, std::vector<std::uint8_t>& bgra);

}  // namespace freshet::video
