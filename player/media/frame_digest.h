// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// MD5 sums as FFmpeg's framemd5 muxer prints them, so that a run of the player can be compared with a run of
// ffmpeg. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "player/media/ffmpeg_handles.h"
#include "player/media/video_frame.h"

namespace freshet::media {

// Over the picture's rows without padding, plane after plane, then the palette if there is one: what rawvideo
// packets hold. pts is the stream's own.
[[nodiscard]] std::optional<FrameDigest> digest_picture(const AVFrame& frame);

[[nodiscard]] std::array<std::uint8_t, 16> md5(std::span<const std::uint8_t> bytes);

}  // namespace freshet::media
