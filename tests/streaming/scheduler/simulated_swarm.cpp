// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/streaming/scheduler/simulated_swarm.h"

#include <algorithm>
#include <utility>

namespace freshet::test {

using streaming::Block;
using streaming::PeerId;
using streaming::Seconds;

namespace {
constexpr std::size_t most_faults = 5;
constexpr SimTime turn = 10;  // of a peer that chokes in turns

std::string name_of(const streaming::BlockRequest& request) {
  return "block " + std::to_string(request.block.piece) + "." + std::to_string(request.block.index) +
         " of peer " + std::to_string(static_cast<int>(request.peer));
}
}  // namespace

SimulatedSwarm::SimulatedSwarm(streaming::BlockGeometry geometry, std::vector<SimPeer> peers,
                               std::uint32_t seed)
    : geometry_(geometry),
      scheduler_(geometry,
                 [this](PeerId id, int piece) {
                   const auto& peer = remote(id);
                   return peer.here && (peer.peer.pieces.empty() || peer.peer.pieces.contains(piece));
                 }),
      random_(seed),
      verified_(static_cast<std::size_t>(geometry.pieces())) {
  for (auto& peer : peers) peers_.push_back({std::move(peer), false, true, 0, false, {}, {}});
  for (int i = 0; i < static_cast<int>(peers_.size()); ++i) {
    at(remote(i).peer.joins, [this, i] { join(i); });
    if (remote(i).peer.leaves) at(*remote(i).peer.leaves, [this, i] { leave(i); });
  }
}

MonotonicTime SimulatedSwarm::to_clock(SimTime time) {
  // Not the epoch: a clock is somewhere in its life.
  return MonotonicTime{} + std::chrono::hours(1000) +
         std::chrono::duration_cast<MonotonicTime::duration>(Seconds(time));
}

void SimulatedSwarm::at(SimTime time, std::function<void()> what) {
  events_.insert({std::max(time, now_), order_++, std::move(what)});
}

SimTime SimulatedSwarm::run_until(const std::function<bool()>& done, SimTime limit) {
  while (!done()) {
    const bool by_clock = wake_ && (events_.empty() || *wake_ < events_.begin()->at);
    if ((!by_clock && events_.empty()) || (by_clock ? *wake_ : events_.begin()->at) > limit) {
      now_ = std::max(now_, limit);
      break;
    }
    now_ = std::max(now_, by_clock ? *wake_ : events_.begin()->at);
    if (by_clock) {
      wake_.reset();
      decide();
      continue;
    }
    const auto event = events_.extract(events_.begin());
    event.value().what();
  }
  return now_;
}

bool SimulatedSwarm::has(int first_piece, int last_piece) const {
  for (int piece = first_piece; piece <= last_piece; ++piece) {
    if (!verified_[static_cast<std::size_t>(piece)]) return false;
  }
  return true;
}

std::string SimulatedSwarm::describe() const {
  std::string text = std::to_string(now_) + " s; missing pieces:";
  for (std::size_t piece = 0; piece < verified_.size(); ++piece) {
    if (!verified_[piece]) text += " " + std::to_string(piece);
  }
  for (const auto& figures : scheduler_.figures()) {
    const auto& peer = peers_.at(static_cast<std::size_t>(figures.peer));
    text += "\npeer " + std::to_string(static_cast<int>(figures.peer)) + " habit " +
            std::to_string(static_cast<int>(peer.peer.habit)) + " " +
            std::to_string(peer.peer.bytes_per_second) + " B/s: " + std::to_string(figures.outstanding) +
            " of " + std::to_string(figures.depth) + " outstanding, " +
            std::to_string(figures.blocks.received.blocks) + " received" +
            (figures.suspect ? ", suspect" : "") + (figures.choked ? ", choked" : "");
  }
  return text + "\nspoiled pieces " + std::to_string(totals_.spoiled) + ", decisions " +
         std::to_string(totals_.decisions);
}

void SimulatedSwarm::play(int first, SimTime start, double bytes_per_second, bool waiting) {
  const int last = geometry_.pieces() - 1;
  std::vector<streaming::BlockWant> wants;
  if (waiting) {
    const int more = static_cast<int>((1 << 20) / geometry_.piece_length());
    const int until = std::min(last, first + std::max(more - 1, 0));
    wants.push_back({{first, 0}, {until, geometry_.blocks_in(until) - 1}, clock(), Seconds{0}, true});
  }
  wants.push_back({{first, 0},
                   {last, geometry_.blocks_in(last) - 1},
                   to_clock(start),
                   Seconds{streaming::block_size / bytes_per_second},
                   false});
  scheduler_.set_wants(std::move(wants));
  kick();
}

void SimulatedSwarm::fetch_rest(int playhead) {
  scheduler_.set_rest({{0, geometry_.pieces() - 1}}, playhead);
  kick();
}

void SimulatedSwarm::kick() {
  if (std::exchange(kicked_, true)) return;
  at(now_, [this] {
    kicked_ = false;
    decide();
  });
}

void SimulatedSwarm::fault(const std::string& what) {
  if (faults_.size() < most_faults) faults_.push_back(std::to_string(now_) + " s: " + what);
}

void SimulatedSwarm::cancel(const streaming::BlockRequest& request) {
  remote(request.peer).outstanding.erase(request.block);
  at(now_ + remote(request.peer).peer.delay / 2,
     [this, request] { std::erase(remote(request.peer).queue, request.block); });
}

void SimulatedSwarm::decide() {
  ++totals_.decisions;
  const auto decision = scheduler_.decide(clock());
  check(decision);
  for (const auto& request : decision.cancels) cancel(request);
  for (const auto& request : decision.requests) {
    remote(request.peer).outstanding.insert(request.block);
    ++totals_.requested;
    at(now_ + remote(request.peer).peer.delay / 2,
       [this, request] { request_reaches(static_cast<int>(request.peer), request.block); });
  }
  for (const auto liar : decision.liars) {
    totals_.banished.insert(static_cast<int>(liar));
    leave(static_cast<int>(liar));
  }
  check_counts();
  wake_.reset();
  if (decision.next) wake_ = std::max(Seconds(*decision.next - to_clock(0)).count(), now_ + 1e-6);
}

// What must hold of every decision.
void SimulatedSwarm::check(const streaming::BlockDecision& decision) {
  std::vector<std::set<Block>> outstanding;
  for (const auto& each : peers_) outstanding.push_back(each.outstanding);
  const auto of = [&](PeerId id) -> std::set<Block>& { return outstanding.at(static_cast<std::size_t>(id)); };
  for (const auto& request : decision.cancels) {
    if (of(request.peer).erase(request.block) == 0)
      fault("cancels what was not asked for: " + name_of(request));
  }
  std::map<PeerId, int> asked;
  for (const auto& request : decision.requests) {
    const auto& peer = remote(request.peer);
    if (!geometry_.contains(request.block)) return fault("asks for what does not exist: " + name_of(request));
    if (!peer.here) fault("asks somebody who left: " + name_of(request));
    if (peer.choking) fault("asks somebody who chokes: " + name_of(request));
    if (!peer.peer.pieces.empty() && !peer.peer.pieces.contains(request.block.piece))
      fault("asks for a piece that the peer lacks: " + name_of(request));
    if (scheduler_.ledger().is_here(request.block)) fault("asks for what is here: " + name_of(request));
    if (!of(request.peer).insert(request.block).second) fault("asks twice: " + name_of(request));
    ++asked[request.peer];
  }
  std::map<Block, int> copies;
  for (const auto& blocks : outstanding) {
    for (const auto block : blocks) ++copies[block];
  }
  for (const auto& [block, count] : copies) {
    if (count > streaming::BlockScheduler::most_copies)
      fault("too many copies of " + std::to_string(block.piece) + "." + std::to_string(block.index));
  }
  for (const auto& figures : scheduler_.figures()) {
    if (static_cast<std::size_t>(figures.outstanding) != of(figures.peer).size())
      fault("loses count of peer " + std::to_string(static_cast<int>(figures.peer)));
    if (asked[figures.peer] > 0 &&
        figures.outstanding > figures.depth + streaming::BlockScheduler::most_rescues)
      fault("a queue of " + std::to_string(figures.outstanding) + " where " + std::to_string(figures.depth) +
            " are enough");
    if (!figures.blocks.adds_up() || figures.blocks.outstanding.blocks != figures.outstanding)
      fault("counts of peer " + std::to_string(static_cast<int>(figures.peer)) + " that do not add up");
  }
}

// What is counted is what happened.
void SimulatedSwarm::check_counts() {
  const auto blocks = scheduler_.blocks();
  if (!blocks.adds_up()) fault("counts that do not add up");
  if (blocks.requested.blocks != totals_.requested) fault("loses count of requests");
  if (blocks.received.blocks != totals_.received) fault("loses count of blocks");
  if (blocks.duplicate.blocks + blocks.stray.blocks != totals_.redundant) fault("loses count of duplicates");
  const auto pieces = scheduler_.pieces();
  if (pieces.failed != totals_.spoiled) fault("loses count of spoiled pieces");
  if (pieces.verified != std::ranges::count(verified_, true)) fault("loses count of verified pieces");
  if (pieces.verified == pieces.total && blocks.pending.blocks != 0)
    fault("blocks are pending where no piece is");
}

// --- peers

void SimulatedSwarm::join(int index) {
  if (totals_.banished.contains(index)) return;
  remote(index).here = true;
  remote(index).choking = true;
  scheduler_.peer_came(PeerId(index));
  kick();
  at(now_ + remote(index).peer.delay, [this, index] { unchoke(index); });
}

void SimulatedSwarm::leave(int index) {
  auto& peer = remote(index);
  peer.here = false;
  peer.queue.clear();
  peer.outstanding.clear();
  scheduler_.peer_left(PeerId(index));
  kick();
}

void SimulatedSwarm::unchoke(int index) {
  auto& peer = remote(index);
  if (!peer.here) return;
  peer.choking = false;
  scheduler_.unchoked(PeerId(index));
  kick();
  if (peer.peer.habit == Habit::ChokesInTurns) at(now_ + turn, [this, index] { choke(index); });
}

void SimulatedSwarm::choke(int index) {
  auto& peer = remote(index);
  if (!peer.here) return;
  peer.choking = true;
  peer.queue.clear();
  peer.outstanding.clear();
  scheduler_.choked(PeerId(index));
  kick();
  at(now_ + turn, [this, index] { unchoke(index); });
}

void SimulatedSwarm::request_reaches(int index, Block block) {
  auto& peer = remote(index);
  if (!peer.here || peer.peer.habit == Habit::BlackHole) return;
  if (peer.peer.habit == Habit::StopsInTheMiddle && now_ >= peer.peer.stops) return;
  const bool refused = peer.choking || (peer.peer.habit == Habit::Refuses && random_() % 2 == 0);
  if (refused) {
    if (!peer.peer.fast_extension) return;
    at(now_ + peer.peer.delay / 2, [this, index, block] {
      if (scheduler_.rejected(PeerId(index), block, clock())) remote(index).outstanding.erase(block);
      kick();
    });
    return;
  }
  peer.queue.push_back(block);
  send_next(index);
}

void SimulatedSwarm::send_next(int index) {
  auto& peer = remote(index);
  if (peer.queue.empty() || peer.sending) return;
  const auto block = peer.queue.front();
  peer.sending = true;
  const double wobble = std::uniform_real_distribution(-peer.peer.jitter, peer.peer.jitter)(random_);
  peer.pipe_free =
      std::max(now_, peer.pipe_free) + geometry_.length(block) / peer.peer.bytes_per_second * (1 + wobble);
  at(peer.pipe_free, [this, index, block] {
    auto& sender = remote(index);
    sender.sending = false;
    if (!sender.here) return;
    const bool still_wanted = std::erase(sender.queue, block) > 0;
    const bool stopped = sender.peer.habit == Habit::StopsInTheMiddle && now_ >= sender.peer.stops;
    if (still_wanted && !stopped) {
      at(now_ + sender.peer.delay / 2, [this, index, block] { deliver(index, block); });
    }
    send_next(index);
  });
}

void SimulatedSwarm::deliver(int index, Block block) {
  auto& peer = remote(index);
  if (!peer.here) return;
  peer.outstanding.erase(block);
  ++totals_.received;
  const auto arrival = scheduler_.arrived(PeerId(index), block, clock());
  if (!arrival.asked) fault("forgot that it asked");
  for (const auto& request : arrival.cancels) cancel(request);
  for (const auto lost : arrival.lost) peer.outstanding.erase(lost);
  kick();
  if (!arrival.wanted) {
    ++totals_.redundant;
    return;
  }
  here_[block] = peer.peer.habit != Habit::Liar;
  if (!scheduler_.ledger().is_complete(block.piece)) return;
  bool good = true;
  for (int i = 0; i < geometry_.blocks_in(block.piece); ++i) good = good && here_[{block.piece, i}];
  if (good) {
    verified_[static_cast<std::size_t>(block.piece)] = true;
    scheduler_.piece_verified(block.piece);
  } else {
    ++totals_.spoiled;
    scheduler_.piece_spoiled(block.piece, {});
  }
}

}  // namespace freshet::test
