// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Makes a torrent from files on disk. Blocks; any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::streaming {

enum class TorrentFormat : std::uint8_t { V1, V2, Hybrid };

struct PublishOptions {
  TorrentFormat format = TorrentFormat::Hybrid;
  std::optional<Bytes> piece_length =
      {};  // a power of two, 16 KiB … 16 MiB; nullopt: chosen by size for streaming
  std::vector<std::string> trackers = {};
  std::vector<std::string> web_seeds = {};  // BEP 19
  // Where the leaf hashes go (leaves/leaf_file.h); nothing is written for a v1 torrent.
  std::optional<std::filesystem::path> leaves_out = {};
};

struct PublishedTorrent {
  std::string bytes;   // bencoded
  std::string magnet;  // with the v1 and v2 hashes it has, name and trackers
  std::string name;
};

// Where the leaf hashes of a .torrent lie, a path or an http(s) URL: beside it, with ".leaves" behind its
// name.
[[nodiscard]] std::string leaf_name(const std::string& torrent);

// Hashes `path` (a file or a folder; symbolic links and hidden files are left out). `progress` gets 0..1, on
// the calling thread. Errors: Source "no-such-file", "empty", Usage "bad-piece-size", Storage "read-failed",
// "write-failed"; stopped by the token: Usage "interrupted".
[[nodiscard]] Result<PublishedTorrent> make_torrent(const std::filesystem::path& path,
                                                    const PublishOptions& options,
                                                    const std::function<void(double)>& progress,
                                                    std::stop_token stop);

}  // namespace freshet::streaming
