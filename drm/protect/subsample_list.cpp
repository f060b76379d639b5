// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/protect/subsample_list.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace freshet::drm {
namespace {

// 255 bytes, less an IV of 16 and the count of 2, at 6 bytes each.
constexpr std::size_t most_subsamples = (255 - 16 - 2) / 6;
constexpr std::size_t most_clear = std::numeric_limits<std::uint16_t>::max();

}  // namespace

void SubsampleList::add_protected(std::size_t bytes) {
  const auto spare = alignment_ == BlockAlignment::Whole ? bytes % aes_block : 0;
  clear_ += spare;
  bytes -= spare;
  if (bytes == 0) return;
  // One whole block at the least: cbcs leaves less than that clear anyhow.
  if (bytes < aes_block) {
    clear_ += bytes;
    return;
  }
  parts_.push_back({std::exchange(clear_, 0U), bytes});
}

void SubsampleList::drop_smallest() {
  const auto smallest = std::ranges::min_element(parts_, {}, &Part::protected_bytes);
  const auto bytes = smallest->clear + smallest->protected_bytes;
  const auto next = parts_.erase(smallest);
  (next == parts_.end() ? clear_ : next->clear) += bytes;
}

std::vector<Subsample> SubsampleList::take() {
  const auto entries = [](std::size_t clear) { return clear / most_clear; };
  const auto count = [&] {
    std::size_t sum = clear_ > 0 ? entries(clear_ - 1) + 1 : 0;
    for (const auto& part : parts_) sum += entries(part.clear) + 1;
    return sum;
  };
  while (!parts_.empty() && count() > most_subsamples) drop_smallest();
  std::vector<Subsample> list;
  const auto add_clear = [&](std::size_t& clear) {
    for (; clear > most_clear; clear -= most_clear) list.push_back({.clear = most_clear});
  };
  for (auto& part : parts_) {
    add_clear(part.clear);
    list.push_back(
        {static_cast<std::uint32_t>(part.clear), static_cast<std::uint32_t>(part.protected_bytes)});
  }
  if (clear_ > 0) {
    add_clear(clear_);
    list.push_back({.clear = static_cast<std::uint32_t>(clear_)});
  }
  parts_.clear();
  clear_ = 0;
  return list;
}

}  // namespace freshet::drm
