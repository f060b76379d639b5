// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/leaves/verified_blocks.h"

#include <algorithm>
#include <cstring>

#include "streaming/piece_store.h"

namespace freshet::streaming {

VerifiedBlocks::VerifiedBlocks(std::shared_ptr<PieceBuffer> buffer, int size)
    : buffer_(std::move(buffer)),
      size_(size),
      here_(static_cast<std::size_t>((size + store_block_size - 1) / store_block_size)) {}

void VerifiedBlocks::add(int block) {
  const std::lock_guard lock(mutex_);
  here_.at(static_cast<std::size_t>(block)) = true;
}

void VerifiedBlocks::forget(int block) {
  const std::lock_guard lock(mutex_);
  here_.at(static_cast<std::size_t>(block)) = false;
}

std::size_t VerifiedBlocks::copy(std::size_t offset, std::span<std::byte> to) const {
  const std::lock_guard lock(mutex_);
  auto block = offset / store_block_size;
  while (block < here_.size() && here_[block]) ++block;
  const auto end = std::min(block * store_block_size, static_cast<std::size_t>(size_));
  if (end <= offset) return 0;
  const auto count = std::min(to.size(), end - offset);
  std::memcpy(to.data(), buffer_->bytes().data() + offset, count);
  return count;
}

std::vector<std::pair<int, int>> VerifiedBlocks::runs() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<int, int>> runs;
  for (std::size_t block = 0; block < here_.size(); ++block) {
    if (!here_[block]) continue;
    const auto begin = static_cast<int>(block) * store_block_size;
    const auto end = std::min(begin + store_block_size, size_);
    if (!runs.empty() && runs.back().second == begin)
      runs.back().second = end;
    else
      runs.emplace_back(begin, end);
  }
  return runs;
}

}  // namespace freshet::streaming
