// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The blocks of a piece on its way that match their leaf hashes: readers may have them before the piece is
// whole. Any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "streaming/piece_buffer.h"

namespace freshet::streaming {

class VerifiedBlocks {
 public:
  // A piece of `size` bytes that lie in `buffer`. The bytes of a block do not change between add() and
  // forget().
  VerifiedBlocks(std::shared_ptr<PieceBuffer> buffer, int size);

  void add(int block);
  // Its memory is about to be given up.
  void forget(int block);

  // From `offset` of the piece on, as far as blocks are here without a gap. Returns how many bytes; 0: none.
  std::size_t copy(std::size_t offset, std::span<std::byte> to) const;
  // What is here: [begin, end) of the piece's bytes, in order.
  [[nodiscard]] std::vector<std::pair<int, int>> runs() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<PieceBuffer> buffer_;
  int size_;
  std::vector<bool> here_;
};

}  // namespace freshet::streaming
