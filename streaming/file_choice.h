// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Which files of a torrent to play, and in what order. Pure. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::streaming {

struct TorrentFile {
  FileIndex index{};  // 0-based, metadata order, pad files not counted
  std::string path;   // with '/' between folders, without the torrent's own top folder
  Bytes size;
};

enum class FileKind { Video, Audio, Subtitle, Other };
// By the name's extension, any case.
[[nodiscard]] FileKind file_kind(std::string_view path);

// "E2" before "E10": digits compare as numbers, letters without case. A strict weak order.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

// Shell-style: * ? [set], case-insensitive, '*' also crosses '/'.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);

// The files to play. `wanted` is --file's value (an index, or a glob over paths); `select_only` a magnet's
// so=. Without either: the largest video, or, if the torrent is a folder of episodes (two or more videos of
// similar size: none smaller than a third of the largest counts as an extra or sample), all of them in natural
// order; without video the audio files. Errors: Source "no-video", "no-such-file-in-torrent".
[[nodiscard]] Result<std::vector<FileIndex>> choose_files(const std::vector<TorrentFile>& files,
                                                          const std::optional<std::string>& wanted,
                                                          const std::vector<FileIndex>& select_only);

// Side-car subtitles for `video`: same folder or a Subs/Subtitles folder beside it, whose name starts with
// the video's stem (or any subtitle if the torrent has one video only). In natural order.
[[nodiscard]] std::vector<FileIndex> sidecar_subtitles(const std::vector<TorrentFile>& files,
                                                       FileIndex video);

}  // namespace freshet::streaming
