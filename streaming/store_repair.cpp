// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The part of StoreCore that repairs pieces which do not match: further copies of their blocks, until they
// do.
#include <utility>

#include "streaming/store_core.h"

namespace freshet::streaming {
namespace {

using Clock = ArrivingPiece::Clock;

// A piece that is being repaired is hashed again after a changed block when that takes less than this part of
// the time, else when all its blocks have come.
constexpr int repair_share = 10;
// What costs no more than this (a piece of a few MiB) is done after each.
constexpr auto repair_always = std::chrono::milliseconds(5);

}  // namespace

bool StoreCore::replace(const Torrent& torrent, int index, int begin, std::span<const char> bytes) {
  Calls calls;
  {
    const Lock lock(mutex);
    const auto found = torrent->arriving.find(index);
    if (found == torrent->arriving.end() || begin < 0 || begin % store_block_size != 0) return false;
    const auto& piece = found->second;
    const int block = begin / store_block_size;
    if (block >= piece->blocks() || bytes.size() != static_cast<std::size_t>(piece->size_of(block)) ||
        (piece->state != ArrivingPiece::State::Held && !piece->is_bad(block))) {
      return false;
    }
    if (piece->hashing || piece->writing)
      piece->replacements.emplace_back(block, std::vector<char>(bytes.begin(), bytes.end()));
    else
      replace_locked(torrent, index, piece, block, bytes, calls);
  }
  make(calls);
  return true;
}

void StoreCore::replace_locked(const Torrent& torrent, int index, const Piece& piece, int block,
                               std::span<const char> bytes, Calls& calls) {
  const auto dirty = piece->dirty_bytes();
  const bool by_leaf = piece->is_bad(block);
  if (by_leaf && piece->in_ram(block)) piece->hasher.reset();
  cache->reserve(Bytes{by_leaf ? piece->put(block, bytes, nullptr, Clock::now())
                               : piece->vote(block, bytes, Clock::now())});
  torrent->stats.unwritten += Bytes{piece->dirty_bytes() - dirty};
  wake_writer_locked();
  if (by_leaf) return hash_soon_locked(torrent, index, piece);
  go_on_repairing_locked(torrent, index, piece, calls);
}

void StoreCore::go_on_repairing_locked(const Torrent& torrent, int index, const Piece& piece, Calls& calls) {
  if (piece->hashing || piece->writing) return;
  const bool cheap =
      piece->hash_cost < repair_always || Clock::now() - piece->hashed_at > repair_share * piece->hash_cost;
  if (piece->changed && (piece->round_is_over() || cheap)) {
    piece->hasher.reset();
    piece->hashing = true;
    pool_->post(TaskPool::Urgency::Now, [self = shared_from_this(), torrent, index, piece] {
      self->hash_task(torrent, index, piece);
    });
  } else if (piece->round_is_over()) {
    ask_locked(torrent, index, piece, calls);
  }
}

void StoreCore::ask_locked(const Torrent& torrent, int index, const Piece& piece, Calls& calls) {
  calls.emplace_back([this, torrent, index, blocks = piece->next_round()] {
    to_network([torrent, index, blocks] {
      if (torrent->repairer != nullptr) torrent->repairer->on_bad_piece(index, blocks);
    });
  });
}

void StoreCore::quiet_locked(const Torrent& torrent, int index, const Piece& piece, Calls& calls) {
  if (piece->hashing || piece->writing) return;
  if (piece->state != ArrivingPiece::State::Held) {
    for (const auto& [block, bytes] : std::exchange(piece->replacements, {})) {
      if (piece->is_bad(block) && !piece->hashing)
        replace_locked(torrent, index, piece, block, bytes, calls);
      else if (piece->is_bad(block))
        piece->replacements.emplace_back(block, bytes);
    }
    // The last blocks may have come while the first were hashed.
    return hash_soon_locked(torrent, index, piece);
  }
  for (const auto& [block, bytes] : std::exchange(piece->replacements, {})) {
    if (piece->hashing) {
      piece->replacements.emplace_back(block, bytes);
      continue;
    }
    replace_locked(torrent, index, piece, block, bytes, calls);
  }
}

void StoreCore::set_repairs(const Torrent& torrent, PieceRepairer* repairer) {
  const Lock lock(mutex);
  torrent->repairer = repairer;
  torrent->repairs = repairer != nullptr;
  if (torrent->repairs) return;
  // Nobody repairs any more: libtorrent gets the hash of what is there.
  for (const auto& [index, piece] : torrent->arriving) {
    piece->waits_for_hashes = false;
    piece->forgive_bad();
    if (piece->state == ArrivingPiece::State::Held) {
      --torrent->stats.held_pieces;
      piece->state = ArrivingPiece::State::Assembling;
      if (!piece->hashing) piece->hasher.reset();
    }
    hash_soon_locked(torrent, index, piece);
  }
}

}  // namespace freshet::streaming
