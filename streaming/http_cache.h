// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The bytes of one HTTP file that are in RAM: blocks of equal size, each filled from its beginning, the least
// recently used thrown out first. Not for several threads: its owner locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <span>
#include <vector>

#include "streaming/base/units.h"

namespace freshet::streaming {

class HttpCache {
 public:
  // Large enough that 150 MiB are some thousand blocks, small enough that starting at a block's beginning
  // rather than where a seek lands costs nothing.
  static constexpr std::int64_t block_size = 32 << 10;

  explicit HttpCache(Bytes memory) : memory_(memory.value) {}

  // Bytes may repeat what is there; what would leave a hole in its block is not taken.
  void append(std::int64_t offset, std::span<const std::byte> bytes);

  // How many bytes from `offset` on it could give, 0 … buffer.size(). Counts as use.
  [[nodiscard]] std::size_t copy(std::int64_t offset, std::span<std::byte> buffer);

  // The first place from which bytes have to be fetched to read on at `offset`, at most about `limit`. Lies
  // before `offset` when that is in the middle of a block that is not there.
  [[nodiscard]] std::int64_t missing_from(std::int64_t offset, std::int64_t limit) const;

  // Throws out until the memory suffices, but for what is in `keep`.
  void shrink(std::span<const ByteRange> keep);

  [[nodiscard]] std::vector<ByteRange> ranges() const;
  [[nodiscard]] Bytes used() const { return {static_cast<std::int64_t>(blocks_.size()) * block_size}; }

 private:
  struct Block {
    std::vector<std::byte> bytes;
    std::list<std::int64_t>::iterator order;
  };
  void use(Block& block) { order_.splice(order_.begin(), order_, block.order); }

  std::int64_t memory_;
  std::map<std::int64_t, Block> blocks_;  // by offset / block_size
  std::list<std::int64_t> order_;         // newest use first
};

}  // namespace freshet::streaming
