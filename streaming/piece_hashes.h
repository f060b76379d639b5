// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What a piece hashes to and what it should hash to. BEP 3: the SHA-1 of all of it. BEP 52: a Merkle tree of
// SHA-256 over blocks of 16 KiB, of which the metadata knows one node a piece.
#pragma once

#include <cstdint>
#include <libtorrent/fwd.hpp>
#include <libtorrent/sha1_hash.hpp>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace freshet::streaming {

// Hashes a piece block by block, both ways in one pass. One thread at a time.
class PieceHasher {
 public:
  // `v1_size` and `v2_size` are what each kind covers, 0 when that kind is not asked for. They differ at the
  // end of a file in a hybrid torrent: the padding counts for v1 only.
  PieceHasher(int v1_size, int v2_size);
  ~PieceHasher();
  PieceHasher(PieceHasher&&) noexcept;
  PieceHasher& operator=(PieceHasher&&) noexcept;

  // The next bytes; whole blocks of 16 KiB but for the last. `known`: SHA-256 of those blocks, as far as they
  // have one, where that is known already; else empty.
  void add(std::span<const char> bytes, std::span<const lt::sha256_hash> known = {});
  // Bytes taken so far.
  [[nodiscard]] int position() const { return position_; }
  // Once, when all is there.
  [[nodiscard]] lt::sha1_hash v1();
  // Of the blocks so far.
  [[nodiscard]] const std::vector<lt::sha256_hash>& leaves() const { return leaves_; }

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
  int v1_size_;
  int v2_size_;
  int position_ = 0;
  std::vector<lt::sha256_hash> leaves_;
};

[[nodiscard]] lt::sha256_hash sha256(std::span<const char> bytes);

enum class HashVerdict : std::uint8_t {
  Match,
  Mismatch,
  Unknown,  // the metadata does not say: a v2 torrent without its piece layers
};

// Immutable; any thread.
class ExpectedHashes {
 public:
  // `layers`: torrent_handle::piece_layers(), by file; may be empty. Copies what it needs.
  ExpectedHashes(const lt::torrent_info& info, const std::vector<std::vector<lt::sha256_hash>>& layers);

  [[nodiscard]] bool has_v1() const { return has_v1_; }
  [[nodiscard]] bool has_v2() const { return has_v2_; }
  [[nodiscard]] bool lacks_any() const { return lacks_any_; }
  [[nodiscard]] HashVerdict check(int piece, const lt::sha1_hash& v1,
                                  const std::vector<lt::sha256_hash>& leaves) const;
  // The v2 half of it. Unknown also for a v1 torrent.
  [[nodiscard]] HashVerdict check_leaves(int piece, const std::vector<lt::sha256_hash>& leaves) const;

 private:
  bool has_v1_;
  bool has_v2_;
  bool lacks_any_ = false;
  int blocks_per_piece_;
  std::vector<lt::sha1_hash> v1_;
  struct Root {
    lt::sha256_hash hash;
    int leaves = 0;  // that the tree beneath it has, with padding; 0: not known
  };
  std::vector<Root> v2_;
};

// The root of the tree over `leaves`, filled up with zero hashes to `width`, a power of two.
[[nodiscard]] lt::sha256_hash merkle_root(std::vector<lt::sha256_hash> leaves, int width);

}  // namespace freshet::streaming
