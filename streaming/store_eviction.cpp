// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The part of StoreCore that lets a film be larger than the room for it. libtorrent cannot forget a piece: it
// goes on believing that it has what is evicted here, and what is fetched again passes it by. See
// docs/decisions/0006-a-piece-store-of-our-own.md.
#include <algorithm>
#include <libtorrent/error_code.hpp>
#include <utility>

#include "streaming/store_core.h"

namespace freshet::streaming {

void StoreCore::withhold_one(const Torrent& torrent) {
  const Lock lock(mutex);
  torrent->withholds = true;
}

void StoreCore::withhold_locked(const Torrent& torrent, int index, const Piece& piece,
                                const lt::sha1_hash& v1, const std::vector<lt::sha256_hash>& leaves) {
  if (!torrent->withholds || torrent->withheld || !piece->job || torrent->gone) return;
  auto job = *std::exchange(piece->job, std::nullopt);
  std::ranges::copy_n(leaves.begin(), std::min<std::ptrdiff_t>(std::ssize(leaves), job.leaves.size()),
                      job.leaves.begin());
  torrent->withheld = [handler = std::move(job.handler), index, v1](const lt::storage_error& error) {
    handler(lt::piece_index_t{index}, v1, error);
  };
}

void StoreCore::tell_restored_locked(const Torrent& torrent, int index, Calls& calls) {
  calls.emplace_back([this, torrent, index] {
    to_network([torrent, index] {
      if (torrent->callbacks.restored) torrent->callbacks.restored(index);
    });
  });
}

std::vector<int> StoreCore::evict(const Torrent& torrent, std::span<const int> pieces) {
  std::vector<int> gone;
  {
    const Lock lock(mutex);
    if (!torrent->withheld || !torrent->files || torrent->gone) return {};
    for (const int piece : pieces) {
      // What is not on disk yet would be written over the hole.
      if (torrent->arriving.contains(piece) || !torrent->evicted.insert(piece).second) continue;
      torrent->verified.erase(piece);
      torrent->evicted_at[piece] = ++torrent->evictions;
      gone.push_back(piece);
    }
    if (gone.empty()) return {};
    fences_.push_back({nullptr, [this, torrent, gone] { punch(torrent, gone); }});
    wake_writer_locked();
  }
  return gone;
}

void StoreCore::punch(const Torrent& torrent, std::vector<int> pieces) {
  std::shared_ptr<PieceFiles> files;
  {
    const Lock lock(mutex);
    files = torrent->files;
    // Fetched again meanwhile. What is fetched from now on stays away from the disk until we are done: only
    // this thread writes.
    std::erase_if(pieces, [&](int piece) {
      return !torrent->evicted.contains(piece) || torrent->arriving.contains(piece);
    });
  }
  if (!files) return;
  std::ranges::sort(pieces);
  for (std::size_t i = 0; i < pieces.size();) {
    std::size_t end = i + 1;
    while (end < pieces.size() && pieces[end] == pieces[end - 1] + 1) ++end;
    if (const auto error = files->punch(pieces[i], pieces[end - 1])) {
      return to_network([torrent, error] {
        if (torrent->callbacks.cannot_shrink) torrent->callbacks.cannot_shrink(error);
      });
    }
    i = end;
  }
}

bool StoreCore::was_evicted_locked(const Torrent& torrent, int index, std::uint64_t since) {
  const auto found = torrent->evicted_at.find(index);
  return torrent->evicted.contains(index) || (found != torrent->evicted_at.end() && found->second > since);
}

bool StoreCore::put_evicted(const Torrent& torrent, int index, int begin, std::span<const char> bytes) {
  const Lock lock(mutex);
  const int block = begin / store_block_size;
  if (!torrent->evicted.contains(index) || !torrent->files || begin < 0 || begin % store_block_size != 0)
    return false;
  const auto piece = piece_locked(torrent, index);
  if (block >= piece->blocks() || bytes.size() != static_cast<std::size_t>(piece->size_of(block)))
    return false;
  if (piece->has_come(block)) return true;
  if (!std::exchange(piece->past_libtorrent, true)) piece->answered = false;
  const auto dirty = piece->dirty_bytes();
  const bool was_dirty = piece->any_dirty();
  cache->reserve(Bytes{piece->put(block, bytes, nullptr, ArrivingPiece::Clock::now())});
  torrent->stats.unwritten += Bytes{piece->dirty_bytes() - dirty};
  hash_soon_locked(torrent, index, piece);
  if (is_tight_locked()) tight_ = true;
  if (!was_dirty || tight_) wake_writer_locked();
  return true;
}

}  // namespace freshet::streaming
