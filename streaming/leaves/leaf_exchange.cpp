// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/leaves/leaf_exchange.h"

#include <algorithm>
#include <libtorrent/bdecode.hpp>
#include <libtorrent/entry.hpp>
#include <libtorrent/error_code.hpp>
#include <string>
#include <utility>

#include "streaming/peer_message.h"

namespace freshet::streaming {
namespace {

using namespace std::chrono_literals;

// The number that we give the extension; libtorrent's own end below it.
constexpr int our_number = 40;

// Pieces that are looked at ahead of the readers.
constexpr std::size_t most_needs = 64;
// Asked of one peer at a time.
constexpr std::size_t most_outstanding = 64;
// Then somebody else is asked; a late answer is welcome all the same.
constexpr auto patience = 1s;
// Questions of one peer that are being answered; more are told that there is nothing.
constexpr int most_answering = 2 * most_asked;
// Pieces hashed for peers between two ticks (half a second): 1 MiB each, a tenth of a core.
constexpr int hashed_a_tick = 16;
// Of an answer that came before the metadata's hashes.
constexpr std::size_t most_too_early = 64;

}  // namespace

class LeafExchange::Connection final : public lt::peer_plugin {
 public:
  Connection(std::weak_ptr<LeafExchange> exchange, Id id, lt::peer_connection_handle handle)
      : exchange_(std::move(exchange)), id_(id), handle_(std::move(handle)) {}
  ~Connection() override { leave(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void add_handshake(lt::entry& handshake) override { handshake["m"][leaf_extension] = our_number; }
  bool on_extension_handshake(const lt::bdecode_node& handshake) override {
    const auto messages = handshake.dict_find_dict("m");
    const auto number = messages ? messages.dict_find_int_value(leaf_extension, 0) : 0;
    if (number > 0 && number < 256) {
      with([&](LeafExchange& exchange) { exchange.came(id_, handle_, static_cast<int>(number)); });
    }
    return true;
  }
  bool on_extended(int length, int message, lt::span<const char> body) override {
    if (message != our_number) return false;
    if (body.size() < length) return true;  // the rest is to come
    const auto decoded = decode_leaf_message({body.data(), static_cast<std::size_t>(body.size())});
    with([&](LeafExchange& exchange) {
      if (decoded)
        exchange.received(id_, *decoded);
      else
        exchange.hang_up(id_);
    });
    return true;
  }
  void on_disconnect(const lt::error_code&) override { leave(); }

 private:
  template <class Call>
  void with(Call call) {
    if (const auto exchange = exchange_.lock(); exchange && !exchange->stopped_) call(*exchange);
  }
  void leave() {
    with([&](LeafExchange& exchange) { exchange.went(id_); });
  }

  std::weak_ptr<LeafExchange> exchange_;
  const Id id_;
  lt::peer_connection_handle handle_;
};

std::shared_ptr<lt::peer_plugin> LeafExchange::new_connection(const lt::peer_connection_handle& peer) {
  if (stopped_ || peer.type() != lt::connection_type::bittorrent) return nullptr;
  return std::make_shared<Connection>(weak_from_this(), next_id_++, peer);
}

void LeafExchange::start(TorrentStore& store, std::function<bool(int)> is_here, std::function<void()> came) {
  store_ = &store;
  is_here_ = std::move(is_here);
  on_leaves_ = std::move(came);
  hashing_left_ = hashed_a_tick;
  ask();
}

void LeafExchange::stop() {
  stopped_ = true;
  store_ = nullptr;
  is_here_ = nullptr;
  on_leaves_ = nullptr;
  peers_.clear();
}

void LeafExchange::set_needs(const std::vector<PieceSpan>& spans) {
  needs_.clear();
  for (const auto& span : spans) {
    for (int piece = span.first; piece <= span.last && needs_.size() < most_needs; ++piece) {
      if (std::ranges::find(needs_, piece) == needs_.end()) needs_.push_back(piece);
    }
  }
  ask();
}

void LeafExchange::on_tick(Clock::time_point now) {
  if (store_ == nullptr) return;
  hashing_left_ = hashed_a_tick;
  for (auto& [piece, leaves] : std::exchange(too_early_, {})) take(0, piece, leaves);
  bool late = false;
  for (auto it = asked_.begin(); it != asked_.end();) {
    if (now - it->second.since < patience) {
      ++it;
      continue;
    }
    // It keeps the question in its own list: a peer that is silent is asked for no more than that.
    if (const auto peer = peers_.find(it->second.peer); peer != peers_.end())
      peer->second.without.insert(it->first);
    it = asked_.erase(it);
    late = true;
  }
  if (late) ask();
}

void LeafExchange::came(Id id, const lt::peer_connection_handle& handle, int message) {
  peers_.try_emplace(id, Peer{handle, message, {}, {}, 0});
  ask();
}

void LeafExchange::went(Id id) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  for (const int piece : found->second.asked) {
    if (const auto asked = asked_.find(piece); asked != asked_.end() && asked->second.peer == id)
      asked_.erase(asked);
  }
  peers_.erase(found);
}

void LeafExchange::received(Id id, const LeafMessage& message) {
  if (store_ == nullptr) return;
  if (const auto* question = std::get_if<AskLeaves>(&message)) return answer(id, *question);
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  if (const auto* none = std::get_if<NoLeaves>(&message)) {
    if (found->second.asked.erase(none->piece) == 0) return;
    found->second.without.insert(none->piece);
    asked_.erase(none->piece);
  } else {
    const auto& here = std::get<HereAreLeaves>(message);
    if (found->second.asked.erase(here.piece) == 0) return hang_up(id);  // nobody asked for it
    asked_.erase(here.piece);
    take(id, here.piece, here.leaves);
  }
  ask();
}

void LeafExchange::take(Id id, int piece, const Leaves& leaves) {
  switch (store_->add_leaves(piece, leaves)) {
    case HashVerdict::Match: return on_leaves_();
    case HashVerdict::Mismatch: return hang_up(id);
    case HashVerdict::Unknown:
      if (too_early_.size() < most_too_early) too_early_.emplace(piece, leaves);
      return;
  }
}

void LeafExchange::answer(Id id, const AskLeaves& question) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  for (int piece = question.first; piece < question.first + question.pieces; ++piece) {
    if (found->second.answering >= most_answering || store_->leaf_count(piece) == 0 ||
        store_->leaf_count(piece) > most_leaves) {
      send(found->second, NoLeaves{piece});
      continue;
    }
    const bool may_hash = !store_->knows_leaves(piece) && hashing_left_ > 0 && is_here_(piece);
    if (may_hash) --hashing_left_;
    ++found->second.answering;
    store_->leaves_of(piece, may_hash, [weak = weak_from_this(), id, piece](const KnownLeaves& leaves) {
      const auto self = weak.lock();
      if (!self || self->stopped_) return;
      const auto peer = self->peers_.find(id);
      if (peer == self->peers_.end()) return;
      --peer->second.answering;
      if (leaves)
        self->send(peer->second, HereAreLeaves{piece, *leaves});
      else
        self->send(peer->second, NoLeaves{piece});
    });
  }
}

std::map<LeafExchange::Id, LeafExchange::Peer>::iterator LeafExchange::whom_to_ask(int piece) {
  // Who has the piece can make them; others may know them.
  const auto rank = [&](const Peer& peer) {
    return std::pair{!peer.handle.has_piece(lt::piece_index_t{piece}), peer.asked.size()};
  };
  auto best = peers_.end();
  for (auto it = peers_.begin(); it != peers_.end(); ++it) {
    const auto& peer = it->second;
    if (peer.asked.size() >= most_outstanding || peer.asked.contains(piece) || peer.without.contains(piece))
      continue;
    if (best == peers_.end() || rank(peer) < rank(best->second)) best = it;
  }
  return best;
}

bool LeafExchange::is_missing(int piece) const {
  const auto count = store_->leaf_count(piece);
  return count > 0 && count <= most_leaves && !is_here_(piece) && !store_->knows_leaves(piece);
}

std::vector<int> LeafExchange::missing() const {
  std::vector<int> pieces;
  if (store_ == nullptr) return pieces;
  std::ranges::copy_if(needs_, std::back_inserter(pieces), [&](int piece) { return is_missing(piece); });
  return pieces;
}

void LeafExchange::ask() {
  if (store_ == nullptr || peers_.empty()) return;
  std::map<Id, std::vector<int>> questions;
  const auto now = Clock::now();
  for (const int piece : needs_) {
    if (asked_.contains(piece) || too_early_.contains(piece) || !is_missing(piece)) continue;
    const auto peer = whom_to_ask(piece);
    if (peer == peers_.end()) continue;
    peer->second.asked.insert(piece);
    asked_[piece] = {peer->first, now};
    questions[peer->first].push_back(piece);
  }
  for (auto& [id, pieces] : questions) {
    std::ranges::sort(pieces);
    for (std::size_t i = 0; i < pieces.size();) {
      std::size_t end = i + 1;
      while (end < pieces.size() && pieces[end] == pieces[end - 1] + 1 && end - i < most_asked) ++end;
      send(peers_.at(id), AskLeaves{pieces[i], static_cast<int>(end - i)});
      i = end;
    }
  }
}

void LeafExchange::send(const Peer& peer, const LeafMessage& message) {
  send_extended(peer.handle, peer.message, encode(message));
}

void LeafExchange::hang_up(Id id) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  disconnect_later(network_, found->second.handle);
  went(id);
}

}  // namespace freshet::streaming
