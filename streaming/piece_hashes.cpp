// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/piece_hashes.h"

#include <algorithm>
#include <bit>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/torrent_info.hpp>
#include <new>
#include <openssl/evp.h>
#include <utility>

namespace freshet::streaming {
namespace {

constexpr int block_size = 16 * 1024;  // BEP 52

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// OpenSSL's digests fail only without memory or without the algorithm, which its FIPS mode may take away.
void must(bool done) {
  if (!done) throw std::bad_alloc();
}

Context start(const EVP_MD* algorithm) {
  Context context(EVP_MD_CTX_new());
  must(context && EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1);
  return context;
}

template <class Hash>
Hash finish(EVP_MD_CTX* context) {
  Hash hash;
  must(EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(hash.data()), nullptr) == 1);
  return hash;
}

lt::sha256_hash sha256_with(EVP_MD_CTX* context, std::span<const char> bytes) {
  must(EVP_DigestInit_ex2(context, EVP_sha256(), nullptr) == 1 &&
       EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
  return finish<lt::sha256_hash>(context);
}

}  // namespace

struct PieceHasher::Contexts {
  Context sha1 = start(EVP_sha1());
  Context sha256 = start(EVP_sha256());
};

PieceHasher::PieceHasher(int v1_size, int v2_size)
    : contexts_(std::make_unique<Contexts>()), v1_size_(v1_size), v2_size_(v2_size) {}
PieceHasher::~PieceHasher() = default;
PieceHasher::PieceHasher(PieceHasher&&) noexcept = default;
PieceHasher& PieceHasher::operator=(PieceHasher&&) noexcept = default;

void PieceHasher::add(std::span<const char> bytes, std::span<const lt::sha256_hash> known) {
  while (!bytes.empty()) {
    const auto block = bytes.first(std::min<std::size_t>(bytes.size(), block_size));
    bytes = bytes.subspan(block.size());
    const auto part = [&](int size) {
      return block.first(std::min(block.size(), static_cast<std::size_t>(std::max(size - position_, 0))));
    };
    // Both while the block is in the processor's cache.
    if (const auto v1 = part(v1_size_); !v1.empty()) {
      must(EVP_DigestUpdate(contexts_->sha1.get(), v1.data(), v1.size()) == 1);
    }
    if (const auto v2 = part(v2_size_); !v2.empty()) {
      leaves_.push_back(known.empty() ? sha256_with(contexts_->sha256.get(), v2) : known.front());
    }
    if (!known.empty()) known = known.subspan(1);
    position_ += static_cast<int>(block.size());
  }
}

lt::sha1_hash PieceHasher::v1() {
  return finish<lt::sha1_hash>(contexts_->sha1.get());
}

lt::sha256_hash sha256(std::span<const char> bytes) {
  return sha256_with(start(EVP_sha256()).get(), bytes);
}

lt::sha256_hash merkle_root(std::vector<lt::sha256_hash> leaves, int width) {
  leaves.resize(static_cast<std::size_t>(width));
  const auto context = start(EVP_sha256());
  while (leaves.size() > 1) {
    for (std::size_t i = 0; i < leaves.size() / 2; ++i) {
      // Two neighbours lie behind each other.
      leaves[i] = sha256_with(context.get(), {leaves[2 * i].data(), 64});
    }
    leaves.resize(leaves.size() / 2);
  }
  return leaves.front();
}

ExpectedHashes::ExpectedHashes(const lt::torrent_info& info,
                               const std::vector<std::vector<lt::sha256_hash>>& layers)
    : has_v1_(info.info_hashes().has_v1()),
      has_v2_(info.info_hashes().has_v2()),
      blocks_per_piece_(std::max(info.piece_length() / block_size, 1)) {
  const auto pieces = static_cast<std::size_t>(info.num_pieces());
  if (has_v1_) {
    v1_.reserve(pieces);
    for (const auto piece : info.piece_range()) v1_.push_back(info.hash_for_piece(piece));
  }
  if (!has_v2_) return;
  v2_.resize(pieces);
  const auto& files = info.orig_files();
  for (const auto file : files.file_range()) {
    const auto size = files.file_size(file);
    if (files.pad_file_at(file) || size == 0) continue;
    const auto first = static_cast<std::size_t>(static_cast<int>(files.piece_index_at_file(file)));
    if (size <= info.piece_length()) {
      const auto blocks = static_cast<unsigned>((size + block_size - 1) / block_size);
      if (first < pieces) v2_[first] = {files.root(file), static_cast<int>(std::bit_ceil(blocks))};
      continue;
    }
    const auto index = static_cast<std::size_t>(static_cast<int>(file));
    const auto& given = index < layers.size() ? layers[index] : std::vector<lt::sha256_hash>{};
    const auto layer = info.piece_layer(file);
    const auto count = static_cast<std::size_t>((size + info.piece_length() - 1) / info.piece_length());
    for (std::size_t i = 0; i < count && first + i < pieces; ++i) {
      lt::sha256_hash hash;
      if (i < given.size())
        hash = given[i];
      else if ((i + 1) * 32 <= static_cast<std::size_t>(layer.size()))
        hash = lt::sha256_hash(layer.data() + i * 32);
      // libtorrent knows no other sign for a hash that it does not have.
      if (hash.is_all_zeros())
        lacks_any_ = true;
      else
        v2_[first + i] = {hash, blocks_per_piece_};
    }
  }
}

HashVerdict ExpectedHashes::check(int piece, const lt::sha1_hash& v1,
                                  const std::vector<lt::sha256_hash>& leaves) const {
  const auto index = static_cast<std::size_t>(piece);
  bool known = false;
  if (has_v1_) {
    if (index >= v1_.size() || v1 != v1_[index]) return HashVerdict::Mismatch;
    known = true;
  }
  switch (check_leaves(piece, leaves)) {
    case HashVerdict::Mismatch: return HashVerdict::Mismatch;
    case HashVerdict::Match: return HashVerdict::Match;
    case HashVerdict::Unknown: break;
  }
  return known ? HashVerdict::Match : HashVerdict::Unknown;
}

HashVerdict ExpectedHashes::check_leaves(int piece, const std::vector<lt::sha256_hash>& leaves) const {
  const auto index = static_cast<std::size_t>(piece);
  // A piece of padding alone has no leaves and is nobody's.
  if (!has_v2_ || leaves.empty() || index >= v2_.size() || v2_[index].leaves == 0)
    return HashVerdict::Unknown;
  const auto& root = v2_[index];
  const bool match =
      static_cast<int>(leaves.size()) <= root.leaves && merkle_root(leaves, root.leaves) == root.hash;
  return match ? HashVerdict::Match : HashVerdict::Mismatch;
}

}  // namespace freshet::streaming
