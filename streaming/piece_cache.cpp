// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/piece_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace freshet::streaming {
namespace {

Bytes size_of(const PieceBytes& piece) {
  return Bytes{static_cast<std::int64_t>(piece.bytes.size())};
}

}  // namespace

PieceBytes PieceCache::find(PieceKey key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return {};
  order_.splice(order_.begin(), order_, found->second);
  return found->second->piece;
}

void PieceCache::insert(PieceKey key, PieceBytes piece) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(key); found != entries_.end()) {
    order_.splice(order_.begin(), order_, found->second);
    return;
  }
  const auto size = size_of(piece);
  if (size > limit_) return;
  order_.push_front({key, std::move(piece), false});
  entries_.emplace(key, order_.begin());
  held_ += size;
  make_room_locked();
}

void PieceCache::forget(PieceKey key) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(key); found != entries_.end()) drop_locked(found->second);
}

void PieceCache::forget_torrent(std::uint64_t torrent) {
  const std::lock_guard lock(mutex_);
  protected_.erase(torrent);
  for (auto entry = order_.begin(); entry != order_.end();) {
    const auto here = entry++;
    if (here->key.torrent == torrent) drop_locked(here);
  }
}

void PieceCache::reserve(Bytes size) {
  const std::lock_guard lock(mutex_);
  reserved_ += size;
  make_room_locked();
}

void PieceCache::release(Bytes size) {
  const std::lock_guard lock(mutex_);
  reserved_ -= size;
}

void PieceCache::lend(PieceKey key, PieceBytes piece) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(key); found != entries_.end()) drop_locked(found->second);
  order_.push_front({key, std::move(piece), true});
  entries_.emplace(key, order_.begin());
}

void PieceCache::give(PieceKey key, Bytes reserved) {
  const std::lock_guard lock(mutex_);
  reserved_ -= reserved;
  const auto found = entries_.find(key);
  if (found == entries_.end() || !std::exchange(found->second->lent, false)) return;
  held_ += size_of(found->second->piece);
  make_room_locked();
}

void PieceCache::protect(std::uint64_t torrent, std::vector<PieceSpan> pieces) {
  const std::lock_guard lock(mutex_);
  if (pieces.empty())
    protected_.erase(torrent);
  else
    protected_[torrent] = std::move(pieces);
}

Bytes PieceCache::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

Bytes PieceCache::reserved() const {
  const std::lock_guard lock(mutex_);
  return reserved_;
}

bool PieceCache::is_protected_locked(PieceKey key) const {
  const auto spans = protected_.find(key.torrent);
  return spans != protected_.end() && std::ranges::any_of(spans->second, [&](const PieceSpan& span) {
           return span.first <= key.piece && key.piece <= span.last;
         });
}

void PieceCache::make_room_locked() {
  // First what nobody needs, then what somebody may read again, at last what somebody still holds.
  for (const int round : {0, 1, 2}) {
    for (auto entry = order_.end(); entry != order_.begin() && held_ + reserved_ > limit_;) {
      const auto here = std::prev(entry);
      const bool in_use = here->piece.owner.use_count() > 1;
      if (here->lent || (round < 2 && in_use) || (round < 1 && is_protected_locked(here->key))) {
        entry = here;
      } else {
        drop_locked(here);
      }
    }
  }
}

void PieceCache::drop_locked(Order::iterator entry) {
  if (!entry->lent) held_ -= size_of(entry->piece);
  entries_.erase(entry->key);
  order_.erase(entry);
}

}  // namespace freshet::streaming
