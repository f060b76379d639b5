// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The size a picture asks for when it is shown upright with square pixels. Pure; any thread.
#pragma once

#include "player/media/video_frame.h"

namespace freshet::video {

struct PictureShape {
  double width = 1;
  double height = 1;
};
[[nodiscard]] PictureShape upright_shape(const media::VideoFrame& frame);

}  // namespace freshet::video
