// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/arriving_piece.h"

#include <algorithm>
#include <cstring>

namespace freshet::streaming {

ArrivingPiece::ArrivingPiece(int size)
    : buffer(std::make_shared<PieceBuffer>(static_cast<std::size_t>(size))),
      size_(size),
      blocks_(static_cast<std::size_t>((size + store_block_size - 1) / store_block_size)) {}

int ArrivingPiece::size_of(int block) const {
  return std::min(size_ - begin_of(block), store_block_size);
}

std::span<char> ArrivingPiece::bytes_of(int block) {
  return buffer->bytes().subspan(static_cast<std::size_t>(begin_of(block)),
                                 static_cast<std::size_t>(size_of(block)));
}

int ArrivingPiece::run_in_ram(int block) const {
  int end = block;
  while (end < blocks() && at(end).in_ram && !is_bad(end)) ++end;
  return end - block;
}

std::int64_t ArrivingPiece::dirty_bytes() const {
  return std::int64_t{dirty_} * store_block_size;
}

std::int64_t ArrivingPiece::ram_bytes() const {
  std::int64_t bytes = std::int64_t{in_ram_} * store_block_size;
  // Only the last block may be short.
  if (!blocks_.empty() && blocks_.back().in_ram) bytes -= store_block_size - size_of(blocks() - 1);
  return bytes;
}

void ArrivingPiece::make_dirty(int block, Clock::time_point now) {
  if (std::exchange(at(block).dirty, true)) return;
  if (dirty_++ == 0) dirty_since_ = now;
}

int ArrivingPiece::put(int block, std::span<const char> bytes, Written written, Clock::time_point now) {
  std::memcpy(bytes_of(block).data(), bytes.data(), bytes.size());
  make_dirty(block, now);
  note_come(block);
  if (written) put_again(block, std::move(written));
  changed = true;
  answered = false;
  set_check(block, Check::Done);
  const bool was_here = std::exchange(at(block).in_ram, true);
  set_check(block, Check::Not);
  if (was_here) return 0;
  ++in_ram_;
  return size_of(block);
}

void ArrivingPiece::put_again(int block, Written written) {
  auto& entry = at(block);
  if (!entry.written) {
    entry.written = std::move(written);
    return;
  }
  entry.written = [first = std::move(entry.written), second = std::move(written)](const auto& error) {
    first(error);
    second(error);
  };
}

int ArrivingPiece::put_clean(int block, std::span<const char> bytes) {
  std::memcpy(bytes_of(block).data(), bytes.data(), bytes.size());
  // Its piece is hashed now.
  set_check(block, Check::Done);
  if (std::exchange(at(block).in_ram, true)) return 0;
  ++in_ram_;
  return size_of(block);
}

void ArrivingPiece::put_padding(int block) {
  at(block).padding = true;
  note_come(block);
  set_check(block, Check::Done);
  if (!std::exchange(at(block).in_ram, true)) ++in_ram_;
}

std::vector<std::pair<int, int>> ArrivingPiece::dirty_runs() const {
  std::vector<std::pair<int, int>> runs;
  for (int block = 0; block < blocks(); ++block) {
    if (!at(block).dirty) continue;
    if (!runs.empty() && runs.back().second == block)
      ++runs.back().second;
    else
      runs.emplace_back(block, block + 1);
  }
  return runs;
}

std::vector<ArrivingPiece::Written> ArrivingPiece::mark_written(int first, int last) {
  std::vector<Written> tell;
  for (int block = first; block < last; ++block) {
    if (!std::exchange(at(block).dirty, false)) continue;
    --dirty_;
    if (auto written = std::exchange(at(block).written, nullptr)) tell.push_back(std::move(written));
  }
  return tell;
}

std::vector<ArrivingPiece::Written> ArrivingPiece::give_up_writing() {
  return mark_written(0, blocks());
}

std::int64_t ArrivingPiece::spill() {
  std::int64_t freed = 0;
  for (int block = 0; block < blocks(); ++block) {
    if (!at(block).in_ram || at(block).dirty || at(block).padding) continue;
    if (early) early->forget(block);
    if (!is_bad(block)) set_check(block, Check::Done);
    buffer->forget(static_cast<std::size_t>(begin_of(block)), static_cast<std::size_t>(size_of(block)));
    at(block).in_ram = false;
    --in_ram_;
    freed += size_of(block);
  }
  return freed;
}

void ArrivingPiece::note_come(int block) {
  if (!std::exchange(at(block).come, true)) ++come_;
}

// Blocks that are not in RAM are never Not.
void ArrivingPiece::set_check(int block, Check check) {
  auto& entry = at(block);
  const bool in_ram = entry.in_ram;
  if (entry.check == Check::Not && in_ram) --unchecked_;
  if (entry.check == Check::Bad) --bad_;
  entry.check = check;
  if (check == Check::Not && in_ram) ++unchecked_;
  if (check == Check::Bad) ++bad_;
}

std::vector<int> ArrivingPiece::unchecked() const {
  std::vector<int> found;
  for (int block = 0; block < blocks(); ++block) {
    if (at(block).in_ram && at(block).check == Check::Not) found.push_back(block);
  }
  return found;
}

void ArrivingPiece::mark_good(int block) {
  set_check(block, Check::Good);
  if (!early) early = std::make_shared<VerifiedBlocks>(buffer, size_);
  early->add(block);
}

void ArrivingPiece::mark_bad(int block) {
  set_check(block, Check::Bad);
}

void ArrivingPiece::mark_checked(int block) {
  set_check(block, Check::Done);
}

void ArrivingPiece::forgive_bad() {
  for (int block = 0; block < blocks(); ++block) {
    if (is_bad(block)) set_check(block, Check::Done);
  }
}

void ArrivingPiece::begin_repair() {
  copies_.clear();
  current_.clear();
  round_.clear();
  rounds_ = 0;
  for (int block = 0; block < blocks(); ++block) {
    if (at(block).padding) continue;
    const auto digest = sha256(bytes_of(block));
    copies_[block] = {digest};
    current_[block] = digest;
  }
}

std::vector<int> ArrivingPiece::next_round() {
  round_.clear();
  if (leaves) {
    for (const auto& [block, current] : current_) {
      const auto index = static_cast<std::size_t>(block);
      if (index < leaves->size() && current != (*leaves)[index]) round_.insert(block);
    }
    if (!round_.empty()) return {round_.begin(), round_.end()};
  }
  // Where two peers differ one of them lies, and a third copy decides. It may be any other block too, when
  // liars agree: every other round is for all.
  if (++rounds_ % 2 == 0) {
    for (const auto& [block, copies] : copies_) {
      if (std::ranges::any_of(copies, [&](const auto& copy) { return copy != copies.front(); })) {
        round_.insert(block);
      }
    }
  }
  if (round_.empty()) {
    for (const auto& [block, copies] : copies_) round_.insert(block);
  }
  return {round_.begin(), round_.end()};
}

int ArrivingPiece::vote(int block, std::span<const char> bytes, Clock::time_point now) {
  const auto digest = sha256(bytes);
  auto& copies = copies_[block];
  auto& current = current_[block];
  copies.push_back(digest);
  round_.erase(block);
  if (digest == current || std::ranges::count(copies, digest) < std::ranges::count(copies, current)) {
    return 0;
  }
  current = digest;
  return put(block, bytes, nullptr, now);
}

std::vector<BlockVerdict> ArrivingPiece::verdicts() const {
  std::vector<BlockVerdict> verdicts;
  for (const auto& [block, copies] : copies_) {
    const auto& right = current_.at(block);
    if (std::ranges::all_of(copies, [&](const auto& copy) { return copy == right; })) continue;
    BlockVerdict verdict{block, {}};
    for (const auto& copy : copies) verdict.good.push_back(copy == right);
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace freshet::streaming
