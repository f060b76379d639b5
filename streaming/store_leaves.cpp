// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The part of StoreCore that judges single blocks by their leaf hashes, and that knows leaf hashes.
#include <algorithm>
#include <utility>

#include "streaming/store_core.h"

namespace freshet::streaming {

bool StoreCore::has_blocks_to_check(const Torrent& torrent, const Piece& piece) {
  return torrent->book && piece->any_unchecked() && (piece->leaves || !piece->leaves_looked_up);
}

void StoreCore::check_blocks(Lock& lock, const Torrent& torrent, int index, const Piece& piece,
                             Calls& calls) {
  const auto book = torrent->book;
  if (!book || piece->state != ArrivingPiece::State::Assembling) return;
  if (!std::exchange(piece->leaves_looked_up, true)) {
    lock.unlock();
    auto leaves = book->find(index);
    lock.lock();
    if (leaves) piece->leaves = std::move(leaves);
  }
  if (!piece->leaves) return;
  const int v2_size = torrent->files->layout().piece_size2(lt::piece_index_t{index});
  std::vector<int> bad;
  bool good = false;
  // More may come meanwhile.
  for (auto blocks = piece->unchecked(); !blocks.empty(); blocks = piece->unchecked()) {
    for (const int block : blocks) {
      const auto size = std::min(v2_size - piece->begin_of(block), piece->size_of(block));
      bool match = true;  // a block of padding between files that somebody sent
      if (size > 0) {
        const auto bytes = piece->bytes_of(block).first(static_cast<std::size_t>(size));
        const auto leaf = (*piece->leaves)[static_cast<std::size_t>(block)];
        lock.unlock();
        match = sha256(bytes) == leaf;
        lock.lock();
      }
      if (match && size > 0) {
        piece->mark_good(block);
        good = true;
      } else if (match || !torrent->repairs || torrent->gone) {
        piece->mark_checked(block);
      } else {
        piece->mark_bad(block);
        ++torrent->stats.bad_blocks;
        bad.push_back(block);
      }
    }
  }
  if (good && torrent->callbacks.blocks_verified && !torrent->gone) {
    calls.emplace_back(
        [call = torrent->callbacks.blocks_verified, index, early = piece->early] { call(index, early); });
  }
  if (bad.empty()) return;
  // Its sender is known at once, and the rest of the piece is kept.
  calls.emplace_back([this, torrent, index, bad = std::move(bad)] {
    to_network([torrent, index, bad] {
      if (torrent->repairer == nullptr) return;
      torrent->repairer->on_bad_piece(index, bad);
      std::vector<BlockVerdict> verdicts;
      for (const int block : bad) verdicts.push_back({block, {false}});
      torrent->repairer->on_block_verdicts(index, verdicts);
    });
  });
}

Result<void> StoreCore::use_leaf_file(const Torrent& torrent, const std::filesystem::path& path) {
  const auto book = [&] {
    const Lock lock(mutex);
    return torrent->book;
  }();
  if (!book) return {};
  return book->use_file(path);
}

HashVerdict StoreCore::add_leaves(const Torrent& torrent, int index,
                                  std::span<const lt::sha256_hash> leaves) {
  const auto book = [&] {
    const Lock lock(mutex);
    return torrent->book;
  }();
  if (!book) return HashVerdict::Unknown;
  const auto verdict = book->add(index, leaves);
  if (verdict == HashVerdict::Match) {
    const Lock lock(mutex);
    look_at_leaves_locked(torrent, index);
  }
  return verdict;
}

void StoreCore::look_at_leaves_locked(const Torrent& torrent, int index) {
  const auto found = torrent->arriving.find(index);
  if (found == torrent->arriving.end()) return;
  found->second->leaves_looked_up = false;
  hash_soon_locked(torrent, index, found->second);
}

void StoreCore::leaves_of(const Torrent& torrent, int index, bool is_here,
                          std::function<void(KnownLeaves)> done) {
  std::shared_ptr<LeafBook> book;
  std::shared_ptr<PieceFiles> files;
  {
    const Lock lock(mutex);
    book = torrent->book;
    files = torrent->files;
  }
  if (!book || !files) return done(nullptr);
  pool_->post(TaskPool::Urgency::Later, [self = shared_from_this(), torrent, book, files, index, is_here,
                                         done = std::move(done)]() mutable {
    auto leaves = book->find(index);
    const auto run = book->layout().of_piece(index);
    if (!leaves && is_here && run.count > 0) {
      const int size = files->layout().piece_size2(lt::piece_index_t{index});
      std::vector<char> bytes(static_cast<std::size_t>(size));
      PieceHasher hasher(0, size);
      if (!self->read_now(torrent, *files, index, 0, bytes)) {
        hasher.add(bytes);
        if (book->add(index, hasher.leaves()) == HashVerdict::Match) leaves = book->find(index);
      }
    }
    self->to_network([done = std::move(done), leaves = std::move(leaves)] { done(leaves); });
  });
}

}  // namespace freshet::streaming
