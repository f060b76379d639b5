// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One decision of the scheduler.
#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "streaming/scheduler/block_scheduler.h"

namespace freshet::streaming {
namespace {

using std::chrono::milliseconds;

// A block is in danger when it comes later than this before its deadline.
constexpr milliseconds margin{500};
// Somebody who waits is not let wait for one peer longer than this when another is clearly faster.
constexpr Seconds patience{0.120};
// Clearly faster: at most this share of the time, and this much less.
constexpr double clearly_faster = 0.6;
constexpr Seconds at_least_faster{0.030};
// The last blocks of all: held for so long and longer, they are asked from a second peer too.
constexpr Seconds slow_at_the_end{2.0};
// A bound on the work of one decision: 64 MiB of wants.
constexpr int most_looked_at = 4096;
// What is fetched next, rarest first, when the wants are under way: so much, and at least so many pieces.
constexpr std::int64_t stretch = 64 << 20;
constexpr int least_stretch = 16;

}  // namespace

class BlockScheduler::Planning {
 public:
  Planning(BlockScheduler& scheduler, MonotonicTime now, BlockDecision& decision)
      : scheduler_(scheduler), now_(now), decision_(decision), prior_(scheduler.prior()) {
    for (auto& [id, peer] : scheduler_.peers_) {
      Candidate candidate;
      candidate.id = id;
      candidate.peer = &peer;
      candidate.suspect = peer.estimate.is_suspect(prior_, now);
      if (peer.choked && peer.allowed_fast.empty()) continue;
      const int depth = std::min(peer.estimate.depth(prior_), peer.queue_limit);
      candidate.free = depth - static_cast<int>(peer.estimate.outstanding());
      candidate.step = peer.estimate.step(prior_, now);
      candidate.next = peer.estimate.arrival_of_new(0, prior_, now);
      if (candidate.free > 0) ++open_;
      candidates_.push_back(candidate);
    }
    eligible_.resize(candidates_.size());
  }

  // Blocks that are under way and in danger.
  void rescue() {
    struct Held {
      Block block;
      MonotonicTime arrival;
      bool suspect;
      int copies;
    };
    std::vector<Held> held;
    for (auto& [id, peer] : scheduler_.peers_) {
      if (peer.estimate.outstanding() == 0) continue;
      const bool suspect = peer.estimate.is_suspect(prior_, now_);
      const auto arrivals = peer.estimate.arrivals(prior_, now_);
      for (const auto& [block, arrival] : arrivals) held.push_back({block, arrival, suspect, 1});
    }
    std::ranges::sort(held, {}, &Held::block);
    struct InDanger {
      Block block;
      MonotonicTime arrival;
      MonotonicTime deadline;
      bool suspect;
      bool at_any_cost;
    };
    std::vector<InDanger> in_danger;
    for (std::size_t at = 0; at < held.size();) {
      auto each = held[at++];
      for (; at < held.size() && held[at].block == each.block; ++at) {
        each.arrival = std::min(each.arrival, held[at].arrival);
        each.suspect = each.suspect && held[at].suspect;
        ++each.copies;
      }
      if (each.copies >= most_copies) {
        if (!each.suspect) continue;
        // All of them are silent: the first makes room for another.
        scheduler_.give_up(scheduler_.holders_.at(each.block).front(), each.block, decision_);
      }
      const auto* want = scheduler_.want_of(each.block);
      if (want == nullptr) {
        if (each.suspect) in_danger.push_back({each.block, each.arrival, MonotonicTime::max(), true, false});
        continue;
      }
      const auto deadline = scheduler_.deadline_of(*want, each.block);
      if (deadline >= each.arrival + margin) continue;
      if (each.suspect || each.arrival > deadline ||
          (want->waiting && each.arrival > now_ + to_ticks(patience)))
        in_danger.push_back({each.block, each.arrival, deadline, each.suspect, true});
    }
    std::ranges::sort(in_danger, {},
                      [](const InDanger& each) { return std::pair(each.deadline, each.block); });
    int rescued = 0;
    for (const auto& each : in_danger) {
      if (rescued >= most_rescues) return;
      auto* other = fastest(each.block, each.suspect ? Trust::NotSuspect : Trust::Proven);
      if (other == nullptr || (other->free <= 0 && !each.at_any_cost)) continue;
      const Seconds then = other->next - now_;
      const Seconds otherwise = each.arrival - now_;
      if (then + at_least_faster >= clearly_faster * otherwise) continue;
      ask(*other, each.block);
      ++rescued;
    }
  }

  // What is wanted and not under way, in the order of the deadlines.
  void fill_wants() {
    struct Cursor {
      const BlockWant* want;
      Block block;
      MonotonicTime deadline;
    };
    const auto& geometry = scheduler_.ledger_.geometry();
    std::vector<Cursor> cursors;
    for (const auto& want : scheduler_.wants_) {
      if (want.last < want.first) continue;
      cursors.push_back({&want, want.first, want.deadline});
    }
    for (int looked = 0; open_ > 0 && looked < most_looked_at && !cursors.empty(); ++looked) {
      const auto earliest = std::ranges::min_element(cursors, {}, &Cursor::deadline);
      const auto block = earliest->block;
      // Whole pieces that are here are passed over at once.
      const bool skip_piece = scheduler_.ledger_.is_verified(block.piece);
      earliest->block = skip_piece ? Block{block.piece + 1, 0} : geometry.next(block);
      if (earliest->want->last < earliest->block || !geometry.contains(earliest->block)) {
        cursors.erase(earliest);
      } else {
        earliest->deadline = scheduler_.deadline_of(*earliest->want, earliest->block);
      }
      if (skip_piece || scheduler_.ledger_.is_here(block) || scheduler_.holders_.contains(block)) continue;
      auto* best = fastest(block, Trust::Any);
      if (best != nullptr) ask_or_plan(*best, block);
    }
  }

  // Free peers fetch what will be wanted later.
  void fill_rest() {
    if (open_ == 0 || scheduler_.rest_spans_.empty()) return;
    const auto begun = scheduler_.ledger_.begun();
    for (const int piece : begun) {
      if (open_ == 0) return;
      if (std::ranges::any_of(scheduler_.rest_spans_, [&](const PieceSpan& span) {
            return span.first <= piece && piece <= span.last;
          }))
        fetch_piece(piece);
    }
    for (const int piece : scheduler_.rest()) {
      if (open_ == 0) return;
      fetch_piece(piece);
    }
    if (open_ > 0) finish();
  }

  [[nodiscard]] std::optional<MonotonicTime> next_look() const {
    std::optional<MonotonicTime> next;
    for (const auto& [id, peer] : scheduler_.peers_) {
      const auto change = peer.estimate.next_change(prior_, now_);
      if (change && (!next || *change < *next)) next = change;
      // It may have refused the only piece that is left to ask it for.
      if (!peer.choked && peer.estimate.outstanding() == 0) {
        for (const auto& [piece, until] : peer.refused) {
          if (until > now_ && (!next || until < *next)) next = until;
        }
      }
    }
    return next;
  }

 private:
  static MonotonicTime::duration to_ticks(Seconds time) {
    return std::chrono::duration_cast<MonotonicTime::duration>(time);
  }

  enum class Trust : std::uint8_t { Any, NotSuspect, Proven };

  // Of the peers that may be asked and do not hold the block, the one that delivers first.
  Candidate* fastest(Block block, Trust trust) {
    if (eligible_piece_ != block.piece) {
      eligible_piece_ = block.piece;
      if (const auto found = scheduler_.quarantine_.find(block.piece); found != scheduler_.quarantine_.end())
        appoint(found->first, found->second);
      for (std::size_t i = 0; i < candidates_.size(); ++i) {
        eligible_[i] = scheduler_.may_ask(candidates_[i].id, *candidates_[i].peer, block.piece, now_);
      }
    }
    const auto holders = scheduler_.holders_.find(block);
    Candidate* best = nullptr;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      auto& candidate = candidates_[i];
      if (!eligible_[i]) continue;
      if (best != nullptr && candidate.next >= best->next) continue;
      if (trust != Trust::Any && (candidate.suspect || candidate.free <= -most_rescues)) continue;
      if (trust == Trust::Proven && !candidate.peer->estimate.is_proven()) continue;
      if (holders != scheduler_.holders_.end() &&
          std::ranges::find(holders->second, candidate.id) != holders->second.end())
        continue;
      best = &candidate;
    }
    return best;
  }

  // Chooses the one peer that a failed piece is fetched from: the least blamed, then the fastest.
  void appoint(int piece, std::optional<PeerId>& source) {
    if (source) {
      const auto peer = scheduler_.peers_.find(*source);
      if (peer != scheduler_.peers_.end() && !peer->second.estimate.was_suspect() &&
          scheduler_.may_ask(*source, peer->second, piece, now_))
        return;
      source.reset();
    }
    const Candidate* best = nullptr;
    for (const auto& candidate : candidates_) {
      if (candidate.suspect || !scheduler_.can_send(candidate.id, *candidate.peer, piece, now_)) continue;
      if (best == nullptr ||
          std::pair(candidate.peer->blame, candidate.next) < std::pair(best->peer->blame, best->next))
        best = &candidate;
    }
    if (best != nullptr) scheduler_.give_to(piece, best->id, decision_);
  }

  void ask(Candidate& candidate, Block block) {
    if (candidate.free-- == 1 && candidate.planned == 0) --open_;
    candidate.next += to_ticks(candidate.step);
    const auto deadline = scheduler_.deadline_to_keep(block);
    candidate.peer->estimate.requested(block, now_, deadline);
    if (scheduler_.watcher_ != nullptr) scheduler_.watcher_->requested(candidate.id, block, deadline);
    candidate.peer->blocks.was_requested(scheduler_.length_of(block));
    scheduler_.holders_[block].push_back(candidate.id);
    decision_.requests.push_back({candidate.id, block});
  }

  void ask_or_plan(Candidate& candidate, Block block) {
    if (candidate.free > 0 && candidate.planned == 0) return ask(candidate, block);
    if (candidate.planned++ == 0 && candidate.free > 0) --open_;
    candidate.next += to_ticks(candidate.step);
  }

  void fetch_piece(int piece) {
    const auto& geometry = scheduler_.ledger_.geometry();
    for (Block block{piece, 0}; block.piece == piece && open_ > 0; block = geometry.next(block)) {
      if (scheduler_.ledger_.is_here(block) || scheduler_.holders_.contains(block)) continue;
      if (auto* best = fastest_open(block)) ask(*best, block);
    }
  }

  Candidate* fastest_open(Block block) {
    Candidate* best = fastest(block, Trust::Any);
    if (best == nullptr || (best->free > 0 && best->planned == 0)) return best;
    best = nullptr;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      auto& candidate = candidates_[i];
      if (!eligible_[i] || candidate.free <= 0 || candidate.planned > 0) continue;
      if (best == nullptr || candidate.next < best->next) best = &candidate;
    }
    return best;
  }

  // Nothing is left to ask for: what slow peers hold is asked for a second time.
  void finish() {
    std::vector<std::pair<Block, MonotonicTime>> slow;
    for (auto& [id, peer] : scheduler_.peers_) {
      for (const auto& [block, arrival] : peer.estimate.arrivals(prior_, now_)) {
        const auto holders = scheduler_.holders_.find(block);
        if (arrival - now_ > slow_at_the_end && holders != scheduler_.holders_.end() &&
            holders->second.size() == 1)
          slow.emplace_back(block, arrival);
      }
    }
    for (const auto& [block, arrival] : slow) {
      if (open_ == 0) return;
      auto* other = fastest(block, Trust::Proven);
      if (other == nullptr || other->free <= 0) continue;
      if (Seconds(other->next - now_) < clearly_faster * Seconds(arrival - now_)) ask(*other, block);
    }
  }

  BlockScheduler& scheduler_;
  const MonotonicTime now_;
  BlockDecision& decision_;
  const PeerPrior prior_;
  std::vector<Candidate> candidates_;
  std::vector<char> eligible_;  // for eligible_piece_
  int eligible_piece_ = -1;
  int open_ = 0;  // candidates with a free place that nothing waits for
};

BlockDecision BlockScheduler::decide(MonotonicTime now) {
  BlockDecision decision;
  decision.liars = std::exchange(liars_, {});
  if (std::exchange(abandon_, false)) abandon(decision);
  Planning planning(*this, now, decision);
  planning.rescue();
  planning.fill_wants();
  planning.fill_rest();
  decision.next = planning.next_look();
  return decision;
}

void BlockScheduler::give_up(PeerId id, Block block, BlockDecision& decision) {
  auto& peer = peers_.at(id);
  peer.estimate.dropped(block);
  note_cancelled(id, peer, block);
  release(id, block);
  decision.cancels.push_back({id, block});
}

// Somebody waits: what is under way and not wanted soon would only be in the way.
void BlockScheduler::abandon(BlockDecision& decision) {
  for (auto& [id, peer] : peers_) {
    for (const auto block : peer.estimate.requests()) {
      if (want_of(block) == nullptr) give_up(id, block, decision);
    }
  }
}

// A piece of which one peer alone is the source holds nothing of others.
void BlockScheduler::give_to(int piece, PeerId source, BlockDecision& decision) {
  quarantine_.insert_or_assign(piece, source);
  std::vector<int> foreign;
  for (int index = 0; index < ledger_.geometry().blocks_in(piece); ++index) {
    const Block block{piece, index};
    if (ledger_.is_here(block)) {
      const auto sender = senders_.find(block);
      if (sender == senders_.end() || sender->second != source) foreign.push_back(index);
    }
    const auto holders = holders_.find(block);
    if (holders == holders_.end()) continue;
    const auto all = holders->second;
    for (const auto holder : all) {
      if (holder != source) give_up(holder, block, decision);
    }
  }
  if (foreign.empty()) return;
  for (const int index : foreign) {
    const auto sender = senders_.extract({piece, index});
    if (!sender.empty()) doubted_.insert_or_assign(sender.key(), sender.mapped());
  }
  ledger_.spoiled(piece, foreign);
}

// The pieces of the next stretch after the playhead that miss something, rarest first; then on from there.
const std::vector<int>& BlockScheduler::rest() {
  if (!std::exchange(rest_is_stale_, false)) {
    const bool some_left = std::ranges::any_of(rest_, [&](int piece) { return !ledger_.is_complete(piece); });
    if (some_left) return rest_;
  }
  rest_.clear();
  const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(
      stretch / std::max<std::int64_t>(ledger_.geometry().piece_length(), 1), least_stretch));
  const auto collect = [&](bool after_playhead) {
    for (const auto& span : rest_spans_) {
      for (int piece = span.first; piece <= span.last && rest_.size() < wanted; ++piece) {
        if ((piece >= playhead_) != after_playhead) continue;
        if (!ledger_.is_complete(piece)) rest_.push_back(piece);
      }
    }
  };
  collect(true);
  collect(false);
  std::vector<std::pair<int, int>> by_rarity;
  for (const int piece : rest_) {
    int copies = 0;
    for (const auto& [id, peer] : peers_) copies += has_(id, piece) ? 1 : 0;
    by_rarity.emplace_back(copies, piece);
  }
  // Pieces that nobody has come last; among equals the order of the film.
  std::ranges::sort(by_rarity, {}, [&](const auto& each) {
    const bool is_later = each.second >= playhead_;
    return std::tuple(each.first == 0 ? std::numeric_limits<int>::max() : each.first, !is_later, each.second);
  });
  std::ranges::transform(by_rarity, rest_.begin(), [](const auto& each) { return each.second; });
  return rest_;
}

}  // namespace freshet::streaming
