// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Where a torrent's pieces are between the peers and the disk, as the block scheduler and TorrentCore see it.
// The other side of it is a libtorrent disk_interface (piece_disk.h): blocks stay in RAM as they arrive, a
// piece is hashed there and can be read the moment it is verified, and is written to its sparse files behind
// the readers.
//
// The hash guard. libtorrent takes trust from every peer that sent a part of a failed piece, until honest
// peers beside a liar are banned, and with a v2-only torrent it writes out of bounds after such a failure. So
// with a repairer set libtorrent never sees one: when the bytes of a piece do not match what the metadata
// says, the answer to libtorrent's hash job is held back and the repairer is told which blocks to fetch again
// from other peers. It hands them in with replace_block(). libtorrent drops them as duplicates: they come by
// the plug-in's on_piece. When the piece matches the job is answered and the repairer learns which copies had
// been bad. Without a repairer libtorrent sees the failure.
//
// Threads: the network thread for all functions and all calls of PieceRepairer, unless said otherwise.
// Life: a TorrentStore may outlive libtorrent's torrent; then nothing is held and nothing can be read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <libtorrent/disk_interface.hpp>
#include <libtorrent/fwd.hpp>
#include <libtorrent/io_context.hpp>
#include <memory>
#include <span>
#include <vector>

#include "streaming/base/error.h"
#include "streaming/base/units.h"
#include "streaming/leaves/leaf_layout.h"
#include "streaming/piece_cache.h"
#include "streaming/piece_hashes.h"

namespace freshet::streaming {

class VerifiedBlocks;

// BEP 52 hashes blocks of this size, libtorrent asks for blocks of this size, and the store counts in them.
inline constexpr int store_block_size = 16 * 1024;

// One block of a piece that was bad and has been repaired. `good` has an entry for each copy that arrived, in
// the order of arrival: first the one that libtorrent took (from a peer, or, in a download that goes on where
// it ended, from disk), then one for each accepted replace_block().
// Blocks of which every copy was good are not reported.
struct BlockVerdict {
  int block = 0;
  std::vector<bool> good;
};

class PieceRepairer {
 public:
  virtual ~PieceRepairer() = default;
  // The piece does not match and is held. `blocks` (sorted, never empty) should be fetched again, each from a
  // peer that has not sent it before: exactly the bad ones where their leaf hashes are known, else all of the
  // piece, since nobody can tell. Called again for the same piece when each of them has been replaced and the
  // piece still does not match: then another copy of those blocks is needed.
  virtual void on_bad_piece(int piece, const std::vector<int>& blocks) = 0;
  // The piece matches now and is no longer held. Called before libtorrent learns of it.
  virtual void on_block_verdicts(int piece, const std::vector<BlockVerdict>& verdicts) = 0;
};

// What TorrentCore is told of one torrent.
struct StoreCallbacks {
  // On a thread of the store; return at once. All of a piece can be read, before libtorrent knows.
  std::function<void(int piece, const PieceBytes&)> verified;
  // On a thread of the store; return at once. Blocks of a piece that is not whole match their leaf hashes and
  // can be read from `blocks`, to which more are added.
  std::function<void(int piece, const std::shared_ptr<VerifiedBlocks>& blocks)> blocks_verified;
  // On a thread of the store or the caller's of load().
  std::function<void(int piece, const PieceBytes&)> loaded;
  // Network thread. The piece cannot be read, or is not what it was: libtorrent's belief is wrong.
  std::function<void(int piece, const lt::storage_error&)> load_failed;
  // Network thread. Writing has failed and is not tried again before retry(). Nothing is lost: what was
  // received stays in RAM, and peers are not read from when that is full.
  std::function<void(const lt::storage_error&)> trouble;
  // Network thread. Writing works again.
  std::function<void()> recovered;
  // Network thread. A piece is verified and libtorrent will not say so: it was evicted and has been fetched
  // again, or it is the one whose answer is withheld.
  std::function<void(int piece)> restored;
  // Network thread. The filesystem cannot give back the room of evicted pieces.
  std::function<void(const lt::storage_error&)> cannot_shrink;
  // Network thread. Files were deleted or cut short behind the store's back: pieces are gone.
  std::function<void()> lost;
};

class TorrentStore {
 public:
  struct Stats {
    Bytes unwritten;                   // received and not yet on disk
    int held_pieces = 0;               // that wait for a repair
    std::int64_t bad_blocks = 0;       // found so far, by verdict
    std::int64_t pieces_verified = 0;  // from RAM
    std::int64_t pieces_read = 0;      // loaded from disk for readers
  };

  virtual ~TorrentStore() = default;

  // nullptr: nobody repairs any more, and libtorrent sees the failure of what is held. The repairer is called
  // neither during this call nor, once replaced, after it.
  virtual void set_repairer(PieceRepairer* repairer) = 0;
  // What each piece must hash to. `layers` are torrent_handle::piece_layers(), by file; for a v2-only magnet
  // link they become known after the metadata: then this is called again.
  virtual void set_expected(const lt::torrent_info& info,
                            const std::vector<std::vector<lt::sha256_hash>>& layers) = 0;
  // The metadata has not said all: set_expected() should be called again soon. Pieces that cannot be judged
  // meanwhile wait, those of v2-only torrents for some seconds; then they are left to libtorrent.
  [[nodiscard]] virtual bool lacks_hashes() const = 0;
  // Blocks of it wait for another copy.
  [[nodiscard]] virtual bool is_held(int piece) const = 0;
  // A copy of such a block, or of any block of a piece whose hash job is held back: `begin` is a multiple of
  // the block size, `bytes` the whole block. True when it was taken; false when it is not one of those. Never
  // calls the repairer before it has returned.
  virtual bool replace_block(int piece, int begin, std::span<const char> bytes) = 0;
  // Any thread.
  [[nodiscard]] virtual Stats stats() const = 0;

  // --- a film larger than the room for it

  // libtorrent never hears that one of the pieces is verified: so it is never finished, and goes on wanting
  // its seeds. Needed before evict().
  virtual void withhold_one() = 0;
  // Pieces that libtorrent has are given up, and their room on disk given back. Returns those that are; not
  // among them are those that are being written, and none before a piece is withheld. A peer that asks for
  // one is told that it is not here.
  virtual std::vector<int> evict(std::span<const int> pieces) = 0;
  [[nodiscard]] virtual bool is_evicted(int piece) const = 0;
  // A block of an evicted piece, as replace_block(); the piece is verified, written and restored when all
  // have come. False when it was not taken.
  virtual bool put_evicted(int piece, int begin, std::span<const char> bytes) = 0;

  // --- leaf hashes (leaves/leaf_layout.h); nothing of this does anything for a v1 torrent

  // A file of leaves. Errors: Source "bad-leaves", Storage "read-failed".
  [[nodiscard]] virtual Result<void> use_leaf_file(const std::filesystem::path& path) = 0;
  // Those of a piece, from anywhere. Match: blocks of it are checked with them from now on.
  virtual HashVerdict add_leaves(int piece, std::span<const lt::sha256_hash> leaves) = 0;
  [[nodiscard]] virtual bool knows_leaves(int piece) const = 0;
  // Blocks that have leaves, of a piece.
  [[nodiscard]] virtual int leaf_count(int piece) const = 0;
  // `done` on the network thread. `is_here`: the piece is verified, and can be hashed when nothing else
  // helps.
  virtual void leaves_of(int piece, bool is_here, std::function<void(KnownLeaves)> done) = 0;

  // --- for TorrentCore

  // Who is told from now on; `id` is the torrent's in the PieceCache. Empty: nobody.
  virtual void connect(std::uint64_t id, StoreCallbacks callbacks) = 0;
  // A piece that libtorrent has is read from disk, or found in RAM; the answer is StoreCallbacks::loaded or
  // load_failed.
  virtual void load(int piece) = 0;
  // It was verified here; libtorrent may not know yet. False again once the files are checked anew.
  [[nodiscard]] virtual bool was_verified(int piece) const = 0;
  // Writing goes on after `trouble`.
  virtual void retry() = 0;
  // `done` is called once, here or on the writer's thread, when all verified pieces are on disk (true) or the
  // torrent has ended, or its files are checked anew, before that (false).
  virtual void when_written(std::function<void(bool all)> done) = 0;
};

// The store of a session.
class PieceStore {
 public:
  explicit PieceStore(std::shared_ptr<PieceCache> cache);
  ~PieceStore();
  PieceStore(const PieceStore&) = delete;
  PieceStore& operator=(const PieceStore&) = delete;

  // For session_params::disk_io_constructor; once. The threads live as long as what it returns.
  [[nodiscard]] std::unique_ptr<lt::disk_interface> make_disk(lt::io_context& network,
                                                              const lt::settings_interface& settings,
                                                              lt::counters& counters);
  // The store of a torrent that libtorrent has, or will have next; `hashes` are complete (as in the
  // metadata). Each call is for one addition of the torrent to the session.
  [[nodiscard]] std::shared_ptr<TorrentStore> torrent(const lt::info_hash_t& hashes);

 private:
  std::shared_ptr<class StoreCore> core_;
};

}  // namespace freshet::streaming
