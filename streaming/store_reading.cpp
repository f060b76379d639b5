// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The part of StoreCore that reads, for players and for peers, and its list of torrents.
#include <algorithm>
#include <cstring>
#include <libtorrent/error_code.hpp>
#include <utility>

#include "streaming/store_core.h"

namespace freshet::streaming {

StoreCore::Torrent StoreCore::attach(const lt::sha1_hash& hash, std::shared_ptr<PieceFiles> files) {
  const Lock lock(mutex);
  auto found = std::ranges::find_if(
      torrents_, [&](const Torrent& each) { return !each->files && (each->v1 == hash || each->v2 == hash); });
  if (found == torrents_.end()) {
    auto torrent = std::make_shared<StoredTorrent>();
    torrent->v1 = hash;
    torrent->id = next_id_++;
    found = torrents_.insert(torrents_.end(), std::move(torrent));
  }
  (*found)->files = std::move(files);
  return *found;
}

StoreCore::Torrent StoreCore::claim(const lt::info_hash_t& hashes) {
  const Lock lock(mutex);
  const lt::sha1_hash v1 = hashes.has_v1() ? hashes.v1 : lt::sha1_hash{};
  const lt::sha1_hash v2 = hashes.has_v2() ? lt::sha1_hash(hashes.v2.data()) : lt::sha1_hash{};
  auto found = std::ranges::find_if(torrents_, [&](const Torrent& each) {
    return !each->claimed && !each->gone && (each->v1 == v1 || each->v1 == v2);
  });
  if (found == torrents_.end()) {
    auto torrent = std::make_shared<StoredTorrent>();
    torrent->id = next_id_++;
    found = torrents_.insert(torrents_.end(), std::move(torrent));
  }
  (*found)->v1 = v1;
  (*found)->v2 = v2;
  (*found)->claimed = true;
  return *found;
}

void StoreCore::unclaim(const Torrent& torrent) {
  const Lock lock(mutex);
  torrent->callbacks = {};
  if (!torrent->files) torrents_.remove(torrent);  // libtorrent never had it
  // It holds libtorrent's torrent, which could not end.
  torrent->withholds = false;
  if (auto answer = std::exchange(torrent->withheld, nullptr)) {
    to_network([answer = std::move(answer)] {
      answer(lt::storage_error(lt::error_code(boost::asio::error::operation_aborted)));
    });
  }
}

std::vector<std::pair<int, int>> StoreCore::take_from_ram_locked(const Torrent& torrent, int index, int begin,
                                                                 std::span<char> bytes) {
  const int end = begin + static_cast<int>(bytes.size());
  std::vector<std::pair<int, int>> missing;
  const auto found = torrent->arriving.find(index);
  for (int at = begin; at < end;) {
    const int block = at / store_block_size;
    const int last = std::min(end, (block + 1) * store_block_size);
    if (found != torrent->arriving.end() && block < found->second->blocks() && found->second->in_ram(block)) {
      std::memcpy(bytes.data() + (at - begin), found->second->buffer->bytes().data() + at,
                  static_cast<std::size_t>(last - at));
    } else if (!missing.empty() && missing.back().second == at - begin) {
      missing.back().second = last - begin;
    } else {
      missing.emplace_back(at - begin, last - begin);
    }
    at = last;
  }
  return missing;
}

lt::storage_error StoreCore::read_now(const Torrent& torrent, const PieceFiles& files, int index, int begin,
                                      std::span<char> bytes) {
  const auto missing = [&] {
    const Lock lock(mutex);
    return take_from_ram_locked(torrent, index, begin, bytes);
  }();
  for (const auto& [first, last] : missing) {
    const auto part = bytes.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
    if (auto error = files.read(index, begin + first, part)) return error;
  }
  return {};
}

void StoreCore::read(const Torrent& torrent, int index, int begin, int size, TaskPool::Urgency urgency,
                     std::function<void(std::span<const char>, const lt::storage_error&)> done) {
  auto bytes = std::make_shared<std::vector<char>>(static_cast<std::size_t>(size));
  std::shared_ptr<PieceFiles> files;
  std::uint64_t since = 0;
  const bool in_ram = [&] {
    const Lock lock(mutex);
    files = torrent->files;
    since = torrent->evictions;
    return take_from_ram_locked(torrent, index, begin, *bytes).empty();
  }();
  if (in_ram) return done(*bytes, {});
  if (const auto kept = cache->find({torrent->id, index});
      kept.bytes.size() >= static_cast<std::size_t>(begin + size)) {
    return done({reinterpret_cast<const char*>(kept.bytes.data()) + begin, static_cast<std::size_t>(size)},
                {});
  }
  pool_->post(urgency, [self = shared_from_this(), torrent, files, index, begin, bytes, since,
                        done = std::move(done)] {
    auto error = self->read_now(torrent, *files, index, begin, *bytes);
    // The peer is told that we do not have it.
    if (self->was_given_up(torrent, index, since))
      error = lt::storage_error(lt::error_code(boost::asio::error::operation_aborted));
    done(*bytes, error);
  });
}

void StoreCore::hash_block(const Torrent& torrent, int index, int begin,
                           std::function<void(const lt::sha256_hash&, const lt::storage_error&)> done) {
  const int size =
      std::min(torrent->files->layout().piece_size2(lt::piece_index_t{index}) - begin, store_block_size);
  read(torrent, index, begin, size, TaskPool::Urgency::Later,
       [done = std::move(done)](std::span<const char> bytes, const lt::storage_error& error) {
         done(error ? lt::sha256_hash{} : sha256(bytes), error);
       });
}

void StoreCore::load(const Torrent& torrent, int index) {
  std::function<void(int, const PieceBytes&)> loaded;
  std::shared_ptr<PieceFiles> files;
  std::uint64_t since = 0;
  PieceBytes found = cache->find({torrent->id, index});
  {
    const Lock lock(mutex);
    loaded = torrent->callbacks.loaded;
    if (!loaded || !torrent->files || torrent->gone) return;
    files = torrent->files;
    since = torrent->evictions;
    const auto arriving = torrent->arriving.find(index);
    if (found.bytes.empty() && arriving != torrent->arriving.end() && arriving->second->all_in_ram()) {
      // libtorrent has judged it itself.
      const auto& buffer = arriving->second->buffer;
      found = {buffer, std::as_bytes(std::span<const char>(buffer->bytes()))};
    }
  }
  if (!found.bytes.empty()) return loaded(index, found);
  const auto size = files->layout().piece_size(lt::piece_index_t{index});
  pool_->post(TaskPool::Urgency::Now,
              [self = shared_from_this(), torrent, index, size, files, loaded, since] {
                self->cache->reserve(Bytes{size});
                const auto buffer = std::make_shared<PieceBuffer>(static_cast<std::size_t>(size));
                auto error = self->read_now(torrent, *files, index, 0, buffer->bytes());
                std::shared_ptr<const ExpectedHashes> expected;
                {
                  const Lock lock(self->mutex);
                  expected = torrent->expected;
                  ++torrent->stats.pieces_read;
                }
                // What lies on disk may have been changed by anybody, or never have got there before a crash.
                if (!error && expected) {
                  const auto& layout = files->layout();
                  PieceHasher hasher(expected->has_v1() ? size : 0,
                                     expected->has_v2() ? layout.piece_size2(lt::piece_index_t{index}) : 0);
                  hasher.add(buffer->bytes());
                  if (expected->check(index, hasher.v1(), hasher.leaves()) == HashVerdict::Mismatch) {
                    error = lt::storage_error(lt::errors::make_error_code(lt::errors::failed_hash_check));
                    error.operation = lt::operation_t::file_read;
                  }
                }
                self->cache->release(Bytes{size});
                if (error && self->was_given_up(torrent, index, since)) return;  // who reads asks again
                if (error) {
                  return self->to_network([torrent, index, error] {
                    if (torrent->callbacks.load_failed) torrent->callbacks.load_failed(index, error);
                  });
                }
                const PieceBytes bytes{buffer, std::as_bytes(std::span<const char>(buffer->bytes()))};
                self->cache->insert({torrent->id, index}, bytes);
                loaded(index, bytes);
              });
}

bool StoreCore::was_given_up(const Torrent& torrent, int index, std::uint64_t since) {
  const Lock lock(mutex);
  return was_evicted_locked(torrent, index, since);
}

TorrentStore::Stats StoreCore::stats(const Torrent& torrent) {
  const Lock lock(mutex);
  return torrent->stats;
}

}  // namespace freshet::streaming
