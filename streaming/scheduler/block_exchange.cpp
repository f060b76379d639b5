// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/scheduler/block_exchange.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <chrono>
#include <libtorrent/bdecode.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/operations.hpp>
#include <libtorrent/peer_request.hpp>
#include <utility>

namespace freshet::streaming {
namespace {

using Clock = std::chrono::steady_clock;

// BEP 3.
constexpr char message_request = 6;
constexpr char message_cancel = 8;
constexpr std::size_t message_size = 17;

// More blocks than this that nobody asked for are an attack: libtorrent would take them.
constexpr int most_unasked = 8;
// Liars that are remembered.
constexpr std::size_t most_liars = 1000;
// So many behind one address are one, who dials anew; fewer may share it with honest ones.
constexpr int liars_of_an_address = 3;
// libtorrent's limit is 60 s.
constexpr auto longest_silence = std::chrono::seconds(45);
// A queue that a peer says it keeps is believed within these.
constexpr int greatest_queue = 2000;

void put(std::span<char> to, std::int32_t value) {
  const auto bits = static_cast<std::uint32_t>(value);
  for (std::size_t i = 0; i < 4; ++i) to[i] = static_cast<char>((bits >> (24 - 8 * i)) & 0xffu);
}

}  // namespace

// What libtorrent tells of one connection.
class BlockExchange::Connection final : public lt::peer_plugin {
 public:
  Connection(std::weak_ptr<BlockExchange> exchange, PeerId id, lt::peer_connection_handle handle)
      : exchange_(std::move(exchange)), id_(id), handle_(std::move(handle)) {}
  ~Connection() override { leave(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool on_handshake(lt::span<const char>) override {
    with([&](BlockExchange& exchange) { exchange.came(id_, handle_); });
    return true;
  }
  void on_disconnect(const lt::error_code&) override { leave(); }

  bool on_extension_handshake(const lt::bdecode_node& handshake) override {
    const auto limit = handshake.dict_find_int_value("reqq", 0);
    if (limit > 0) {
      const auto bounded = static_cast<int>(std::min<std::int64_t>(limit, greatest_queue));
      with([&](BlockExchange& exchange) { exchange.queue_limit(id_, bounded); });
    }
    return true;
  }

  bool on_choke() override {
    with([&](BlockExchange& exchange) { exchange.choked(id_, true); });
    return false;
  }
  // Hidden from libtorrent, and the allowed pieces too: it would ask for blocks itself.
  bool on_unchoke() override {
    with([&](BlockExchange& exchange) { exchange.choked(id_, false); });
    return true;
  }
  bool on_allowed_fast(lt::piece_index_t piece) override {
    with([&](BlockExchange& exchange) { exchange.allowed_fast(id_, static_cast<int>(piece)); });
    return true;
  }

  bool on_have(lt::piece_index_t) override { return changed(); }
  bool on_dont_have(lt::piece_index_t) override { return changed(); }
  bool on_bitfield(const lt::bitfield&) override { return changed(); }
  bool on_have_all() override { return changed(); }
  bool on_have_none() override { return changed(); }

  bool on_piece(const lt::peer_request& request, lt::span<const char> bytes) override {
    bool taken = false;
    with([&](BlockExchange& exchange) { taken = exchange.arrived(id_, request, bytes); });
    return taken;
  }
  bool on_reject(const lt::peer_request& request) override {
    with([&](BlockExchange& exchange) { exchange.rejected(id_, request); });
    return true;
  }

 private:
  template <class Call>
  void with(Call call) {
    if (const auto exchange = exchange_.lock(); exchange && !exchange->stopped_) call(*exchange);
  }
  bool changed() {
    with([&](BlockExchange& exchange) { exchange.changed(id_); });
    return false;
  }
  void leave() {
    with([&](BlockExchange& exchange) { exchange.went(id_); });
  }

  std::weak_ptr<BlockExchange> exchange_;
  const PeerId id_;
  lt::peer_connection_handle handle_;
};

std::shared_ptr<lt::peer_plugin> BlockExchange::new_connection(const lt::peer_connection_handle& peer) {
  // A web seed speaks HTTP: libtorrent asks it.
  if (peer.type() != lt::connection_type::bittorrent) return nullptr;
  return std::make_shared<Connection>(weak_from_this(), PeerId{next_id_++}, peer);
}

void BlockExchange::start(BlockGeometry geometry, std::vector<bool> verified, std::span<const Block> arrived,
                          std::span<const Block> padding) {
  const bool is_first = !scheduler_;
  if (is_first) {
    scheduler_.emplace(geometry, [this](PeerId id, int piece) {
      const auto found = peers_.find(id);
      return found != peers_.end() && found->second.ready &&
             found->second.handle.has_piece(lt::piece_index_t{piece});
    });
    scheduler_->set_padding(padding);
    if (tracer_) scheduler_->set_watcher(&*tracer_);
  }
  scheduler_->reset(std::move(verified), arrived);
  copies_.clear();
  if (is_first) {
    for (const auto& [id, peer] : peers_) tell(id, peer);
  }
  decide_soon();
}

void BlockExchange::stop() {
  stopped_ = true;
  timer_.cancel();
  scheduler_.reset();
  peers_.clear();
  store_ = nullptr;
  on_arrival_ = {};
}

void BlockExchange::set_wants(std::vector<BlockWant> wants) {
  if (!scheduler_) return;
  scheduler_->set_wants(std::move(wants));
  decide_soon();
}

void BlockExchange::set_rest(std::vector<PieceSpan> spans, int playhead) {
  if (!scheduler_) return;
  scheduler_->set_rest(std::move(spans), playhead);
  decide_soon();
}

// --- peers

void BlockExchange::came(PeerId id, const lt::peer_connection_handle& handle) {
  if (!peers_.emplace(id, Known{handle, false, true, {}, {}, 0, Clock::now(), {}, false}).second) return;
  if (is_liar(handle.remote())) {
    // Not in the middle of its handshake.
    boost::asio::post(network_, [weak = weak_from_this(), id] {
      if (const auto self = weak.lock(); self && !self->stopped_) self->banish(id);
    });
  }
}

void BlockExchange::went(PeerId id) {
  peers_.erase(id);
  if (!scheduler_) return;
  scheduler_->peer_left(id);
  decide_soon();
}

// All that is known of a peer, to a scheduler that did not hear it.
void BlockExchange::tell(PeerId id, const Known& peer) {
  if (!scheduler_ || !peer.ready) return;
  scheduler_->peer_came(id);
  if (!peer.choked) scheduler_->unchoked(id);
  if (peer.queue_limit) scheduler_->set_queue_limit(id, *peer.queue_limit);
  for (const int piece : peer.allowed_fast) scheduler_->allowed_fast(id, piece);
}

void BlockExchange::changed(PeerId id) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  if (!std::exchange(found->second.ready, true)) tell(id, found->second);
  if (!scheduler_) return;
  scheduler_->pieces_changed();
  decide_soon();  // libtorrent notes what it has after this call; the decision comes later
}

void BlockExchange::choked(PeerId id, bool choked) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  found->second.choked = choked;
  if (tracer_) {
    if (choked)
      tracer_->trace().choked(tracer_->track(id));
    else
      tracer_->trace().unchoked(tracer_->track(id));
  }
  // Without a bitfield it has nothing (BEP 3).
  if (!std::exchange(found->second.ready, true)) tell(id, found->second);
  if (!scheduler_) return;
  if (choked)
    scheduler_->choked(id);
  else
    scheduler_->unchoked(id);
  decide_soon();
}

void BlockExchange::allowed_fast(PeerId id, int piece) {
  const auto found = peers_.find(id);
  if (found == peers_.end() || piece < 0) return;
  if (found->second.allowed_fast.size() < BlockScheduler::most_allowed_fast)
    found->second.allowed_fast.insert(piece);
  if (!scheduler_) return;
  scheduler_->allowed_fast(id, piece);
  decide_soon();
}

void BlockExchange::queue_limit(PeerId id, int limit) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  found->second.queue_limit = limit;
  if (scheduler_) scheduler_->set_queue_limit(id, limit);
}

// --- blocks

bool BlockExchange::arrived(PeerId id, const lt::peer_request& request, lt::span<const char> bytes) {
  const auto found = peers_.find(id);
  if (found == peers_.end() || !scheduler_) return false;
  const Block block{static_cast<int>(request.piece), request.start / block_size};
  const auto& geometry = scheduler_->ledger().geometry();
  if (found->second.awake == block) {
    found->second.awake.reset();
    return true;
  }
  const bool whole =
      geometry.contains(block) && request.start % block_size == 0 && request.length == geometry.length(block);
  BlockArrival arrival;
  if (whole)
    arrival = scheduler_->arrived(id, block, Clock::now());
  else
    scheduler_->arrived_stray(id, Bytes{request.length});
  if (!arrival.asked && ++found->second.unasked > most_unasked) {
    boost::asio::post(network_, [weak = weak_from_this(), id] {
      if (const auto self = weak.lock(); self && !self->stopped_) self->banish(id);
    });
    return false;
  }
  for (const auto& cancel : arrival.cancels) send(message_cancel, cancel);
  const std::span<const char> content(bytes.data(), static_cast<std::size_t>(bytes.size()));
  const bool evicted = store_ != nullptr && store_->is_evicted(block.piece);
  if (arrival.wanted) {
    if (const auto copies = copies_.find(block); store_ != nullptr && store_->is_held(block.piece)) {
      if (store_->replace_block(block.piece, request.start, content) && copies != copies_.end())
        copies->second.push_back(id);
    } else if (evicted) {
      static_cast<void>(store_->put_evicted(block.piece, request.start, content));
    }
  }
  has_arrived_ = true;
  decide_soon();
  return evicted;
}

void BlockExchange::rejected(PeerId id, const lt::peer_request& request) {
  if (!scheduler_) return;
  const Block block{static_cast<int>(request.piece), request.start / block_size};
  if (!scheduler_->ledger().geometry().contains(block)) return;
  if (const auto found = peers_.find(id); found != peers_.end() && found->second.awake == block)
    found->second.awake.reset();
  if (scheduler_->rejected(id, block, Clock::now())) decide_soon();
}

void BlockExchange::on_piece_pass(lt::piece_index_t piece) {
  if (!scheduler_) return;
  scheduler_->piece_verified(static_cast<int>(piece));
  decide_soon();
}

void BlockExchange::piece_restored(int piece) {
  on_piece_pass(lt::piece_index_t{piece});
}

void BlockExchange::pieces_forgotten(std::span<const int> pieces) {
  if (!scheduler_) return;
  for (const int piece : pieces) scheduler_->piece_forgotten(piece);
  decide_soon();
}

void BlockExchange::on_piece_failed(lt::piece_index_t piece) {
  if (!scheduler_) return;
  scheduler_->piece_spoiled(static_cast<int>(piece), {});
  decide_soon();
}

void BlockExchange::on_bad_piece(int piece, const std::vector<int>& blocks) {
  if (!scheduler_) return;
  for (const int index : blocks) {
    const Block block{piece, index};
    const auto sender = scheduler_->sender_of(block);
    if (auto& copies = copies_[block]; copies.empty()) copies.push_back(sender.value_or(PeerId{0}));
  }
  scheduler_->piece_spoiled(piece, blocks);
  decide_soon();
}

void BlockExchange::on_block_verdicts(int piece, const std::vector<BlockVerdict>& verdicts) {
  std::set<PeerId> liars;
  for (const auto& verdict : verdicts) {
    const auto copies = copies_.find({piece, verdict.block});
    if (copies == copies_.end()) continue;
    for (std::size_t i = 0; i < verdict.good.size() && i < copies->second.size(); ++i) {
      if (!verdict.good[i]) liars.insert(copies->second[i]);
    }
  }
  copies_.erase(copies_.lower_bound({piece, 0}), copies_.lower_bound({piece + 1, 0}));
  for (const auto id : liars) banish(id);
}

std::map<lt::peer_connection_handle, PeerFigures> BlockExchange::figures() const {
  std::map<lt::peer_connection_handle, PeerFigures> result;
  if (!scheduler_) return result;
  for (const auto& figures : scheduler_->figures()) {
    if (const auto known = peers_.find(figures.peer); known != peers_.end())
      result.emplace(known->second.handle, figures);
  }
  return result;
}

void BlockExchange::name_in_trace(PeerId id, const std::string& name) {
  const auto found = peers_.find(id);
  if (!tracer_ || found == peers_.end() || std::exchange(found->second.named, true)) return;
  tracer_->trace().name_peer(tracer_->track(id), name);
}

void BlockExchange::banish(PeerId id) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  auto handle = found->second.handle;
  if (liars_.size() < most_liars) liars_.insert(handle.remote());
  handle.disconnect(lt::errors::invalid_piece, lt::operation_t::bittorrent,
                    lt::peer_connection_interface::peer_error);
}

bool BlockExchange::is_liar(const lt::tcp::endpoint& peer) const {
  if (liars_.contains(peer)) return true;
  return std::ranges::count(liars_, peer.address(), [](const auto& liar) { return liar.address(); }) >=
         liars_of_an_address;
}

void BlockExchange::on_tick(Clock::time_point now) {
  if (!scheduler_ || stopped_) return;
  const auto& ledger = scheduler_->ledger();
  for (auto& [id, peer] : peers_) {
    if (peer.choked || !peer.ready || now - peer.last_asked < longest_silence) continue;
    for (int piece = 0; piece < ledger.geometry().pieces(); ++piece) {
      if (!ledger.is_verified(piece) || !peer.handle.has_piece(lt::piece_index_t{piece})) continue;
      peer.awake = Block{piece, 0};
      send(message_request, {id, *peer.awake});
      break;
    }
    peer.last_asked = now;  // there may be no such piece
  }
}

// --- decisions

void BlockExchange::decide_soon() {
  if (stopped_ || std::exchange(kicked_, true)) return;
  boost::asio::post(network_, [weak = weak_from_this()] {
    if (const auto self = weak.lock(); self && !self->stopped_) self->decide();
  });
}

void BlockExchange::decide() {
  kicked_ = false;
  if (!scheduler_) return;
  if (std::exchange(has_arrived_, false) && on_arrival_) on_arrival_();
  const auto decision = scheduler_->decide(Clock::now());
  for (const auto& cancel : decision.cancels) send(message_cancel, cancel);
  for (const auto& request : decision.requests) send(message_request, request);
  for (const auto liar : decision.liars) banish(liar);
  if (!decision.next || stopped_) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(*decision.next);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (error) return;
    if (const auto self = weak.lock(); self && !self->stopped_) self->decide();
  });
}

void BlockExchange::send(char message, const BlockRequest& request) {
  const auto found = peers_.find(request.peer);
  if (found == peers_.end() || !scheduler_) return;
  auto& handle = found->second.handle;
  if (handle.native_handle() == nullptr || handle.is_disconnecting()) return;
  if (message == message_request) found->second.last_asked = Clock::now();
  std::array<char, message_size> bytes{};
  const std::span all(bytes);
  put(all.subspan(0), static_cast<std::int32_t>(message_size - 4));
  bytes[4] = message;
  put(all.subspan(5), request.block.piece);
  put(all.subspan(9), request.block.index * block_size);
  put(all.subspan(13), scheduler_->ledger().geometry().length(request.block));
  handle.send_buffer(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace freshet::streaming
