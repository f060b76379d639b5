// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Frames may come from another process: before a plane's memory is touched, its numbers must make sense.
// (That the memory is as large as the numbers say is the business of whoever maps it.) Pure; any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "player/media/video_frame.h"
#include "player/video/overlay.h"
#include "streaming/base/error.h"

namespace freshet::video {

// Wider pictures than this are beyond every level of every codec we decode, and beyond GL's textures.
constexpr int largest_side = 16384;

// Errors: Internal "video-output".
[[nodiscard]] Result<void> check_frame(const media::VideoFrame& frame);
// Has a size, and pixels for it.
[[nodiscard]] bool is_drawable(const OverlayPointer& overlay);
[[nodiscard]] std::unexpected<Error> output_error(std::string message);

// A picture read back from a window: bgra, first row on top.
[[nodiscard]] media::FramePointer make_bgra_frame(std::vector<std::byte> pixels, int width, int height);

}  // namespace freshet::video
