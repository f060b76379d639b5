// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The part of StoreCore that writes: one thread, whole pieces as soon as they are verified, parts of pieces
// when they are old or when memory is short.
#include <algorithm>
#include <libtorrent/error_code.hpp>
#include <utility>

#include "streaming/store_core.h"

namespace freshet::streaming {
namespace {

using Clock = ArrivingPiece::Clock;
using namespace std::chrono_literals;

// A clean end saves what is on disk: at most this much of a download is fetched again.
constexpr auto longest_unwritten = 2s;

}  // namespace

void StoreCore::start(lt::io_context& network) {
  network_ = &network;
  pool_.emplace(2);  // one hashes 4 Gbit/s; the second keeps a reader from waiting behind a check
  writer_ = std::jthread([this](const std::stop_token& stop) { write_loop(stop); });
}

void StoreCore::stop() {
  writer_.request_stop();
  if (writer_.joinable()) writer_.join();
  pool_.reset();
}

void StoreCore::make(Calls& calls) {
  for (auto& call : calls) call();
  calls.clear();
}

void StoreCore::to_network(std::function<void()> task) {
  if (network_ == nullptr) return;
  boost::asio::post(*network_,
                    [busy = boost::asio::make_work_guard(*network_), task = std::move(task)] { task(); });
}

std::int64_t StoreCore::most_reserved_locked() const {
  // The rest is for pieces that readers keep. Two pieces must fit whatever the limit: one that arrives and
  // one that is written.
  return std::max(cache->limit().value / 4 * 3, 2 * largest_piece_ + (1 << 20));
}

void StoreCore::wake_writer_locked() {
  look_again_ = true;
  writer_wake_.notify_one();
}

bool StoreCore::is_tight_locked() const {
  return cache->reserved().value > most_reserved_locked();
}

bool StoreCore::is_relaxed_locked() const {
  return cache->reserved().value <= most_reserved_locked() / 4 * 3;
}

void StoreCore::look_at_memory_locked() {
  if (!is_tight_locked() && (observers_.empty() || is_relaxed_locked())) return;
  tight_ = true;
  wake_writer_locked();
}

void StoreCore::write_loop(const std::stop_token& stop) {
  Lock lock(mutex);
  for (;;) {
    if (!fences_.empty()) {
      auto fence = std::move(fences_.front());
      fences_.pop_front();
      if (fence.torrent) flush(lock, fence.torrent);
      lock.unlock();
      fence.operation();
      fence = {};
      lock.lock();
      continue;
    }
    look_again_ = false;
    auto deadline = Clock::time_point::max();
    if (const auto next = next_to_write_locked(Clock::now(), deadline)) {
      write(lock, *next);
      continue;
    }
    if (std::exchange(tight_, false)) {
      spill_locked();
      Calls calls;
      tell_observers_locked(calls);
      lock.unlock();
      make(calls);
      lock.lock();
      continue;
    }
    if (stop.stop_requested()) return;
    const auto something = [&] { return look_again_; };
    if (deadline == Clock::time_point::max())
      writer_wake_.wait(lock, stop, something);
    else
      writer_wake_.wait_until(lock, stop, deadline, something);
  }
}

std::optional<StoreCore::Writable> StoreCore::next_to_write_locked(Clock::time_point now,
                                                                   Clock::time_point& deadline) {
  std::optional<Writable> best;
  int best_class = 3;
  for (const auto& torrent : torrents_) {
    if (torrent->in_trouble || !torrent->files) continue;
    for (const auto& [index, piece] : torrent->arriving) {
      if (!piece->any_dirty() || piece->writing) continue;
      const bool held = piece->state == ArrivingPiece::State::Held;
      const bool finished = piece->state == ArrivingPiece::State::Verified || piece->answered;
      const bool old = now - piece->dirty_since() >= longest_unwritten;
      const int its_class = finished ? 0 : old && !held ? 1 : tight_ ? 2 : 3;
      if (its_class == 3 && !held) deadline = std::min(deadline, piece->dirty_since() + longest_unwritten);
      if (its_class > best_class || its_class == 3) continue;
      if (its_class < best_class || piece->dirty_since() < best->piece->dirty_since()) {
        best = Writable{torrent, index, piece};
        best_class = its_class;
      }
    }
  }
  return best;
}

bool StoreCore::write(Lock& lock, const Writable& what) {
  const auto& [torrent, index, piece] = what;
  const auto files = torrent->files;
  const auto runs = piece->dirty_runs();
  const auto dirty = piece->dirty_bytes();
  Calls calls;
  piece->writing = true;
  lock.unlock();
  lt::storage_error error;
  std::size_t done = 0;
  for (; done < runs.size(); ++done) {
    const auto [first, last] = runs[done];
    const auto begin = piece->begin_of(first);
    const auto end = std::min(last * store_block_size, piece->size());
    error = files->write(index, begin,
                         piece->buffer->bytes().subspan(static_cast<std::size_t>(begin),
                                                        static_cast<std::size_t>(end - begin)));
    if (error) break;
  }
  const bool lost = files->was_lost();
  lock.lock();
  for (std::size_t run = 0; run < done; ++run) {
    for (auto& written : piece->mark_written(runs[run].first, runs[run].second)) {
      calls.emplace_back([written = std::move(written)] { written({}); });
    }
  }
  torrent->stats.unwritten -= Bytes{dirty - piece->dirty_bytes()};
  if (piece->late_answer && !piece->any_dirty()) {
    const auto answer = *std::exchange(piece->late_answer, std::nullopt);
    answer_locked(piece, index, answer.first, answer.second, {}, calls);
  }
  piece->writing = false;
  idle_.notify_all();
  if (error) {
    torrent->in_trouble = torrent->was_in_trouble = true;
    calls.emplace_back([this, torrent, error] {
      to_network([torrent, error] {
        if (torrent->callbacks.trouble) torrent->callbacks.trouble(error);
      });
    });
  } else if (std::exchange(torrent->was_in_trouble, false)) {
    torrent->in_trouble = false;
    calls.emplace_back([this, torrent] {
      to_network([torrent] {
        if (torrent->callbacks.recovered) torrent->callbacks.recovered();
      });
    });
  }
  if (lost) {
    calls.emplace_back([this, torrent] {
      to_network([torrent] {
        if (torrent->callbacks.lost) torrent->callbacks.lost();
      });
    });
  }
  quiet_locked(torrent, index, piece, calls);
  retire_locked(torrent, index, piece);
  tell_written_locked(torrent, calls);
  tell_observers_locked(calls);
  lock.unlock();
  make(calls);
  lock.lock();
  return !error;
}

void StoreCore::retire_locked(const Torrent& torrent, int index, const Piece& piece) {
  if (piece->any_dirty() || piece->hashing || piece->writing) return;
  if (piece->state == ArrivingPiece::State::Verified) {
    if (piece->all_in_ram())
      cache->give({torrent->id, index}, Bytes{piece->ram_bytes()});
    else
      cache->release(Bytes{piece->ram_bytes()});
  } else if (piece->answered && !piece->job) {
    cache->release(Bytes{piece->ram_bytes()});
  } else {
    return;
  }
  torrent->arriving.erase(index);
}

void StoreCore::flush(Lock& lock, const Torrent& torrent) {
  std::vector<Writable> all;
  for (const auto& [index, piece] : torrent->arriving) {
    if (piece->any_dirty() && piece->state != ArrivingPiece::State::Held) {
      all.push_back({torrent, index, piece});
    }
  }
  for (const auto& each : all) {
    if (!write(lock, each)) return;
  }
}

void StoreCore::spill_locked() {
  for (const auto& torrent : torrents_) {
    for (const auto& [index, piece] : torrent->arriving) {
      if (is_relaxed_locked()) return;
      if (piece->hashing || piece->writing || piece->state == ArrivingPiece::State::Verified) continue;
      cache->release(Bytes{piece->spill()});
    }
  }
}

void StoreCore::tell_observers_locked(Calls& calls) {
  if (observers_.empty() || !is_relaxed_locked()) return;
  calls.emplace_back([this, observers = std::exchange(observers_, {})] {
    to_network([observers] {
      for (const auto& each : observers) {
        if (const auto alive = each.lock()) alive->on_disk();
      }
    });
  });
}

void StoreCore::tell_written_locked(const Torrent& torrent, Calls& calls) {
  if (torrent->when_written.empty() || is_unwritten_locked(torrent)) return;
  for (auto& done : std::exchange(torrent->when_written, {})) {
    calls.emplace_back([done = std::move(done)] { done(true); });
  }
}

bool StoreCore::is_unwritten_locked(const Torrent& torrent) const {
  return std::ranges::any_of(torrent->arriving, [](const auto& entry) {
    return entry.second->any_dirty() &&
           (entry.second->state == ArrivingPiece::State::Verified || entry.second->answered);
  });
}

void StoreCore::after_flush(const Torrent& torrent, std::function<void()> operation) {
  const Lock lock(mutex);
  fences_.push_back({torrent, std::move(operation)});
  wake_writer_locked();
}

void StoreCore::forget_all(const Torrent& torrent) {
  Calls calls;
  {
    Lock lock(mutex);
    while (!torrent->arriving.empty()) {
      const auto [index, piece] = *torrent->arriving.begin();
      idle_.wait(lock, [&] { return !piece->hashing && !piece->writing; });
      release_locked(torrent, index, piece, calls);
    }
    torrent->verified.clear();
    torrent->evicted.clear();
    if (auto answer = std::exchange(torrent->withheld, nullptr)) {
      calls.emplace_back([answer = std::move(answer)] {
        answer(lt::storage_error(lt::error_code(boost::asio::error::operation_aborted)));
      });
    }
    cache->forget_torrent(torrent->id);
    if (torrent->files) torrent->files->forget();
    // What could be written has been, and those who waited for it know.
    for (auto& done : std::exchange(torrent->when_written, {})) {
      calls.emplace_back([done = std::move(done)] { done(false); });
    }
    if (torrent->gone) {
      torrent->files.reset();
      torrents_.remove(torrent);
    }
    tell_observers_locked(calls);
  }
  make(calls);
}

void StoreCore::clear(const Torrent& torrent, int index, std::function<void()> done) {
  after_flush(torrent, [this, torrent, index, done = std::move(done)] {
    Calls calls;
    {
      Lock lock(mutex);
      if (const auto found = torrent->arriving.find(index); found != torrent->arriving.end()) {
        const auto piece = found->second;
        idle_.wait(lock, [&] { return !piece->hashing && !piece->writing; });
        release_locked(torrent, index, piece, calls);
        tell_written_locked(torrent, calls);
        tell_observers_locked(calls);
      }
    }
    calls.push_back(done);
    make(calls);
  });
}

void StoreCore::release_locked(const Torrent& torrent, int index, const Piece& piece, Calls& calls) {
  const lt::storage_error aborted{lt::error_code(boost::asio::error::operation_aborted)};
  if (piece->state == ArrivingPiece::State::Held) --torrent->stats.held_pieces;
  torrent->stats.unwritten -= Bytes{piece->dirty_bytes()};
  for (auto& written : piece->give_up_writing()) {
    calls.emplace_back([written = std::move(written), aborted] { written(aborted); });
  }
  answer_locked(piece, index, {}, {}, aborted, calls);
  cache->forget({torrent->id, index});
  cache->release(Bytes{piece->ram_bytes()});
  torrent->arriving.erase(index);
}

void StoreCore::retry(const Torrent& torrent) {
  const Lock lock(mutex);
  if (!std::exchange(torrent->in_trouble, false)) return;
  look_at_memory_locked();
  wake_writer_locked();
}

void StoreCore::when_written(const Torrent& torrent, std::function<void(bool)> done) {
  {
    const Lock lock(mutex);
    if (!torrent->gone && is_unwritten_locked(torrent)) {
      torrent->when_written.push_back(std::move(done));
      return;
    }
  }
  done(true);
}

}  // namespace freshet::streaming
