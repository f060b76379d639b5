// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Decides which peer sends which block when. It is told what happens (peers, choking, blocks, what is wanted)
// and asked for decisions; it knows no network, no libtorrent and no clock but the one it is passed, so that
// thousands of swarms are played through in tests.
//
// How it decides
// - What is wanted comes as ranges with deadlines; blocks go out in the order of their deadlines. Each goes
// to
//   the peer that will deliver it first, judged from that peer's rate, latency and queue. Blocks for which a
//   busy peer is still the fastest wait for it, which keeps slow peers on blocks that are needed later.
// - A peer's queue is as deep as its bandwidth-delay product asks, so that an urgent block never waits behind
//   much else.
// - A block that will be late is asked from a second peer when that one will be clearly faster; whoever comes
//   second is cancelled. Peers that fall silent are suspect: they get one block at a time, and what they hold
//   is given to others.
// - A piece that fails its hash is fetched again from one peer alone: then it is known who lies.
// - When all that is wanted soon is under way, free peers fetch the rest: begun pieces first, then the rarest
// of
//   the next stretch, then the rarest of all.
//
// Invariants: 1. No block is asked for that is here, nor twice from one peer at a time, nor from more than
// `most_copies` peers. 2. Nobody has more outstanding than the depth of its queue but for at most
// `most_rescues` a decision. 3. The earliest missing block that some usable peer has is never passed over for
// a later one, unless a busy peer will deliver it sooner.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "streaming/base/units.h"
#include "streaming/deadline_window.h"
#include "streaming/scheduler/block.h"
#include "streaming/scheduler/block_ledger.h"
#include "streaming/scheduler/block_watcher.h"
#include "streaming/scheduler/peer_estimate.h"
#include "streaming/stats.h"

namespace freshet::streaming {

// Blocks [first, last] of a torrent that will be read one after the other.
struct BlockWant {
  Block first;
  Block last;
  MonotonicTime deadline;  // of the first
  Seconds per_block{0};    // each further one is due so much later
  bool waiting = false;    // somebody waits for it now: the start, a seek, a stall
};

struct BlockRequest {
  PeerId peer{};
  Block block;
  bool operator==(const BlockRequest&) const = default;
};

// What to do now: cancels first, then requests, each in its order.
struct BlockDecision {
  std::vector<BlockRequest> cancels;
  std::vector<BlockRequest> requests;
  std::vector<PeerId> liars;  // sent a whole piece that failed its hash: hang up
  // When to ask again if nothing happens before; nullopt: not needed.
  std::optional<MonotonicTime> next;
};

struct BlockArrival {
  bool wanted = false;                // new, and asked for from this peer
  bool asked = false;                 // this peer was asked for it, or lately was
  std::vector<BlockRequest> cancels;  // others that need not send it any more
  std::vector<Block> lost;            // of this peer: it has passed them over
};

// For screens, events and benchmarks.
struct PeerFigures {
  PeerId peer{};
  Bytes rate;  // a second, 0 unknown
  Seconds latency{0};
  int outstanding = 0;
  int depth = 0;
  bool choked = true;
  bool suspect = false;
  BlockCounts blocks;
};

class BlockScheduler {
 public:
  static constexpr int most_copies = 3;
  static constexpr int most_rescues = 8;
  // BEP 6 names ten; more than this is nobody's set.
  static constexpr std::size_t most_allowed_fast = 64;

  // `has` tells whether a peer that is here has a piece.
  using HasPiece = std::function<bool(PeerId, int piece)>;
  BlockScheduler(BlockGeometry geometry, HasPiece has) : ledger_(geometry), has_(std::move(has)) {}

  [[nodiscard]] const BlockLedger& ledger() const { return ledger_; }
  // Is told from now on; outlives this. nullptr: nobody, at no cost.
  void set_watcher(BlockWatcher* watcher) { watcher_ = watcher; }

  // --- what is wanted
  // Replaces the earlier wants. What is abandoned is cancelled by the next decision when somebody waits.
  void set_wants(std::vector<BlockWant> wants);
  // What may be fetched when nothing of the wants is left: spans of pieces, and where the playhead is.
  void set_rest(std::vector<PieceSpan> spans, int playhead);

  // --- peers. Unknown ids are ignored.
  void peer_came(PeerId peer);
  void peer_left(PeerId peer);
  void choked(PeerId peer);
  void unchoked(PeerId peer);
  // It may be asked for this piece also while it chokes (BEP 6).
  void allowed_fast(PeerId peer, int piece);
  // It keeps at most so many requests ("reqq", BEP 10).
  void set_queue_limit(PeerId peer, int limit);
  // A peer has more pieces than before.
  void pieces_changed();

  // --- blocks. They must be the torrent's.
  BlockArrival arrived(PeerId peer, Block block, MonotonicTime now);
  // Something came that is no block of the torrent, or not a whole one.
  void arrived_stray(PeerId peer, Bytes length);
  // It will not send it: the piece is not asked from it again for a while.
  // False: that was the answer to a cancel.
  bool rejected(PeerId peer, Block block, MonotonicTime now);
  void piece_verified(int piece);
  // It was verified and has been given up: it may be wanted again.
  void piece_forgotten(int piece);
  // An empty span: the whole piece.
  void piece_spoiled(int piece, std::span<const int> blocks);
  // What is here, anew. Peers, wants, requests under way and counts stay.
  void reset(std::vector<bool> verified, std::span<const Block> arrived);
  void set_padding(std::span<const Block> blocks) { ledger_.set_padding(blocks); }

  // Who sent a block that is here and not verified.
  [[nodiscard]] std::optional<PeerId> sender_of(Block block) const;

  [[nodiscard]] BlockDecision decide(MonotonicTime now);

  [[nodiscard]] std::vector<PeerFigures> figures() const;
  // Of all peers, those that left included, since the first start.
  [[nodiscard]] BlockCounts blocks() const;
  [[nodiscard]] PieceCounts pieces() const;
  // A second: what the peers that do not choke us and are not silent deliver together. Who has not answered
  // yet is taken to be like the others; 0 while nobody has.
  [[nodiscard]] Bytes capacity() const;

 private:
  struct Peer {
    PeerEstimate estimate;
    bool choked = true;
    std::set<int> allowed_fast;
    int queue_limit = default_queue_limit;
    std::map<Block, int> cancelled;        // lately, how often: may still come
    std::map<int, MonotonicTime> refused;  // pieces, and until when they are not asked for again
    int blame = 0;  // pieces that failed with blocks of this peer in them, and none since that passed
    BlockCounts blocks;
  };
  // A usable peer during one decision.
  struct Candidate {
    PeerId id{};
    Peer* peer = nullptr;
    bool suspect = false;
    int free = 0;     // places in its queue; below 0 after rescues
    int planned = 0;  // blocks that will wait for it
    Seconds step{0};
    MonotonicTime next;  // when one more block would come from it
  };
  class Planning;

  // Clients without the extension protocol keep at least this many.
  static constexpr int default_queue_limit = 100;

  [[nodiscard]] PeerPrior prior() const;
  // It would send this piece if it were asked.
  [[nodiscard]] bool can_send(PeerId id, const Peer& peer, int piece, MonotonicTime now) const;
  // And it should be asked: of a piece that failed, only its sole source.
  [[nodiscard]] bool may_ask(PeerId id, const Peer& peer, int piece, MonotonicTime now) const;
  // A piece that failed is fetched from this peer alone from now on.
  void give_to(int piece, PeerId source, BlockDecision& decision);
  void release(PeerId peer, Block block);
  void release_all(PeerId id, Peer& peer);
  // A request of this peer ends unanswered.
  void note_cancelled(PeerId id, Peer& peer, Block block);
  static bool take_cancelled(Peer& peer, Block block);
  [[nodiscard]] Bytes length_of(Block block) const { return Bytes{ledger_.geometry().length(block)}; }
  // Where the blocks are counted that a peer sent; it may have left.
  [[nodiscard]] BlockCounts& counts_of(PeerId peer);
  // Doubted blocks [first, end) turn out to be of use, or not.
  void resolve_doubts(Block first, Block end, void (BlockCounts::*verdict)(Bytes));
  void give_up(PeerId id, Block block, BlockDecision& decision);
  void abandon(BlockDecision& decision);
  [[nodiscard]] const BlockWant* want_of(Block block) const;
  [[nodiscard]] MonotonicTime deadline_of(const BlockWant& want, Block block) const;
  // That a request made now can keep; max: none.
  [[nodiscard]] MonotonicTime deadline_to_keep(Block block) const;
  [[nodiscard]] const std::vector<int>& rest();

  BlockLedger ledger_;
  HasPiece has_;
  BlockWatcher* watcher_ = nullptr;
  std::map<PeerId, Peer> peers_;
  BlockCounts former_;  // of peers that left
  int failed_ = 0;      // pieces
  std::set<int> unrepaired_;
  int repaired_ = 0;
  std::unordered_map<Block, std::vector<PeerId>, BlockHash> holders_;
  std::vector<BlockWant> wants_;
  bool abandon_ = false;
  std::unordered_map<Block, PeerId, BlockHash> senders_;  // of blocks that are here and not verified
  // Blocks of failed pieces that are fetched anew from the sole source, and who sent them: the piece may be
  // repaired with the old copy.
  std::map<Block, PeerId> doubted_;
  std::map<int, std::optional<PeerId>> quarantine_;  // pieces that failed, and their sole source
  std::vector<PeerId> liars_;                        // to be told with the next decision
  std::vector<PieceSpan> rest_spans_;
  int playhead_ = 0;
  std::vector<int> rest_;  // pieces, best first
  bool rest_is_stale_ = true;
};

}  // namespace freshet::streaming
