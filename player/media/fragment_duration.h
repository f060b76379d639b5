// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// How long a fragmented MP4 is, from the index at its end (mfra, ISO/IEC 14496-12 8.8.9). Such a file often
// says nothing in its header, and the alternative is to read every fragment's header, all over the file. Pure
// but for the reads; demux thread.
#pragma once

#include <functional>
#include <optional>

#include "player/media/ffmpeg_handles.h"
#include "streaming/base/units.h"

namespace freshet::media {

// The start of the last fragment plus the mean length of one, the greatest of all tracks. `time_base_of`: of
// a track by its id, {0, 1} for none. Leaves the input at another place. nullopt: no such index.
[[nodiscard]] std::optional<MediaTime> fragmented_duration(
    AVIOContext& input, const std::function<AVRational(int)>& time_base_of);

// Whether a segment index (sidx, 8.16.3) stands before the first fragment: FFmpeg takes the duration from it.
[[nodiscard]] bool has_segment_index(AVIOContext& input);

}  // namespace freshet::media
