// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Opening a decoder and feeding it, the same for pictures, sound and subtitles. Inside media/ only.
#pragma once

#include <functional>

#include "player/media/stream_description.h"
#include "streaming/base/error.h"

namespace freshet::media {

// `threads`: 0 one a core. Errors: Media "unsupported-codec".
[[nodiscard]] Result<CodecContextPointer> open_codec(const StreamDescription& stream, int threads);

// Sends `packet` (null: end of stream) and gives every frame that comes out to `take`, which returns false to
// stop. Returns FFmpeg's error of a packet that cannot be decoded, else 0.
int decode_packet(AVCodecContext& codec, const AVPacket* packet,
                  const std::function<bool(AvFramePointer)>& take);

}  // namespace freshet::media
