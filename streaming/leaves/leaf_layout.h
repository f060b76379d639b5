// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Where the leaf hashes of a v2 or hybrid torrent are: SHA-256 of each block of 16 KiB of each file (BEP 52,
// layer 0). All leaves of a torrent are one sequence, file after file in the order of the metadata, without
// pad files; a file of N bytes has ceil(N / 16384). In such torrents a piece belongs to one file, so its
// leaves are a run. Immutable; any thread.
#pragma once

#include <cstdint>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/sha1_hash.hpp>
#include <memory>
#include <vector>

namespace freshet::streaming {

using Leaves = std::vector<lt::sha256_hash>;
// Leaves that were found right, shared by who reads them; null: not known.
using KnownLeaves = std::shared_ptr<const Leaves>;

struct LeafRun {
  std::int64_t first = 0;
  int count = 0;
};

class LeafLayout {
 public:
  // Files in the order of the metadata: torrent_info::orig_files().
  explicit LeafLayout(const lt::file_storage& files);

  // Of one piece; count 0 when it has none: it is padding, or there is no such piece.
  [[nodiscard]] LeafRun of_piece(int piece) const;
  [[nodiscard]] std::int64_t total() const { return total_; }
  // With leaves.
  [[nodiscard]] int files() const { return static_cast<int>(files_.size()); }

 private:
  struct File {
    int first_piece = 0;
    int pieces = 0;
    std::int64_t first_leaf = 0;
    std::int64_t leaves = 0;
  };
  std::vector<File> files_;
  std::int64_t total_ = 0;
  int blocks_per_piece_;
};

}  // namespace freshet::streaming
