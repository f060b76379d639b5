// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The part of StoreCore from a block's arrival to the judgement of its piece.
#include <algorithm>
#include <libtorrent/error_code.hpp>
#include <libtorrent/torrent_info.hpp>
#include <utility>

#include "streaming/store_core.h"

namespace freshet::streaming {
namespace {

using Clock = ArrivingPiece::Clock;

// Blocks are hashed while the rest of their piece arrives, so that the last one costs no more than itself; so
// many at a time (256 KiB), or the pool would be woken for each.
constexpr int blocks_at_once = 16;
// Data on disk is read in portions of this size to be hashed.
constexpr int disk_portion = 256 * 1024;
// libtorrent asks a peer for the hashes of a v2 magnet link's pieces once and, when that is lost, not again
// before the peer says something. It can do without them when all of the file is there.
constexpr auto longest_doubt = std::chrono::seconds(5);

PieceBytes view(const std::shared_ptr<PieceBuffer>& buffer) {
  return {buffer, std::as_bytes(std::span<const char>(buffer->bytes()))};
}

}  // namespace

StoreCore::Piece StoreCore::piece_locked(const Torrent& torrent, int index) {
  auto& piece = torrent->arriving[index];
  if (piece) return piece;
  const auto& files = torrent->files->layout();
  const auto size = files.piece_size(lt::piece_index_t{index});
  piece = std::make_shared<ArrivingPiece>(size);
  largest_piece_ = std::max<std::int64_t>(largest_piece_, size);
  // Blocks of nothing but padding are never sent.
  for (const auto& slice : files.map_block(lt::piece_index_t{index}, 0, size)) {
    if (!files.pad_file_at(slice.file_index)) continue;
    const auto begin =
        files.file_offset(slice.file_index) + slice.offset - std::int64_t{index} * files.piece_length();
    const auto first = (begin + store_block_size - 1) / store_block_size;
    const auto end = begin + slice.size;
    for (auto block = first; block < piece->blocks(); ++block) {
      const auto last_byte = block * store_block_size + piece->size_of(static_cast<int>(block));
      if (last_byte > end) break;
      piece->put_padding(static_cast<int>(block));
      cache->reserve(Bytes{piece->size_of(static_cast<int>(block))});
    }
  }
  return piece;
}

bool StoreCore::put(const Torrent& torrent, const lt::peer_request& request, const char* data,
                    std::shared_ptr<lt::disk_observer> observer, ArrivingPiece::Written written) {
  const int index = static_cast<int>(request.piece);
  const int block = request.start / store_block_size;
  Lock lock(mutex);
  auto piece = piece_locked(torrent, index);
  // Sent again while somebody reads the first copy.
  while (block < piece->blocks() && piece->in_ram(block) && (piece->hashing || piece->writing)) {
    idle_.wait(lock);
    piece = piece_locked(torrent, index);
  }
  if (block >= piece->blocks() || request.start % store_block_size != 0 ||
      request.length != piece->size_of(block)) {
    to_network([written = std::move(written)] {
      written(lt::storage_error(boost::system::errc::make_error_code(boost::system::errc::invalid_argument)));
    });
    return false;
  }
  if (piece->state == ArrivingPiece::State::Verified) {
    // It is right as it is. add_piece() may do this.
    if (piece->is_dirty(block))
      piece->put_again(block, std::move(written));
    else
      to_network([written = std::move(written)] { written({}); });
    return false;
  }
  if (piece->in_ram(block) && piece->is_good(block)) {  // readers may have it
    if (piece->is_dirty(block))
      piece->put_again(block, std::move(written));
    else
      to_network([written = std::move(written)] { written({}); });
    return false;
  }
  if (piece->in_ram(block)) piece->hasher.reset();
  const bool was_dirty = piece->any_dirty();
  const auto dirty = piece->dirty_bytes();
  const auto more =
      piece->put(block, {data, static_cast<std::size_t>(request.length)}, std::move(written), Clock::now());
  torrent->stats.unwritten += Bytes{piece->dirty_bytes() - dirty};
  cache->reserve(Bytes{more});
  hash_soon_locked(torrent, index, piece);
  const bool tight = is_tight_locked();
  if (tight && observer) observers_.push_back(observer);
  if (tight) tight_ = true;
  if (!was_dirty || tight) wake_writer_locked();
  return tight;
}

void StoreCore::hash(const Torrent& torrent, int index, ArrivingPiece::HashJob job) {
  std::shared_ptr<PieceFiles> files;
  {
    const Lock lock(mutex);
    files = torrent->files;
    if (const auto found = torrent->arriving.find(index); found != torrent->arriving.end()) {
      const auto& piece = found->second;
      if (piece->job) {  // libtorrent asks once
        auto& calls = piece->job->handler;
        to_network([handler = std::move(calls), index] {
          handler(lt::piece_index_t{index}, {},
                  lt::storage_error(lt::error_code(boost::asio::error::operation_aborted)));
        });
      }
      piece->job = std::move(job);
      hash_soon_locked(torrent, index, piece);
      return;
    }
  }
  pool_->post(TaskPool::Urgency::Later, [self = shared_from_this(), files, index, job = std::move(job)] {
    self->hash_from_disk(*files, index, job);
  });
}

void StoreCore::hash_soon_locked(const Torrent& torrent, int index, const Piece& piece) {
  if (piece->hashing || piece->waits_for_hashes || piece->state != ArrivingPiece::State::Assembling) return;
  const bool complete = piece->job || (piece->past_libtorrent && piece->all_have_come() && !piece->any_bad());
  if (!complete) {
    // Before `expected` it is not known which hashes are wanted.
    if (!torrent->expected || piece->answered) return;
    const int next = piece->hasher ? piece->hasher->position() / store_block_size : 0;
    const bool enough = next < piece->blocks() && piece->run_in_ram(next) >= blocks_at_once;
    if (!enough && !has_blocks_to_check(torrent, piece)) return;
  }
  piece->hashing = true;
  pool_->post(
      complete || has_blocks_to_check(torrent, piece) ? TaskPool::Urgency::Now : TaskPool::Urgency::Soon,
      [self = shared_from_this(), torrent, index, piece] { self->hash_task(torrent, index, piece); });
}

void StoreCore::hash_task(const Torrent& torrent, int index, const Piece& piece) {
  Calls calls;
  {
    Lock lock(mutex);
    const auto started = Clock::now();
    check_blocks(lock, torrent, index, piece, calls);
    // Somebody may wait for those.
    if (!calls.empty()) {
      lock.unlock();
      make(calls);
      calls.clear();
      lock.lock();
    }
    if (hash_all(lock, torrent, index, piece, calls) && piece->hasher->position() >= piece->size() &&
        (piece->job || piece->past_libtorrent))
      judge(lock, torrent, index, piece, calls);
    piece->hashed_at = Clock::now();
    piece->hash_cost = piece->hashed_at - started;
    piece->hashing = false;
    idle_.notify_all();
    quiet_locked(torrent, index, piece, calls);
    retire_locked(torrent, index, piece);  // all of it may have been on disk before
    tell_observers_locked(calls);
    look_at_memory_locked();
  }
  make(calls);
}

bool StoreCore::hash_all(Lock& lock, const Torrent& torrent, int index, const Piece& piece, Calls& calls) {
  const auto files = torrent->files;
  const auto& layout = files->layout();
  if (!piece->hasher) {
    const bool v1 = piece->job ? piece->job->v1 : torrent->expected->has_v1();
    const bool v2 = piece->job ? !piece->job->leaves.empty() : torrent->expected->has_v2();
    piece->hasher.emplace(v1 ? piece->size() : 0, v2 ? layout.piece_size2(lt::piece_index_t{index}) : 0);
    piece->changed = false;
  }
  auto& hasher = *piece->hasher;
  while (hasher.position() < piece->size()) {
    const int block = hasher.position() / store_block_size;
    const int run = piece->run_in_ram(block);
    if (run > 0) {
      const auto begin = static_cast<std::size_t>(piece->begin_of(block));
      const auto end =
          static_cast<std::size_t>(std::min(piece->begin_of(block) + run * store_block_size, piece->size()));
      const auto bytes = piece->buffer->bytes().subspan(begin, end - begin);
      int checked = 0;
      while (checked < run && piece->is_good(block + checked)) ++checked;
      const bool known = checked == run;
      const auto leaves = known ? std::span(*piece->leaves)
                                      .subspan(static_cast<std::size_t>(block), static_cast<std::size_t>(run))
                                : std::span<const lt::sha256_hash>{};
      lock.unlock();
      hasher.add(bytes, leaves);
      lock.lock();
      continue;
    }
    // The rest has not arrived, or waits for another copy.
    if (piece->is_bad(block) || (!piece->job && !piece->past_libtorrent)) break;
    if (!piece->job && !piece->has_come(block)) break;
    // Written and given up for room, or from an earlier session.
    std::vector<char> bytes(static_cast<std::size_t>(piece->size_of(block)));
    lock.unlock();
    const auto error = files->read(index, piece->begin_of(block), bytes);
    lock.lock();
    if (error) {
      answer_locked(piece, index, {}, {}, error, calls);
      piece->hasher.reset();
      return false;
    }
    cache->reserve(Bytes{piece->put_clean(block, bytes)});
  }
  return true;
}

void StoreCore::judge(Lock& lock, const Torrent& torrent, int index, const Piece& piece, Calls& calls) {
  auto hasher = std::move(*piece->hasher);
  piece->hasher.reset();
  const auto v1 = hasher.v1();
  const auto& leaves = hasher.leaves();
  const auto verdict = torrent->expected ? torrent->expected->check(index, v1, leaves) : HashVerdict::Unknown;
  switch (verdict) {
    case HashVerdict::Match: {
      if (piece->state == ArrivingPiece::State::Held) {
        --torrent->stats.held_pieces;
        auto verdicts = piece->verdicts();
        for (const auto& each : verdicts) {
          torrent->stats.bad_blocks += std::ranges::count(each.good, false);
        }
        // At once: the writer may answer libtorrent as soon as the lock is free, and that comes after.
        to_network([torrent, index, verdicts = std::move(verdicts)] {
          if (torrent->repairer != nullptr) torrent->repairer->on_block_verdicts(index, verdicts);
        });
      }
      piece->state = ArrivingPiece::State::Verified;
      torrent->in_doubt_since.reset();
      ++torrent->stats.pieces_verified;
      torrent->verified.insert(index);
      withhold_locked(torrent, index, piece, v1, leaves);
      if (torrent->evicted.erase(index) > 0 || !piece->job) tell_restored_locked(torrent, index, calls);
      if (torrent->book && !leaves.empty()) torrent->book->add(index, leaves);
      if (piece->all_in_ram() && !torrent->gone) {
        cache->lend({torrent->id, index}, view(piece->buffer));
        if (torrent->callbacks.verified) {
          calls.emplace_back([call = torrent->callbacks.verified, index, bytes = view(piece->buffer)] {
            call(index, bytes);
          });
        }
      }
      // When v2 hashes of a hybrid torrent reach libtorrent, it takes a piece that is right and not yet on
      // disk for a proof that the torrent contradicts itself, and stops. They may come again when they are
      // known.
      if (torrent->expected->has_v1() && torrent->expected->has_v2() && piece->any_dirty())
        piece->late_answer = {v1, leaves};
      else
        answer_locked(piece, index, v1, leaves, {}, calls);
      wake_writer_locked();
      return;
    }
    case HashVerdict::Mismatch:
      if (!torrent->repairs || torrent->gone) break;
      if (piece->state != ArrivingPiece::State::Held) {
        lock.unlock();
        piece->begin_repair();
        lock.lock();
        piece->state = ArrivingPiece::State::Held;
        ++torrent->stats.held_pieces;
        ask_locked(torrent, index, piece, calls);
      } else if (piece->round_is_over()) {
        ask_locked(torrent, index, piece, calls);
      }
      return;
    case HashVerdict::Unknown:
      // libtorrent would take it for unverified and judge later, in the way that the guard is against.
      if (torrent->repairs && torrent->expected && !torrent->expected->has_v1() && !torrent->gone &&
          !torrent->waited_for_hashes) {
        piece->waits_for_hashes = true;
        if (!torrent->in_doubt_since) torrent->in_doubt_since = Clock::now();
        return;
      }
      break;
  }
  answer_locked(piece, index, v1, leaves, {}, calls);
  wake_writer_locked();
}

void StoreCore::answer_locked(const Piece& piece, int index, const lt::sha1_hash& v1,
                              const std::vector<lt::sha256_hash>& leaves, const lt::storage_error& error,
                              Calls& calls) {
  if (!piece->job) return;
  piece->answered = true;
  auto job = *std::exchange(piece->job, std::nullopt);
  for (std::size_t i = 0; i < leaves.size() && i < static_cast<std::size_t>(job.leaves.size()); ++i) {
    job.leaves[static_cast<std::ptrdiff_t>(i)] = leaves[i];
  }
  calls.emplace_back(
      [handler = std::move(job.handler), index, v1, error] { handler(lt::piece_index_t{index}, v1, error); });
}

void StoreCore::hash_from_disk(const PieceFiles& files, int index, const ArrivingPiece::HashJob& job) {
  const auto& layout = files.layout();
  const lt::piece_index_t piece{index};
  const int size = layout.piece_size(piece);
  const int v2_size = job.leaves.empty() ? 0 : layout.piece_size2(piece);
  if (HoleHashes::is_hole(layout, files.folder(), piece)) {
    lt::sha1_hash v1;
    {
      const std::lock_guard lock(holes_mutex_);
      if (v2_size > 0) holes_.v2(v2_size, job.leaves);
      if (job.v1) v1 = holes_.v1(size);
    }
    return job.handler(piece, v1, {});
  }
  PieceHasher hasher(job.v1 ? size : 0, v2_size);
  std::vector<char> bytes(static_cast<std::size_t>(std::min(size, disk_portion)));
  while (hasher.position() < size) {
    const auto part =
        std::span(bytes).first(std::min(bytes.size(), static_cast<std::size_t>(size - hasher.position())));
    if (const auto error = files.read(index, hasher.position(), part)) return job.handler(piece, {}, error);
    hasher.add(part);
  }
  const auto& leaves = hasher.leaves();
  std::copy_n(leaves.begin(), std::min<std::ptrdiff_t>(std::ssize(leaves), job.leaves.size()),
              job.leaves.begin());
  job.handler(piece, job.v1 ? hasher.v1() : lt::sha1_hash{}, {});
}

void StoreCore::set_expected(const Torrent& torrent, std::shared_ptr<const ExpectedHashes> expected,
                             const lt::torrent_info& info) {
  const Lock lock(mutex);
  if (!torrent->book && info.v2() && info.info_hashes().has_v2())
    torrent->book = std::make_shared<LeafBook>(info.info_hashes().v2, LeafLayout(info.orig_files()));
  if (torrent->book) torrent->book->set_expected(expected);
  torrent->expected = std::move(expected);
  torrent->waited_for_hashes =
      torrent->in_doubt_since && Clock::now() - *torrent->in_doubt_since > longest_doubt;
  for (const auto& [index, piece] : torrent->arriving) {
    piece->waits_for_hashes = false;
    hash_soon_locked(torrent, index, piece);
  }
}

}  // namespace freshet::streaming
