// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The inside of the piece store: all torrents' pieces under one mutex, the pool that hashes and reads, and
// the writer's thread. piece_disk.cpp turns libtorrent's calls into calls of this.
//
// The way of a block: put() copies it into its ArrivingPiece -> hash task (store_hashing.cpp): the block is
// judged where its leaf hash is known (store_leaves.cpp) -> the piece is judged: verified and lent to the
// cache, or held for repair (store_repair.cpp), or left to libtorrent -> writer (store_writer.cpp) -> its
// buffer is given to the cache.
//
// Threads: a function that ends in _locked wants the mutex held. Nothing outside is called with it held.
// A piece's bytes that a thread reads without the mutex (hashing, writing) do not change meanwhile.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <libtorrent/disk_observer.hpp>
#include <libtorrent/info_hash.hpp>
#include <libtorrent/io_context.hpp>
#include <libtorrent/peer_request.hpp>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <thread>
#include <vector>

#include "streaming/arriving_piece.h"
#include "streaming/hole_hashes.h"
#include "streaming/leaves/leaf_book.h"
#include "streaming/piece_cache.h"
#include "streaming/piece_files.h"
#include "streaming/piece_hashes.h"
#include "streaming/piece_store.h"
#include "streaming/task_pool.h"

namespace freshet::streaming {

// One torrent. Guarded by StoreCore::mutex but for what says otherwise.
struct StoredTorrent {
  lt::sha1_hash v1;  // the v1 infohash, or zeros
  lt::sha1_hash v2;  // the first 20 bytes of the v2 infohash, or zeros
  std::uint64_t id = 0;
  bool claimed = false;  // TorrentCore knows it
  // Set while libtorrent has it. Who uses it without the mutex holds a copy: it keeps libtorrent's torrent.
  std::shared_ptr<PieceFiles> files;
  bool gone = false;  // libtorrent has removed it
  std::shared_ptr<const ExpectedHashes> expected;
  std::shared_ptr<LeafBook> book;  // null: a v1 torrent, or before `expected`
  std::map<int, std::shared_ptr<ArrivingPiece>> arriving;
  StoreCallbacks callbacks;
  bool repairs = false;                                            // a repairer is set
  std::optional<ArrivingPiece::Clock::time_point> in_doubt_since;  // a piece waits for its hash
  bool waited_for_hashes = false;  // too long: pieces whose hash is not known are left to libtorrent
  bool in_trouble = false;         // the writer leaves it alone
  bool was_in_trouble = false;     // and nothing has been written since
  TorrentStore::Stats stats;
  std::set<int> verified;  // here, since the files were last checked
  // Pieces that libtorrent has and we have given up, and how many had been when each went the last time.
  std::set<int> evicted;
  std::map<int, std::uint64_t> evicted_at;
  std::uint64_t evictions = 0;
  bool withholds = false;
  std::function<void(const lt::storage_error&)> withheld;  // the answer that libtorrent does not get
  std::vector<std::function<void(bool)>> when_written;
  PieceRepairer* repairer = nullptr;  // the network thread's
};

class StoreCore : public std::enable_shared_from_this<StoreCore> {
 public:
  using Torrent = std::shared_ptr<StoredTorrent>;
  using Piece = std::shared_ptr<ArrivingPiece>;
  using Lock = std::unique_lock<std::mutex>;

  explicit StoreCore(std::shared_ptr<PieceCache> memory) : cache(std::move(memory)) {}

  // --- life
  void start(lt::io_context& network);
  // All torrents are gone; ends the threads.
  void stop();
  [[nodiscard]] Torrent attach(const lt::sha1_hash& hash, std::shared_ptr<PieceFiles> files);
  [[nodiscard]] Torrent claim(const lt::info_hash_t& hashes);
  // TorrentCore has left it.
  void unclaim(const Torrent& torrent);

  // --- libtorrent's jobs, on the network thread
  // True when peers should pause until the observer is told.
  bool put(const Torrent& torrent, const lt::peer_request& request, const char* data,
           std::shared_ptr<lt::disk_observer> observer, ArrivingPiece::Written written);
  void hash(const Torrent& torrent, int piece, ArrivingPiece::HashJob job);
  void hash_block(const Torrent& torrent, int piece, int begin,
                  std::function<void(const lt::sha256_hash&, const lt::storage_error&)> done);
  // Calls `done` now when it is in RAM, else on a thread of the pool. The span is valid during the call.
  void read(const Torrent& torrent, int piece, int begin, int size, TaskPool::Urgency urgency,
            std::function<void(std::span<const char>, const lt::storage_error&)> done);
  // Forgets what has arrived of a piece: it failed.
  void clear(const Torrent& torrent, int piece, std::function<void()> done);
  // On the writer's thread, when all that has arrived before is on disk or cannot be written now.
  void after_flush(const Torrent& torrent, std::function<void()> operation);
  // On the writer's thread: nothing is in RAM any more and no job waits.
  void forget_all(const Torrent& torrent);

  // --- store_eviction.cpp
  void withhold_one(const Torrent& torrent);
  [[nodiscard]] std::vector<int> evict(const Torrent& torrent, std::span<const int> pieces);
  bool put_evicted(const Torrent& torrent, int piece, int begin, std::span<const char> bytes);

  // --- TorrentStore
  bool replace(const Torrent& torrent, int piece, int begin, std::span<const char> bytes);
  void set_repairs(const Torrent& torrent, PieceRepairer* repairer);
  void set_expected(const Torrent& torrent, std::shared_ptr<const ExpectedHashes> expected,
                    const lt::torrent_info& info);
  Result<void> use_leaf_file(const Torrent& torrent, const std::filesystem::path& path);
  HashVerdict add_leaves(const Torrent& torrent, int piece, std::span<const lt::sha256_hash> leaves);
  // From memory, a file of leaves, or the piece itself where it is here.
  void leaves_of(const Torrent& torrent, int piece, bool is_here, std::function<void(KnownLeaves)> done);
  void load(const Torrent& torrent, int piece);
  void retry(const Torrent& torrent);
  void when_written(const Torrent& torrent, std::function<void(bool)> done);
  [[nodiscard]] TorrentStore::Stats stats(const Torrent& torrent);

  // `task` on the network thread, which has work until it has run. Does nothing before start().
  void to_network(std::function<void()> task);

  std::mutex mutex;
  const std::shared_ptr<PieceCache> cache;

 private:
  using Calls = std::vector<std::function<void()>>;  // to be made without the mutex
  static void make(Calls& calls);

  // --- store_hashing.cpp
  [[nodiscard]] Piece piece_locked(const Torrent& torrent, int piece);
  void hash_soon_locked(const Torrent& torrent, int index, const Piece& piece);
  void hash_task(const Torrent& torrent, int index, const Piece& piece);
  // False when the disk fails; the job is answered then.
  bool hash_all(Lock& lock, const Torrent& torrent, int index, const Piece& piece, Calls& calls);
  void judge(Lock& lock, const Torrent& torrent, int index, const Piece& piece, Calls& calls);
  void answer_locked(const Piece& piece, int index, const lt::sha1_hash& v1,
                     const std::vector<lt::sha256_hash>& leaves, const lt::storage_error& error,
                     Calls& calls);
  void hash_from_disk(const PieceFiles& files, int index, const ArrivingPiece::HashJob& job);

  // --- store_leaves.cpp
  // Blocks that have come, against their leaf hashes.
  void check_blocks(Lock& lock, const Torrent& torrent, int index, const Piece& piece, Calls& calls);
  // There is something for check_blocks() to do.
  [[nodiscard]] static bool has_blocks_to_check(const Torrent& torrent, const Piece& piece);
  void look_at_leaves_locked(const Torrent& torrent, int index);

  // --- store_repair.cpp
  void replace_locked(const Torrent& torrent, int index, const Piece& piece, int block,
                      std::span<const char> bytes, Calls& calls);
  void go_on_repairing_locked(const Torrent& torrent, int index, const Piece& piece, Calls& calls);
  void ask_locked(const Torrent& torrent, int index, const Piece& piece, Calls& calls);
  // Nobody reads the piece's bytes: what had to wait is done.
  void quiet_locked(const Torrent& torrent, int index, const Piece& piece, Calls& calls);

  // --- store_eviction.cpp
  // On the writer's thread: the disk gets its room back.
  void punch(const Torrent& torrent, std::vector<int> pieces);
  // Takes the answer to libtorrent's job away when one is to be withheld.
  void withhold_locked(const Torrent& torrent, int index, const Piece& piece, const lt::sha1_hash& v1,
                       const std::vector<lt::sha256_hash>& leaves);
  // It has been given up since `since` evictions: what was read meanwhile may be a hole.
  [[nodiscard]] static bool was_evicted_locked(const Torrent& torrent, int index, std::uint64_t since);
  [[nodiscard]] bool was_given_up(const Torrent& torrent, int index, std::uint64_t since);
  // A piece that libtorrent does not hear of is here.
  void tell_restored_locked(const Torrent& torrent, int index, Calls& calls);

  // --- store_reading.cpp
  // What is in RAM from there, the rest from disk. Takes the mutex itself.
  [[nodiscard]] lt::storage_error read_now(const Torrent& torrent, const PieceFiles& files, int index,
                                           int begin, std::span<char> bytes);
  // Copies the blocks that are in RAM over `bytes`; returns the ranges of `bytes` that are not.
  [[nodiscard]] static std::vector<std::pair<int, int>> take_from_ram_locked(const Torrent& torrent,
                                                                             int index, int begin,
                                                                             std::span<char> bytes);

  // --- store_writer.cpp
  void release_locked(const Torrent& torrent, int index, const Piece& piece, Calls& calls);
  // Its way is over when it is verified, or libtorrent has judged it, and all of it is on disk.
  void retire_locked(const Torrent& torrent, int index, const Piece& piece);
  void write_loop(const std::stop_token& stop);
  struct Writable {
    Torrent torrent;
    int index = 0;
    Piece piece;
  };
  [[nodiscard]] std::optional<Writable> next_to_write_locked(ArrivingPiece::Clock::time_point now,
                                                             ArrivingPiece::Clock::time_point& deadline);
  // False when the disk did not take all of it.
  bool write(Lock& lock, const Writable& what);
  void flush(Lock& lock, const Torrent& torrent);
  void spill_locked();
  void tell_observers_locked(Calls& calls);
  void tell_written_locked(const Torrent& torrent, Calls& calls);
  void wake_writer_locked();
  [[nodiscard]] bool is_tight_locked() const;
  // There is room for a while, not only for the next block.
  [[nodiscard]] bool is_relaxed_locked() const;
  // Memory that was in use before may be free to be given up now.
  void look_at_memory_locked();
  // Something that libtorrent has, or will have, is not on disk.
  [[nodiscard]] bool is_unwritten_locked(const Torrent& torrent) const;
  [[nodiscard]] std::int64_t most_reserved_locked() const;

  struct Fence {
    Torrent torrent;  // null: nothing need be on disk before
    std::function<void()> operation;
  };
  std::condition_variable_any writer_wake_;
  bool look_again_ = false;       // the writer
  std::condition_variable idle_;  // a piece's bytes are nobody's
  std::list<Torrent> torrents_;
  std::deque<Fence> fences_;
  std::vector<std::weak_ptr<lt::disk_observer>> observers_;  // peers that pause
  bool tight_ = false;                                       // the writer makes room at any price
  std::int64_t largest_piece_ = 0;
  std::uint64_t next_id_ = std::uint64_t{1} << 63;  // of torrents that nobody claims
  std::mutex holes_mutex_;
  HoleHashes holes_;
  lt::io_context* network_ = nullptr;
  std::optional<TaskPool> pool_;
  std::jthread writer_;
};

}  // namespace freshet::streaming
