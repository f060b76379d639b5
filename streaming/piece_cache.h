// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Verified pieces in RAM, shared by all files of a session, least recently used out first.
//
// Invariants: 1. the sum of all pieces held is never above the limit; a piece larger than the limit is not
// held.
// 2. a piece handed out stays valid as long as the caller holds the pointer, also after it was dropped here.
// Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include "streaming/base/units.h"

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

  // An empty span when it is not held.
  [[nodiscard]] PieceBytes find(PieceKey key);
  void insert(PieceKey key, PieceBytes piece);
  void forget_torrent(std::uint64_t torrent);
  [[nodiscard]] Bytes held() const;

 private:
  struct Hash {
    std::size_t operator()(const PieceKey& key) const noexcept {
      return std::size_t{key.torrent * 0x9E3779B97F4A7C15u} ^ static_cast<std::size_t>(key.piece);
    }
  };
  struct Entry {
    PieceKey key;
    PieceBytes piece;
  };
  using Order = std::list<Entry>;
  void drop_locked(Order::iterator entry);

  mutable std::mutex mutex_;
  Bytes limit_;
  Bytes held_;
  Order order_;  // most recently used first
  std::unordered_map<PieceKey, Order::iterator, Hash> entries_;
};

}  // namespace freshet::streaming
