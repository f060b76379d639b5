// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A piece between its first block and the disk: which blocks are in RAM, which are on disk, which match their
// leaf hashes, and, when it does not match its hash, the votes on which copy of a block is right. No threads,
// no I/O: the piece store guards it.
//
// Invariants: a block that is not in RAM is on disk or has not arrived; one that is dirty is in RAM. A block
// that readers may have (`early`) is in RAM and does not change.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <libtorrent/disk_interface.hpp>
#include <libtorrent/sha1_hash.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "streaming/leaves/leaf_layout.h"
#include "streaming/leaves/verified_blocks.h"
#include "streaming/piece_buffer.h"
#include "streaming/piece_hashes.h"
#include "streaming/piece_store.h"

namespace freshet::streaming {

class ArrivingPiece {
 public:
  using Clock = std::chrono::steady_clock;
  using Written = std::function<void(const lt::storage_error&)>;

  enum class State : std::uint8_t {
    Assembling,  // not hashed, or hashed before its hash was known
    Held,        // did not match; blocks are being fetched again
    Verified,
  };
  // libtorrent's question for the hash.
  struct HashJob {
    lt::span<lt::sha256_hash> leaves;
    bool v1 = false;
    std::function<void(lt::piece_index_t, const lt::sha1_hash&, const lt::storage_error&)> handler;
  };

  explicit ArrivingPiece(int size);

  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] int blocks() const { return static_cast<int>(blocks_.size()); }
  [[nodiscard]] int begin_of(int block) const { return block * store_block_size; }
  [[nodiscard]] int size_of(int block) const;
  [[nodiscard]] std::span<char> bytes_of(int block);
  [[nodiscard]] bool in_ram(int block) const { return at(block).in_ram; }
  [[nodiscard]] bool is_dirty(int block) const { return at(block).dirty; }
  // Blocks in RAM from `block` on, without a gap, that are not known to be bad.
  [[nodiscard]] int run_in_ram(int block) const;
  [[nodiscard]] bool all_in_ram() const { return in_ram_ == blocks() && bad_ == 0; }
  [[nodiscard]] bool any_dirty() const { return dirty_ > 0; }
  [[nodiscard]] std::int64_t dirty_bytes() const;
  [[nodiscard]] std::int64_t ram_bytes() const;
  // Since when its oldest dirty block waits.
  [[nodiscard]] Clock::time_point dirty_since() const { return dirty_since_; }

  // A block from a peer. Returns how many more bytes are in RAM now.
  int put(int block, std::span<const char> bytes, Written written, Clock::time_point now);
  // The same block again, with the same bytes: both are told.
  void put_again(int block, Written written);
  // A block that is on disk, read back.
  int put_clean(int block, std::span<const char> bytes);
  // Nothing but zeros that are never written: padding.
  void put_padding(int block);
  // Runs of dirty blocks as [first, last).
  [[nodiscard]] std::vector<std::pair<int, int>> dirty_runs() const;
  // They are on disk. Returns whom to tell.
  std::vector<Written> mark_written(int first, int last);
  // Of blocks that will never be written.
  std::vector<Written> give_up_writing();
  // Gives up the RAM of blocks that are on disk. Returns how many bytes.
  std::int64_t spill();

  // A block has come, wherever it is now.
  [[nodiscard]] bool has_come(int block) const { return at(block).come; }
  [[nodiscard]] bool all_have_come() const { return come_ == blocks(); }

  // --- blocks against their leaf hashes
  // In RAM and not looked at. `v2_size`: so many bytes of the piece have leaves.
  [[nodiscard]] std::vector<int> unchecked() const;
  [[nodiscard]] bool any_unchecked() const { return unchecked_ > 0; }
  // It matches: readers may have it.
  void mark_good(int block);
  // It does not: it waits for another copy.
  void mark_bad(int block);
  // It was looked at, and its piece will tell.
  void mark_checked(int block);
  [[nodiscard]] bool is_good(int block) const { return at(block).check == Check::Good; }
  [[nodiscard]] bool is_bad(int block) const { return at(block).check == Check::Bad; }
  [[nodiscard]] bool any_bad() const { return bad_ > 0; }
  // Nobody fetches bad blocks again.
  void forgive_bad();

  // --- repair of a piece without leaf hashes
  // The piece does not match: the copies that are here are the first ones of their blocks.
  void begin_repair();
  // Blocks that should be asked for now, sorted: those that are bad by their leaf hashes, where these are
  // known.
  [[nodiscard]] std::vector<int> next_round();
  [[nodiscard]] bool round_is_over() const { return round_.empty(); }
  // A further copy. A copy that has at least as many votes as the one in use takes its place; then `changed`
  // is set. Returns how many more bytes are in RAM now.
  int vote(int block, std::span<const char> bytes, Clock::time_point now);
  // The piece matches: which copies were the right ones.
  [[nodiscard]] std::vector<BlockVerdict> verdicts() const;

  // --- what the store keeps with it
  State state = State::Assembling;
  std::optional<HashJob> job;
  std::optional<std::pair<lt::sha1_hash, std::vector<lt::sha256_hash>>> late_answer;  // when it is on disk
  std::optional<PieceHasher> hasher;
  bool hashing = false;  // a thread reads its bytes: they must not change
  bool writing = false;
  bool changed = false;           // since it was last hashed
  bool answered = false;          // libtorrent has its hash
  bool past_libtorrent = false;   // it has the piece, it believes: nobody asks for the hash
  bool waits_for_hashes = false;  // it cannot be judged before the metadata says more
  std::vector<std::pair<int, std::vector<char>>> replacements;  // that came meanwhile
  Clock::time_point hashed_at{};
  Clock::duration hash_cost{};
  std::shared_ptr<PieceBuffer> buffer;
  KnownLeaves leaves;
  bool leaves_looked_up = false;
  std::shared_ptr<VerifiedBlocks> early;  // null: no block matches a leaf hash yet

 private:
  enum class Check : std::uint8_t { Not, Done, Good, Bad };
  struct Block {
    bool in_ram = false;
    bool dirty = false;
    bool padding = false;
    bool come = false;
    Check check = Check::Not;
    Written written;
  };
  [[nodiscard]] const Block& at(int block) const { return blocks_[static_cast<std::size_t>(block)]; }
  [[nodiscard]] Block& at(int block) { return blocks_[static_cast<std::size_t>(block)]; }
  void make_dirty(int block, Clock::time_point now);
  void set_check(int block, Check check);
  void note_come(int block);

  int size_;
  std::vector<Block> blocks_;
  int in_ram_ = 0;
  int come_ = 0;
  int dirty_ = 0;
  int unchecked_ = 0;  // in RAM
  int bad_ = 0;
  Clock::time_point dirty_since_{};
  std::map<int, std::vector<lt::sha256_hash>> copies_;  // of each block, in the order of arrival
  std::map<int, lt::sha256_hash> current_;
  std::set<int> round_;
  int rounds_ = 0;
};

}  // namespace freshet::streaming
