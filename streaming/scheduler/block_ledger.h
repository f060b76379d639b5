// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Which blocks of a torrent are here. A piece that is verified is here whole; of one that is not, single
// blocks have arrived. One thread at a time.
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "streaming/scheduler/block.h"

namespace freshet::streaming {

class BlockLedger {
 public:
  explicit BlockLedger(BlockGeometry geometry)
      : geometry_(geometry), verified_(static_cast<std::size_t>(geometry.pieces()), false) {}

  [[nodiscard]] const BlockGeometry& geometry() const { return geometry_; }

  // Blocks must be the torrent's: BlockGeometry::contains().
  [[nodiscard]] bool is_here(Block block) const;
  // Pieces. Counts them.
  [[nodiscard]] int verified() const;
  [[nodiscard]] bool is_verified(int piece) const { return verified_[static_cast<std::size_t>(piece)]; }
  [[nodiscard]] bool is_complete(int piece) const;
  // Ascending.
  [[nodiscard]] std::vector<int> begun() const;

  void arrived(Block block);
  void verified(int piece);
  // These blocks of a piece are not what they should be; an empty span: none of them is.
  void spoiled(int piece, std::span<const int> blocks);
  // Everything anew: what is verified, and blocks that are here besides.
  void reset(std::vector<bool> verified, std::span<const Block> arrived);
  // Blocks that nobody sends: they hold the zeros between two files (BEP 47). Always here.
  void set_padding(std::span<const Block> blocks) { padding_.insert(blocks.begin(), blocks.end()); }
  [[nodiscard]] bool is_padding(Block block) const { return padding_.contains(block); }

 private:
  struct Begun {
    std::vector<bool> here;
    int count = 0;
  };
  BlockGeometry geometry_;
  std::vector<bool> verified_;
  std::map<int, Begun> begun_;
  std::set<Block> padding_;
};

}  // namespace freshet::streaming
