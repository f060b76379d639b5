// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A side-car subtitle file, parsed whole, or the index of a VobSub pair. Blocks in the source only; any
// thread.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "player/media/sinks.h"
#include "player/media/vobsub_reader.h"
#include "streaming/base/byte_source.h"

namespace freshet::media {

struct SubtitleFile {
  std::string codec{};  // FFmpeg's short name: subrip, ass
  std::string codec_description{};
  SubtitleTrack track{};
  std::vector<SubtitleEvent> events{};  // in file order, without generation
  // Of a VobSub pair: it has no events here, its pictures are read while it plays.
  std::shared_ptr<const VobSubTrack> vobsub{};
  std::string language{};  // where the file says so itself
};

// All bytes of `source`. Errors: Media "subtitle-too-large", or the source's.
[[nodiscard]] std::expected<std::string, ReadError> read_subtitle_file(ByteSource& source,
                                                                       Generation generation);

// Text in any encoding, in any format that FFmpeg reads, or a PGS stream (.sup). `name` helps to tell formats
// apart. Errors: Media "bad-subtitle-file", "half-a-vobsub".
[[nodiscard]] Result<SubtitleFile> parse_subtitle_file(std::string_view bytes, const std::string& name,
                                                       int track_id);

// The languages that `index` (an .idx) names, whose pictures lie in `pictures` (the .sub), the preferred one
// first. Track ids are the caller's to set. Errors: Media "bad-subtitle-file", "half-a-vobsub".
[[nodiscard]] Result<std::vector<SubtitleFile>> parse_vobsub(std::string_view index,
                                                             const std::shared_ptr<ByteSource>& pictures,
                                                             const std::string& name);

}  // namespace freshet::media
