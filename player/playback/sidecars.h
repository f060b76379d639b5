// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Subtitle files that belong to a film: those found beside it, on disk or in its torrent, and those that the
// viewer names. A VobSub pair (NAME.idx and NAME.sub) counts as one. Functions read folders, so: not on the
// main thread but for open_subtitle_file().
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "player/media/pipeline.h"
#include "streaming/base/byte_source.h"
#include "streaming/file_choice.h"
#include "streaming/session.h"

namespace freshet::playback {

struct SidecarFile {
  std::string name;
  std::string language;  // from the name, or empty
  bool exact = false;    // the video's own name but for the extension and language
  std::function<Result<std::shared_ptr<ByteSource>>()> open;
  std::function<Result<std::shared_ptr<ByteSource>>()> open_pictures{};  // of a VobSub pair: its .sub
};

// As sidecar_subtitles() chooses them. `torrent` stays open as long as the result.
[[nodiscard]] std::vector<SidecarFile> torrent_sidecars(const std::shared_ptr<streaming::Torrent>& torrent,
                                                        const streaming::TorrentMetadata& metadata,
                                                        const streaming::TorrentFile& video);

// In the video's folder and in its Subs or Subtitles folder; only files whose names begin with the video's.
[[nodiscard]] std::vector<SidecarFile> local_sidecars(const std::filesystem::path& video);

// A file that the viewer named (--sub-file); either half of a VobSub pair opens both. `language` as the name
// tells it. Errors: as open_local_file().
[[nodiscard]] Result<media::SidecarSubtitle> open_subtitle_file(const std::string& path,
                                                                std::string language);

// "en" from "Film.en.srt", "" when there is none. Pure.
[[nodiscard]] std::string sidecar_language(std::string_view video, std::string_view subtitle);

}  // namespace freshet::playback
