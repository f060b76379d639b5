// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The leaf hashes that are known of one torrent: those that came from peers or from the hashing of our own
// pieces, in memory within a limit, least recently used out first, and a file of leaves where there is one.
// Nothing is believed before it was checked against the metadata's piece layer. Any thread.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "streaming/leaves/leaf_file.h"
#include "streaming/leaves/leaf_layout.h"
#include "streaming/piece_hashes.h"

namespace freshet::streaming {

class LeafBook {
 public:
  LeafBook(const lt::sha256_hash& infohash, LeafLayout layout)
      : infohash_(infohash), layout_(std::move(layout)) {}

  // What pieces must hash to; again when more is known.
  void set_expected(std::shared_ptr<const ExpectedHashes> expected);
  // Errors: as LeafFile::open.
  [[nodiscard]] Result<void> use_file(const std::filesystem::path& path);

  // Match: they are kept. Unknown: the metadata does not say yet, and they are not kept.
  HashVerdict add(int piece, std::span<const lt::sha256_hash> leaves);
  // May read the file.
  [[nodiscard]] KnownLeaves find(int piece);
  // find() will most likely find them. Does not block.
  [[nodiscard]] bool knows(int piece) const;

  [[nodiscard]] const LeafLayout& layout() const { return layout_; }
  [[nodiscard]] const lt::sha256_hash& infohash() const { return infohash_; }

 private:
  struct Entry {
    KnownLeaves leaves;
    std::list<int>::iterator place;
  };
  void keep_locked(int piece, KnownLeaves leaves);

  const lt::sha256_hash infohash_;
  const LeafLayout layout_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ExpectedHashes> expected_;
  std::shared_ptr<const LeafFile> file_;
  std::map<int, Entry> entries_;
  std::list<int> order_;  // most recently used first
  std::size_t kept_ = 0;  // leaves
};

}  // namespace freshet::streaming
