// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What the scheduler knows. How it decides is in block_planning.cpp.
#include "streaming/scheduler/block_scheduler.h"

#include <algorithm>
#include <utility>

namespace freshet::streaming {
namespace {

// How much worse than the others a peer may be that has not answered yet.
constexpr double unproven_handicap = 1.5;
// Cancelled blocks that may still come are remembered up to here; only who was asked for what depends on it.
constexpr std::size_t most_cancelled = 2000;
// Who refuses a piece is not asked for it again so soon.
constexpr std::chrono::seconds refusal{2};
constexpr std::size_t most_refused = 1000;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

void BlockScheduler::set_wants(std::vector<BlockWant> wants) {
  // A new place is waited for: not the old one, told again.
  for (const auto& want : wants) {
    const bool known = !want.waiting || std::ranges::any_of(wants_, [&](const BlockWant& old) {
      return old.waiting && old.first <= want.first && want.first <= old.last;
    });
    abandon_ = abandon_ || !known;
  }
  wants_ = std::move(wants);
}

void BlockScheduler::set_rest(std::vector<PieceSpan> spans, int playhead) {
  if (spans == rest_spans_ && playhead == playhead_) return;
  rest_spans_ = std::move(spans);
  playhead_ = playhead;
  rest_is_stale_ = true;
}

void BlockScheduler::peer_came(PeerId peer) {
  peers_.try_emplace(peer);
  rest_is_stale_ = true;
}

void BlockScheduler::peer_left(PeerId id) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  release_all(id, found->second);
  former_ += found->second.blocks;
  peers_.erase(found);
  rest_is_stale_ = true;
}

void BlockScheduler::choked(PeerId id) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  found->second.choked = true;
  release_all(id, found->second);
}

void BlockScheduler::unchoked(PeerId id) {
  if (const auto found = peers_.find(id); found != peers_.end()) found->second.choked = false;
}

void BlockScheduler::allowed_fast(PeerId id, int piece) {
  const auto found = peers_.find(id);
  if (found == peers_.end() || found->second.allowed_fast.size() >= most_allowed_fast) return;
  found->second.allowed_fast.insert(piece);
}

void BlockScheduler::set_queue_limit(PeerId id, int limit) {
  if (const auto found = peers_.find(id); found != peers_.end())
    found->second.queue_limit = std::max(limit, 1);
}

void BlockScheduler::pieces_changed() {
  rest_is_stale_ = true;
}

void BlockScheduler::note_cancelled(PeerId id, Peer& peer, Block block) {
  if (watcher_ != nullptr) watcher_->taken_back(id, block);
  peer.blocks.was_taken_back(length_of(block));
  if (peer.cancelled.size() >= most_cancelled) peer.cancelled.clear();
  ++peer.cancelled[block];
}

bool BlockScheduler::take_cancelled(Peer& peer, Block block) {
  const auto found = peer.cancelled.find(block);
  if (found == peer.cancelled.end()) return false;
  if (--found->second == 0) peer.cancelled.erase(found);
  return true;
}

void BlockScheduler::release(PeerId id, Block block) {
  const auto found = holders_.find(block);
  if (found == holders_.end()) return;
  std::erase(found->second, id);
  if (found->second.empty()) holders_.erase(found);
}

void BlockScheduler::release_all(PeerId id, Peer& peer) {
  for (const auto block : peer.estimate.drop_all()) {
    release(id, block);
    note_cancelled(id, peer, block);
  }
}

BlockArrival BlockScheduler::arrived(PeerId id, Block block, MonotonicTime now) {
  BlockArrival result;
  const auto found = peers_.find(id);
  if (found == peers_.end()) return result;
  auto& peer = found->second;
  const auto deadline = peer.estimate.arrived(block, now);
  // A block that was cancelled and asked for again may come twice.
  result.asked = deadline || take_cancelled(peer, block);
  using enum BlockCounts::Answer;
  using Use = BlockCounts::Use;
  const bool is_here = ledger_.is_here(block);
  const auto answer = deadline ? Outstanding : result.asked ? TakenBack : Unasked;
  const auto use = is_here ? Use::Duplicate : result.asked ? Use::New : Use::Stray;
  const auto punctual =
      deadline && *deadline < now ? BlockCounts::Punctual::Late : BlockCounts::Punctual::InTime;
  peer.blocks.came(length_of(block), answer, use, punctual);
  if (watcher_ != nullptr) watcher_->came(id, block, answer, use, punctual);
  // What it has passed over it will not send: it forgot, or its queue was full.
  for (const auto lost : peer.estimate.drop_overtaken()) {
    release(id, lost);
    note_cancelled(id, peer, lost);
    result.lost.push_back(lost);
  }
  release(id, block);
  if (is_here || !result.asked) return result;
  result.wanted = true;
  if (!doubted_.empty()) resolve_doubts(block, {block.piece, block.index + 1}, &BlockCounts::was_thrown_away);
  ledger_.arrived(block);
  senders_.insert_or_assign(block, id);
  const auto others = holders_.find(block);
  if (others == holders_.end()) return result;
  for (const auto other : others->second) {
    auto& holder = peers_.at(other);
    holder.estimate.dropped(block);
    note_cancelled(other, holder, block);
    result.cancels.push_back({other, block});
  }
  holders_.erase(others);
  return result;
}

bool BlockScheduler::rejected(PeerId id, Block block, MonotonicTime now) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return false;
  auto& peer = found->second;
  // Of two requests for a block the answer is to the older one, which was cancelled.
  if (take_cancelled(peer, block) || !peer.estimate.dropped(block)) return false;
  peer.blocks.was_rejected(length_of(block));
  if (watcher_ != nullptr) watcher_->rejected(id, block);
  release(id, block);
  if (peer.refused.size() >= most_refused) peer.refused.clear();
  peer.refused.insert_or_assign(block.piece, now + refusal);
  return true;
}

void BlockScheduler::piece_verified(int piece) {
  for (int index = 0; index < ledger_.geometry().blocks_in(piece); ++index) {
    const auto sender = senders_.extract(Block{piece, index});
    if (sender.empty()) continue;
    counts_of(sender.mapped()).was_verified(length_of(sender.key()));
    if (const auto peer = peers_.find(sender.mapped()); peer != peers_.end()) peer->second.blame = 0;
  }
  resolve_doubts({piece, 0}, {piece + 1, 0}, &BlockCounts::was_verified);
  quarantine_.erase(piece);
  if (unrepaired_.erase(piece) > 0) ++repaired_;
  if (watcher_ != nullptr) watcher_->piece_verified(piece);
  ledger_.verified(piece);
}

void BlockScheduler::piece_spoiled(int piece, std::span<const int> blocks) {
  std::set<PeerId> senders;
  bool known = true;
  for (int index = 0; index < ledger_.geometry().blocks_in(piece); ++index) {
    if (ledger_.is_padding({piece, index})) continue;
    if (!blocks.empty() && std::ranges::find(blocks, index) == blocks.end()) continue;
    const auto sender = senders_.extract(Block{piece, index});
    if (sender.empty()) {
      known = false;  // from an earlier run, or a web seed
      continue;
    }
    senders.insert(sender.mapped());
    counts_of(sender.mapped()).was_thrown_away(length_of(sender.key()));
  }
  resolve_doubts({piece, 0}, {piece + 1, 0}, &BlockCounts::was_thrown_away);
  ++failed_;
  unrepaired_.insert(piece);
  if (watcher_ != nullptr) watcher_->piece_failed(piece);
  // Single blocks were judged by their leaf hashes (BEP 52); a whole piece says who lied only when one peer
  // sent it.
  const bool judged = !blocks.empty() && std::ssize(blocks) < ledger_.geometry().blocks_in(piece);
  if (judged || (known && senders.size() == 1)) {
    liars_.insert(liars_.end(), senders.begin(), senders.end());
  } else {
    for (const auto id : senders) {
      if (const auto peer = peers_.find(id); peer != peers_.end()) ++peer->second.blame;
    }
  }
  ledger_.spoiled(piece, blocks);
  // Where it is known which blocks were bad, the others may still come from anybody.
  if (!judged) quarantine_.insert_or_assign(piece, std::nullopt);
}

void BlockScheduler::piece_forgotten(int piece) {
  ledger_.spoiled(piece, {});
  for (int index = 0; index < ledger_.geometry().blocks_in(piece); ++index) {
    const auto sender = senders_.extract(Block{piece, index});
    if (!sender.empty()) counts_of(sender.mapped()).was_thrown_away(length_of(sender.key()));
  }
  resolve_doubts({piece, 0}, {piece + 1, 0}, &BlockCounts::was_thrown_away);
  rest_is_stale_ = true;
}

void BlockScheduler::reset(std::vector<bool> verified, std::span<const Block> arrived) {
  ledger_.reset(std::move(verified), arrived);
  std::erase_if(senders_, [&](const auto& entry) {
    const auto& [block, sender] = entry;
    if (ledger_.is_verified(block.piece))
      counts_of(sender).was_verified(length_of(block));
    else if (!ledger_.is_here(block))
      counts_of(sender).was_thrown_away(length_of(block));
    else
      return false;
    return true;
  });
  if (!doubted_.empty())
    resolve_doubts(doubted_.begin()->first, {ledger_.geometry().pieces(), 0}, &BlockCounts::was_thrown_away);
  quarantine_.clear();
  rest_is_stale_ = true;
}

std::optional<PeerId> BlockScheduler::sender_of(Block block) const {
  const auto found = senders_.find(block);
  if (found == senders_.end()) return std::nullopt;
  return found->second;
}

PeerPrior BlockScheduler::prior() const {
  PeerPrior prior;
  std::vector<double> latencies;
  std::vector<double> gaps;
  for (const auto& [id, peer] : peers_) {
    if (!peer.estimate.is_proven()) continue;
    latencies.push_back(peer.estimate.latency(prior).count());
    gaps.push_back(peer.estimate.gap(prior).count());
  }
  if (latencies.empty()) return prior;
  prior.latency = std::min(prior.latency, Seconds{unproven_handicap * median(std::move(latencies))});
  prior.gap = std::min(prior.gap, Seconds{unproven_handicap * median(std::move(gaps))});
  return prior;
}

bool BlockScheduler::can_send(PeerId id, const Peer& peer, int piece, MonotonicTime now) const {
  if (peer.choked && !peer.allowed_fast.contains(piece)) return false;
  if (const auto until = peer.refused.find(piece); until != peer.refused.end() && now < until->second)
    return false;
  return has_(id, piece);
}

bool BlockScheduler::may_ask(PeerId id, const Peer& peer, int piece, MonotonicTime now) const {
  const auto quarantined = quarantine_.find(piece);
  if (quarantined != quarantine_.end() && quarantined->second != id) return false;
  return can_send(id, peer, piece, now);
}

const BlockWant* BlockScheduler::want_of(Block block) const {
  const BlockWant* best = nullptr;
  for (const auto& want : wants_) {
    if (block < want.first || want.last < block) continue;
    if (best == nullptr || deadline_of(want, block) < deadline_of(*best, block)) best = &want;
  }
  return best;
}

MonotonicTime BlockScheduler::deadline_of(const BlockWant& want, Block block) const {
  const auto per_piece = ledger_.geometry().blocks_in(0);
  const auto distance = 1.0 * (block.piece - want.first.piece) * per_piece + block.index - want.first.index;
  return want.deadline + std::chrono::duration_cast<MonotonicTime::duration>(distance * want.per_block);
}

MonotonicTime BlockScheduler::deadline_to_keep(Block block) const {
  const auto* want = want_of(block);
  return want == nullptr || want->waiting ? MonotonicTime::max() : deadline_of(*want, block);
}

Bytes BlockScheduler::capacity() const {
  const auto prior = this->prior();
  double proven = 0;
  int proven_peers = 0;
  int other_peers = 0;
  for (const auto& [id, peer] : peers_) {
    if (peer.choked || peer.estimate.was_suspect()) continue;
    if (peer.estimate.is_proven()) {
      proven += block_size / peer.estimate.gap(prior).count();
      ++proven_peers;
    } else {
      ++other_peers;
    }
  }
  if (proven_peers == 0) return {};
  return Bytes{static_cast<std::int64_t>(proven * (proven_peers + other_peers) / proven_peers)};
}

std::vector<PeerFigures> BlockScheduler::figures() const {
  std::vector<PeerFigures> result;
  const auto prior = this->prior();
  for (const auto& [id, peer] : peers_) {
    PeerFigures figures;
    figures.peer = id;
    if (peer.estimate.is_proven()) {
      figures.rate = Bytes{static_cast<std::int64_t>(block_size / peer.estimate.gap(prior).count())};
      figures.latency = peer.estimate.latency(prior);
    }
    figures.outstanding = static_cast<int>(peer.estimate.outstanding());
    figures.depth = std::min(peer.estimate.depth(prior), peer.queue_limit);
    figures.choked = peer.choked;
    figures.suspect = peer.estimate.was_suspect();
    figures.blocks = peer.blocks;
    result.push_back(figures);
  }
  return result;
}

BlockCounts& BlockScheduler::counts_of(PeerId id) {
  const auto found = peers_.find(id);
  return found == peers_.end() ? former_ : found->second.blocks;
}

void BlockScheduler::resolve_doubts(Block first, Block end, void (BlockCounts::*verdict)(Bytes)) {
  const auto from = doubted_.lower_bound(first);
  const auto to = doubted_.lower_bound(end);
  for (auto each = from; each != to; ++each) (counts_of(each->second).*verdict)(length_of(each->first));
  doubted_.erase(from, to);
}

void BlockScheduler::arrived_stray(PeerId peer, Bytes length) {
  using enum BlockCounts::Answer;
  counts_of(peer).came(length, Unasked, BlockCounts::Use::Stray, BlockCounts::Punctual::InTime);
  if (watcher_ != nullptr)
    watcher_->came(peer, {-1, 0}, Unasked, BlockCounts::Use::Stray, BlockCounts::Punctual::InTime);
}

BlockCounts BlockScheduler::blocks() const {
  auto sum = former_;
  for (const auto& [id, peer] : peers_) sum += peer.blocks;
  return sum;
}

PieceCounts BlockScheduler::pieces() const {
  PieceCounts counts;
  counts.total = ledger_.geometry().pieces();
  counts.verified = ledger_.verified();
  counts.failed = failed_;
  counts.repaired = repaired_;
  const auto begun = ledger_.begun();
  std::set<int> in_flight(begun.begin(), begun.end());
  for (const auto& [block, holders] : holders_) {
    if (!ledger_.is_verified(block.piece)) in_flight.insert(block.piece);
  }
  counts.in_flight = static_cast<int>(in_flight.size());
  return counts;
}

}  // namespace freshet::streaming
