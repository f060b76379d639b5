// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Brings the demuxer to a place from which a wanted picture can be decoded, and proves it: containers land
// late (MPEG-TS has no index, MP4's is by decoding time), nowhere (AVI without index) or behind the last key
// frame, so the packets found decide and the search goes further back until they fit. Demux thread.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "player/media/demuxer.h"
#include "player/media/packet_queue.h"
#include "player/media/pipeline.h"

namespace freshet::media {

struct SeekTarget {
  MediaTime target{0};
  MediaTime limit{0};  // the picture wanted is the last with pts not after this
  SeekMode mode = SeekMode::Exact;
};

struct Landing {
  std::vector<PacketPointer> packets;  // read already, in file order, of all enabled streams
  StartPoint start;
  std::optional<MediaTime> entry{};  // where the leading stream's packets begin; nullopt: at no known time
};

// Sound decoders need some packets before their output is right (AAC one, Opus 80 ms, MP3 some frames).
inline constexpr MediaTime sound_preroll = std::chrono::milliseconds(100);
// Exact: a picture within this after the target counts as holding it (what people type is rounded).
inline constexpr MediaTime exact_tolerance = std::chrono::milliseconds(5);

// `video_stream`, `audio_stream`: -1 for none.
[[nodiscard]] std::expected<Landing, ReadError> position(Demuxer& demuxer, int video_stream, int audio_stream,
                                                         const SeekTarget& target);

}  // namespace freshet::media
