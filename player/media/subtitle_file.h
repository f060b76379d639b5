// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A side-car subtitle file, parsed whole. Blocks in the source only; any thread.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "player/media/sinks.h"
#include "streaming/base/byte_source.h"

namespace freshet::media {

struct SubtitleFile {
  std::string codec{};  // FFmpeg's short name: subrip, ass
  std::string codec_description{};
  SubtitleTrack track{};
  std::vector<SubtitleEvent> events{};  // in file order, without generation
};

// All bytes of `source`. Errors: Media "subtitle-too-large", or the source's.
[[nodiscard]] std::expected<std::string, ReadError> read_subtitle_file(ByteSource& source,
                                                                       Generation generation);

// Text in any encoding, in any format that FFmpeg reads, or a PGS stream (.sup). `name` helps to tell formats
// apart. Errors: Media "bad-subtitle-file".
[[nodiscard]] Result<SubtitleFile> parse_subtitle_file(std::string_view bytes, const std::string& name,
                                                       int track_id);

}  // namespace freshet::media
