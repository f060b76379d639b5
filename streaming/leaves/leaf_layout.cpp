// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/leaves/leaf_layout.h"

#include <algorithm>

#include "streaming/piece_store.h"

namespace freshet::streaming {

LeafLayout::LeafLayout(const lt::file_storage& files)
    : blocks_per_piece_(std::max(files.piece_length() / store_block_size, 1)) {
  for (const auto file : files.file_range()) {
    const auto size = files.file_size(file);
    if (files.pad_file_at(file) || size == 0) continue;
    const auto leaves = (size + store_block_size - 1) / store_block_size;
    files_.push_back({static_cast<int>(files.piece_index_at_file(file)),
                      static_cast<int>((size + files.piece_length() - 1) / files.piece_length()), total_,
                      leaves});
    total_ += leaves;
  }
}

LeafRun LeafLayout::of_piece(int piece) const {
  const auto after = std::ranges::upper_bound(files_, piece, {}, &File::first_piece);
  if (after == files_.begin()) return {};
  const auto& file = *std::prev(after);
  const auto index = piece - file.first_piece;
  if (index >= file.pieces) return {};
  const auto skipped = std::int64_t{index} * blocks_per_piece_;
  return {file.first_leaf + skipped,
          static_cast<int>(std::min<std::int64_t>(blocks_per_piece_, file.leaves - skipped))};
}

}  // namespace freshet::streaming
