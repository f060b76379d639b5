// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Turns an opened AVFormatContext into our own values. Pure: reads the context, changes nothing.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "player/media/ffmpeg_handles.h"
#include "player/media/media_info.h"
#include "player/media/sinks.h"
#include "player/media/stream_description.h"

namespace freshet::media {

// `begins_at`: the first time of its packets, for a file whose streams FFmpeg has not analysed.
[[nodiscard]] MediaInfo describe_media(const AVFormatContext& context, bool seekable,
                                       std::optional<MediaTime> begins_at = std::nullopt);
[[nodiscard]] std::shared_ptr<const StreamDescription> describe_stream(AVFormatContext& context, int index,
                                                                       MediaTime start_time,
                                                                       bool is_unlocked = false);
[[nodiscard]] std::vector<FontAttachment> collect_fonts(const AVFormatContext& context);

}  // namespace freshet::media
