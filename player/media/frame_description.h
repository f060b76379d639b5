// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A decoded AVFrame as our own VideoFrame. Pure; any thread. Inside media/ only.
#pragma once

#include <memory>

#include "player/media/stream_description.h"
#include "player/media/video_frame.h"

namespace freshet::media {

// All but generation, pts, duration, digest and still. The frame keeps a reference to the AVFrame's buffers.
// null: the pixel format has no planes in memory.
[[nodiscard]] std::unique_ptr<VideoFrame> describe_frame(const AVFrame& frame,
                                                         const StreamDescription& stream);

// Whether each component of the format lies in whole bytes of its own, as a texture upload needs it.
[[nodiscard]] bool is_uploadable(AVPixelFormat format);

}  // namespace freshet::media
