// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/piece_cache.h"

#include <iterator>
#include <utility>

namespace freshet::streaming {

PieceBytes PieceCache::find(PieceKey key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return {};
  order_.splice(order_.begin(), order_, found->second);
  return found->second->piece;
}

void PieceCache::insert(PieceKey key, PieceBytes piece) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(key); found != entries_.end()) drop_locked(found->second);
  const auto size = Bytes{static_cast<std::int64_t>(piece.bytes.size())};
  if (size > limit_) return;
  while (held_ + size > limit_) drop_locked(std::prev(order_.end()));
  order_.push_front({key, std::move(piece)});
  entries_.emplace(key, order_.begin());
  held_ += size;
}

void PieceCache::forget_torrent(std::uint64_t torrent) {
  const std::lock_guard lock(mutex_);
  for (auto entry = order_.begin(); entry != order_.end();) {
    const auto here = entry++;
    if (here->key.torrent == torrent) drop_locked(here);
  }
}

Bytes PieceCache::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

void PieceCache::drop_locked(Order::iterator entry) {
  held_ -= Bytes{static_cast<std::int64_t>(entry->piece.bytes.size())};
  entries_.erase(entry->key);
  order_.erase(entry);
}

}  // namespace freshet::streaming
