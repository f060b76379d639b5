// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The memory that pieces may take: verified pieces that are kept for readers, least recently used out first,
// and what the piece store needs meanwhile for blocks that are not verified or not on disk yet. Shared by all
// torrents of a session.
//
// Invariants: 1. pieces that are kept are dropped as soon as they and what is reserved exceed the limit, so
// only what is reserved can; the store bounds that. A piece larger than the limit is not kept.
// 2. a piece handed out stays valid as long as the caller holds the pointer, also after it was dropped here;
// one that somebody holds is dropped last, since that would free nothing.
// Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "streaming/base/units.h"
#include "streaming/reader_demands.h"

namespace freshet::streaming {

struct PieceBytes {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
};

struct PieceKey {
  std::uint64_t torrent = 0;  // unique in the session
  int piece = 0;
  bool operator==(const PieceKey&) const = default;
};

class PieceCache {
 public:
  explicit PieceCache(Bytes limit) : limit_(limit) {}

  // An empty span when it is not there.
  [[nodiscard]] PieceBytes find(PieceKey key);
  // Keeps it; one that is there already only counts as used.
  void insert(PieceKey key, PieceBytes piece);
  void forget(PieceKey key);
  void forget_torrent(std::uint64_t torrent);

  // Memory that is not a kept piece's. It is never refused.
  void reserve(Bytes size);
  void release(Bytes size);
  // Can be found, but its memory stays reserved, and it is not dropped.
  void lend(PieceKey key, PieceBytes piece);
  // What was lent is kept like any other piece from now on; `reserved` of its memory was reserved until now.
  void give(PieceKey key, Bytes reserved);

  // Pieces that somebody will most likely read again soon: dropped after all others of that torrent and any
  // other's. Replaces what was said of this torrent before.
  void protect(std::uint64_t torrent, std::vector<PieceSpan> pieces);

  [[nodiscard]] Bytes limit() const { return limit_; }
  // Of kept pieces.
  [[nodiscard]] Bytes held() const;
  [[nodiscard]] Bytes reserved() const;

 private:
  struct Hash {
    std::size_t operator()(const PieceKey& key) const noexcept {
      return std::size_t{key.torrent * 0x9E3779B97F4A7C15u} ^ static_cast<std::size_t>(key.piece);
    }
  };
  struct Entry {
    PieceKey key;
    PieceBytes piece;
    bool lent = false;
  };
  using Order = std::list<Entry>;
  void drop_locked(Order::iterator entry);
  void make_room_locked();
  [[nodiscard]] bool is_protected_locked(PieceKey key) const;

  mutable std::mutex mutex_;
  Bytes limit_;
  Bytes held_;
  Bytes reserved_;
  Order order_;  // most recently used first
  std::unordered_map<PieceKey, Order::iterator, Hash> entries_;
  std::map<std::uint64_t, std::vector<PieceSpan>> protected_;
};

}  // namespace freshet::streaming
