// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What FFmpeg's subtitle decoders give, as SubtitleEvents: ASS lines for text, RGBA for bitmaps. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "player/media/ffmpeg_handles.h"
#include "player/media/sinks.h"
#include "player/media/stream_description.h"

namespace freshet::media {

class SubtitleConverter {
 public:
  SubtitleConverter(const StreamDescription& stream, const AVCodecContext& codec, int track_id);

  [[nodiscard]] SubtitleTrack track() const;
  // Events of one decoded packet, times rebased. Generation is left to the caller.
  [[nodiscard]] std::vector<SubtitleEvent> convert(const AVSubtitle& subtitle, const AVPacket& packet);

 private:
  [[nodiscard]] std::string numbered(std::string line, MediaTime start, MediaTime duration);
  [[nodiscard]] std::optional<SubtitleBitmap> bitmap(const AVSubtitleRect& rect) const;

  const StreamDescription& stream_;
  const AVCodecContext& codec_;
  int track_id_;
  // FFmpeg counts the lines of plain text formats anew after each seek; a renderer that knows lines by their
  // number would then drop new ones. So each line gets a number of its own for good (in this converter: a
  // line that another one converted as well, see SubtitlePreroll, is known again by its time and text).
  std::unordered_map<std::string, int> numbers_;
};

[[nodiscard]] bool is_bitmap_subtitle(AVCodecID codec);

}  // namespace freshet::media
