// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A torrent's metadata: read within bounds from a stranger's bytes, and turned into our own types. The bounds
// hold for .torrent files and for metadata that peers send. Pure. Any thread.
#pragma once

#include <libtorrent/fwd.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "streaming/session.h"

namespace freshet::streaming {

// 10 MiB: a hybrid torrent of the piece bound below, with room; libtorrent holds it several times while
// parsing.
inline constexpr Bytes max_torrent_file = mib(10);
// A 4 TiB torrent of 8 MiB pieces; each costs libtorrent and us about 20 bytes and time in every plan.
inline constexpr int max_pieces = 1 << 19;
// Bencode values in the metadata, 8 a file in v1, twice that in hybrid torrents. libtorrent 2.0 gives files
// of equal names others in quadratic time: this bound keeps a hostile list at two seconds, where 50 000 equal
// names take minutes; a magnet's metadata is parsed on the network thread.
inline constexpr int max_bencode_tokens = 60'000;
inline constexpr int max_bencode_depth = 32;
// What the bound above comes to.
inline constexpr int max_files = 8'000;
// A piece is held in memory whole before any of it may be shown.
inline constexpr Bytes max_piece_length = mib(64);
// 16 TiB: beyond any disk that a player's cache lies on, and far from overflow.
inline constexpr Bytes max_total_size = gib(16 * 1024);

// Errors: Source "bad-torrent", "torrent-too-large".
[[nodiscard]] Result<std::shared_ptr<lt::torrent_info>> parse_torrent(std::string_view bytes);

// The bounds alone, for metadata that libtorrent has parsed itself. Errors: Source "torrent-too-large".
[[nodiscard]] Result<void> check_bounds(const lt::torrent_info& info);

// One file of the torrent as a run of bytes in the torrent's stream of pieces.
struct FilePlacement {
  TorrentFile file;
  std::int64_t begin = 0;  // in the torrent
  int storage_index = 0;   // libtorrent's index, which counts pad files
};

struct TorrentLayout {
  TorrentMetadata metadata;
  std::vector<FilePlacement> files;  // by FileIndex
  int piece_count = 0;
  std::int64_t piece_length = 0;
  std::int64_t total = 0;

  [[nodiscard]] std::int64_t piece_size(int piece) const;
};

[[nodiscard]] TorrentLayout make_layout(const lt::torrent_info& info,
                                        const std::vector<std::string>& trackers);

// The name of a torrent's folder in the cache: its v1 hash in hex, or its v2 hash when it has only that.
[[nodiscard]] std::string cache_name(const lt::info_hash_t& hashes);

}  // namespace freshet::streaming
