// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/scheduler/block_ledger.h"

#include <algorithm>
#include <utility>

namespace freshet::streaming {

bool BlockLedger::is_here(Block block) const {
  if (is_verified(block.piece) || is_padding(block)) return true;
  const auto found = begun_.find(block.piece);
  return found != begun_.end() && found->second.here[static_cast<std::size_t>(block.index)];
}

bool BlockLedger::is_complete(int piece) const {
  if (is_verified(piece)) return true;
  const auto found = begun_.find(piece);
  int here = found == begun_.end() ? 0 : found->second.count;
  for (auto pad = padding_.lower_bound({piece, 0}); pad != padding_.end() && pad->piece == piece; ++pad)
    ++here;
  return here == geometry_.blocks_in(piece);
}

std::vector<int> BlockLedger::begun() const {
  std::vector<int> pieces;
  pieces.reserve(begun_.size());
  for (const auto& [piece, blocks] : begun_) pieces.push_back(piece);
  return pieces;
}

void BlockLedger::arrived(Block block) {
  if (is_verified(block.piece) || is_padding(block)) return;
  auto& begun = begun_[block.piece];
  if (begun.here.empty()) begun.here.resize(static_cast<std::size_t>(geometry_.blocks_in(block.piece)));
  auto here = begun.here[static_cast<std::size_t>(block.index)];
  if (!here) ++begun.count;
  here = true;
}

int BlockLedger::verified() const {
  return static_cast<int>(std::ranges::count(verified_, true));
}

void BlockLedger::verified(int piece) {
  begun_.erase(piece);
  verified_[static_cast<std::size_t>(piece)] = true;
}

void BlockLedger::spoiled(int piece, std::span<const int> blocks) {
  verified_[static_cast<std::size_t>(piece)] = false;
  const auto found = begun_.find(piece);
  if (found == begun_.end()) return;
  auto& begun = found->second;
  for (const int index : blocks) {
    auto here = begun.here[static_cast<std::size_t>(index)];
    if (here) --begun.count;
    here = false;
  }
  if (blocks.empty() || begun.count == 0) begun_.erase(found);
}

void BlockLedger::reset(std::vector<bool> verified, std::span<const Block> arrived) {
  verified.resize(verified_.size());
  verified_ = std::move(verified);
  begun_.clear();
  for (const auto block : arrived) {
    if (geometry_.contains(block)) this->arrived(block);
  }
}

}  // namespace freshet::streaming
