// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Blocks: what peers are asked for (BEP 3, "request"), 16 KiB each, the last of a torrent or piece shorter.
// Value types; any thread.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace freshet::streaming {

// Larger requests are refused by most clients.
inline constexpr int block_size = 16 << 10;

struct Block {
  int piece = 0;
  int index = 0;  // in the piece
  constexpr auto operator<=>(const Block&) const = default;
};

struct BlockHash {
  std::size_t operator()(Block block) const noexcept {
    const auto both = (std::uint64_t{static_cast<std::uint32_t>(block.piece)} << 32u) |
                      static_cast<std::uint32_t>(block.index);
    return std::size_t{both * 0x9E3779B97F4A7C15u};
  }
};

// How a torrent is cut.
class BlockGeometry {
 public:
  BlockGeometry() = default;
  // Both in bytes and above 0; a piece is a multiple of 16 KiB but for v1 torrents, whose last block of each
  // piece is shorter then.
  BlockGeometry(std::int64_t piece_length, std::int64_t total) : piece_length_(piece_length), total_(total) {}

  [[nodiscard]] int pieces() const {
    return piece_length_ == 0 ? 0 : static_cast<int>((total_ + piece_length_ - 1) / piece_length_);
  }
  [[nodiscard]] std::int64_t piece_length() const { return piece_length_; }
  [[nodiscard]] std::int64_t piece_size(int piece) const {
    return std::min(piece_length_, total_ - piece * piece_length_);
  }
  [[nodiscard]] int blocks_in(int piece) const {
    return static_cast<int>((piece_size(piece) + block_size - 1) / block_size);
  }
  [[nodiscard]] int length(Block block) const {
    return static_cast<int>(
        std::min<std::int64_t>(block_size, piece_size(block.piece) - std::int64_t{block.index} * block_size));
  }
  [[nodiscard]] bool contains(Block block) const {
    return block.piece >= 0 && block.piece < pieces() && block.index >= 0 &&
           block.index < blocks_in(block.piece);
  }
  // The block that holds byte `offset` of the torrent.
  [[nodiscard]] Block at(std::int64_t offset) const {
    return {static_cast<int>(offset / piece_length_), static_cast<int>(offset % piece_length_ / block_size)};
  }
  // The one after; the first of the next piece after a piece's last.
  [[nodiscard]] Block next(Block block) const {
    if (block.index + 1 < blocks_in(block.piece)) return {block.piece, block.index + 1};
    return {block.piece + 1, 0};
  }

 private:
  std::int64_t piece_length_ = 0;
  std::int64_t total_ = 0;
};

}  // namespace freshet::streaming
