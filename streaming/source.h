// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What the user typed, understood. Pure: looks at the text and, through FileProbe, at whether a path
// exists and how the file begins; it opens no connection. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::streaming {

// A magnet link (BEP 9, BEP 53), kept as typed; v1 (btih), v2 (btmh) or both. A bare infohash becomes
// the magnet link it abbreviates. `select_only` is BEP 53's so=, in order, without duplicates.
struct MagnetSource {
  std::string uri;
  std::vector<FileIndex> select_only;
};
struct TorrentFileSource {
  std::filesystem::path path;
};
// An http(s) URL whose path ends in .torrent. (A URL that turns out to deliver a torrent without such a
// name is found out when it is opened.)
struct TorrentUrlSource {
  std::string url;
};
struct LocalFileSource {
  std::filesystem::path path;
};
struct MediaUrlSource {
  std::string url;
};
struct StdinSource {};

using Source = std::variant<MagnetSource, TorrentFileSource, TorrentUrlSource, LocalFileSource,
                            MediaUrlSource, StdinSource>;

// What parse_source needs to know of the disk.
class FileProbe {
 public:
  virtual ~FileProbe() = default;
  enum class Kind { Missing, Regular, Directory, Other };
  [[nodiscard]] virtual Kind kind(const std::filesystem::path& path) const = 0;
  // At most `limit` first bytes of the file; empty when it cannot be read.
  [[nodiscard]] virtual std::string head(const std::filesystem::path& path, Bytes limit) const = 0;
  // Names in a folder, for "did you mean …?"; at most some thousand, none when it cannot be read.
  [[nodiscard]] virtual std::vector<std::string> names(const std::filesystem::path& folder) const;
};

// The first bytes of a file, 64 are enough, are a torrent's: 'd8:announce…' or another dictionary that begins
// with a key torrents begin with.
[[nodiscard]] bool looks_like_torrent(std::string_view head);

// What names something on disk wins over what only looks like an infohash. A pipe or a device on disk is a
// LocalFileSource. URLs come back percent-encoded where they have to be and without '#fragment'.
// Errors: Source "no-such-file", "bad-magnet", "bad-url", "unsupported-scheme", "is-directory",
// "empty-source".
[[nodiscard]] Result<Source> parse_source(std::string_view text, const FileProbe& files);

// parse_source on the real disk.
[[nodiscard]] Result<Source> parse_source(std::string_view text);

}  // namespace freshet::streaming
