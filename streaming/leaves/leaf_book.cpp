// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/leaves/leaf_book.h"

#include <utility>

namespace freshet::streaming {
namespace {

// 4 MiB: the leaves of 2 GiB.
constexpr std::size_t most_kept = std::size_t{128} << 10;

}  // namespace

void LeafBook::set_expected(std::shared_ptr<const ExpectedHashes> expected) {
  const std::lock_guard lock(mutex_);
  expected_ = std::move(expected);
}

Result<void> LeafBook::use_file(const std::filesystem::path& path) {
  auto file = LeafFile::open(path, infohash_, layout_);
  if (!file) return std::unexpected(std::move(file.error()));
  const std::lock_guard lock(mutex_);
  file_ = std::make_shared<const LeafFile>(std::move(*file));
  return {};
}

HashVerdict LeafBook::add(int piece, std::span<const lt::sha256_hash> leaves) {
  const auto run = layout_.of_piece(piece);
  if (run.count == 0 || leaves.size() != static_cast<std::size_t>(run.count)) return HashVerdict::Mismatch;
  const auto expected = [&] {
    const std::lock_guard lock(mutex_);
    return expected_;
  }();
  auto copy = std::make_shared<const Leaves>(leaves.begin(), leaves.end());
  const auto verdict = expected ? expected->check_leaves(piece, *copy) : HashVerdict::Unknown;
  if (verdict == HashVerdict::Match) {
    const std::lock_guard lock(mutex_);
    keep_locked(piece, std::move(copy));
  }
  return verdict;
}

KnownLeaves LeafBook::find(int piece) {
  std::shared_ptr<const LeafFile> file;
  std::shared_ptr<const ExpectedHashes> expected;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = entries_.find(piece); found != entries_.end()) {
      order_.splice(order_.begin(), order_, found->second.place);
      return found->second.leaves;
    }
    file = file_;
    expected = expected_;
  }
  const auto run = layout_.of_piece(piece);
  if (!file || !expected || run.count == 0) return nullptr;
  auto leaves = std::make_shared<const Leaves>(file->read(run));
  if (std::ssize(*leaves) != run.count || expected->check_leaves(piece, *leaves) != HashVerdict::Match)
    return nullptr;
  const std::lock_guard lock(mutex_);
  keep_locked(piece, leaves);
  return leaves;
}

bool LeafBook::knows(int piece) const {
  const std::lock_guard lock(mutex_);
  return entries_.contains(piece) || (file_ && layout_.of_piece(piece).count > 0);
}

void LeafBook::keep_locked(int piece, KnownLeaves leaves) {
  if (entries_.contains(piece)) return;
  kept_ += leaves->size();
  order_.push_front(piece);
  entries_.emplace(piece, Entry{std::move(leaves), order_.begin()});
  while (kept_ > most_kept && order_.size() > 1) {
    const auto oldest = entries_.find(order_.back());
    kept_ -= oldest->second.leaves->size();
    entries_.erase(oldest);
    order_.pop_back();
  }
}

}  // namespace freshet::streaming
