// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// All that a decoder must know about its stream, copied out of the demuxer: decoders never look into the
// demuxer's own objects, which belong to its thread. Immutable; any thread. Inside media/ only.
#pragma once

#include <optional>

#include "player/media/ffmpeg_handles.h"
#include "player/media/video_frame.h"

namespace freshet::media {

struct StreamDescription {
  int index = -1;
  AVMediaType type = AVMEDIA_TYPE_UNKNOWN;
  CodecParametersPointer parameters;
  AVRational time_base{0, 1};
  AVRational frame_rate{0, 1};     // average, 0 unknown
  bool constant_rate = false;      // the container says that every frame lasts as long
  AVRational sample_aspect{0, 1};  // the container's, 0 unknown
  int rotation = 0;                // clockwise degrees
  std::optional<HdrInfo> hdr;      // the container's
  PacketPointer picture;           // cover art; such a stream has no other packets
  bool is_protected = false;       // encrypted: nothing here can decode it
  bool is_unlocked = false;        // its packets come decrypted, if the key was right
  MediaTime start_time{0};         // to be subtracted from each of its times
};

}  // namespace freshet::media
