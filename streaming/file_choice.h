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

// "E2" before "E10": digits compare as numbers of any length, letters (ASCII) without case; ' ', '.' and '_'
// are the same, and a folder's files stand together. Names that are equal so far are ordered by their bytes,
// so it is a total order.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

// Shell-style: * ? [set] [!set] [a-z] and \ before a literal; ASCII letters without case; '*' also crosses
// '/';
// '?' and a set take one UTF-8 character. A '[' without its ']' is literal. Time is bounded by the product of
// the lengths.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);

// The files to play, in order. `wanted` is --file's value: an index, else an exact path, else a glob over
// paths or, when it has no '/', over names; of what a glob matches, videos count before audio before the
// rest. `select_only` is a magnet's so=: its videos, else its audio files, as listed there. Without either:
//   - videos that are extras are left out: in a folder such as Extras or Sample, or named so and smaller than
//     the largest that is not;
//   - episodes (S01E02, 1x02, Ep 2, " - 02 ") make a playlist in natural order;
//   - else every video of at least a third of the largest's size, in natural order: one film, or its parts;
//   - without video, the audio files in natural order.
// Empty files are never chosen but by index. Errors: Source "no-video", "no-such-file-in-torrent".
[[nodiscard]] Result<std::vector<FileIndex>> choose_files(const std::vector<TorrentFile>& files,
                                                          const std::optional<std::string>& wanted,
                                                          const std::vector<FileIndex>& select_only);

// Side-car subtitles for `video`, in natural order: every subtitle if the torrent has one video (extras not
// counted); else those in the same folder, or in a Subs or Subtitles folder beside it, whose name, or whose
// own folder's name, starts with the video's stem, or names the same episode.
struct SidecarFiles {
  FileIndex subtitle{};
  std::optional<FileIndex> pictures{};  // of a VobSub pair: the .sub whose index `subtitle` is
};
[[nodiscard]] std::vector<SidecarFiles> sidecar_subtitles(const std::vector<TorrentFile>& files,
                                                          FileIndex video);

}  // namespace freshet::streaming
