// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The hashes of pieces that are holes in sparse files, without reading them: after a crash a torrent of which
// a tenth is there is checked in a tenth of the time. A hole reads as zeros, and these are the hashes of
// zeros. One thread at a time; looks at the disk.
#pragma once

#include <filesystem>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/sha1_hash.hpp>
#include <libtorrent/span.hpp>
#include <map>
#include <string>

namespace freshet::streaming {

class HoleHashes {
 public:
  // True when all of the piece lies in holes of existing files. `files` are those of `folder`.
  [[nodiscard]] static bool is_hole(const lt::file_storage& files, const std::filesystem::path& folder,
                                    lt::piece_index_t piece);

  // Of a piece of zeros.
  [[nodiscard]] const lt::sha1_hash& v1(int piece_size);
  // Of its 16 KiB blocks; `piece_size` without what follows the end of the file.
  void v2(int piece_size, lt::span<lt::sha256_hash> blocks);

 private:
  std::map<int, lt::sha1_hash> pieces_;    // by size: the usual one and that of the last piece
  std::map<int, lt::sha256_hash> blocks_;  // by size
};

}  // namespace freshet::streaming
