// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/metadata/metadata_exchange.h"

#include <boost/asio/post.hpp>
#include <libtorrent/bdecode.hpp>
#include <libtorrent/entry.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/operations.hpp>
#include <string>
#include <utility>

#include "streaming/peer_message.h"

namespace freshet::streaming {
namespace {

// The number that we give the extension; libtorrent's own end below 40, leaves have that.
constexpr int our_number = 41;
// How often one peer is sent all of it. More is refused: it has a disk.
constexpr int most_rounds = 4;

}  // namespace

class MetadataExchange::Connection final : public lt::peer_plugin {
 public:
  Connection(std::weak_ptr<MetadataExchange> exchange, Id id, lt::peer_connection_handle handle)
      : exchange_(std::move(exchange)), id_(id), handle_(std::move(handle)) {}
  ~Connection() override { leave(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void add_handshake(lt::entry& handshake) override {
    handshake["m"][metadata_extension] = our_number;
    with([&](MetadataExchange& exchange) {
      if (!exchange.metadata_.empty())
        handshake["metadata_size"] = static_cast<lt::entry::integer_type>(exchange.metadata_.size());
    });
  }
  bool on_extension_handshake(const lt::bdecode_node& handshake) override {
    const auto messages = handshake.dict_find_dict("m");
    const auto number = messages ? messages.dict_find_int_value(metadata_extension, 0) : 0;
    if (number > 0 && number < 256) {
      with([&](MetadataExchange& exchange) {
        exchange.came(id_, handle_, static_cast<int>(number),
                      handshake.dict_find_int_value("metadata_size", 0));
      });
    }
    return true;
  }
  bool on_extended(int length, int message, lt::span<const char> body) override {
    if (message != our_number) return false;
    if (body.size() < length) return true;  // the rest is to come
    const auto decoded = decode_metadata_message({body.data(), static_cast<std::size_t>(body.size())});
    with([&](MetadataExchange& exchange) {
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
    with([&](MetadataExchange& exchange) { exchange.went(id_); });
  }

  std::weak_ptr<MetadataExchange> exchange_;
  const Id id_;
  lt::peer_connection_handle handle_;
};

std::shared_ptr<lt::peer_plugin> MetadataExchange::new_connection(const lt::peer_connection_handle& peer) {
  if (stopped_ || peer.type() != lt::connection_type::bittorrent) return nullptr;
  return std::make_shared<Connection>(weak_from_this(), Id{next_id_++}, peer);
}

void MetadataExchange::fetch(std::function<bool(std::span<const char>)> found) {
  found_ = std::move(found);
  decide();
}

void MetadataExchange::serve(std::span<const char> metadata) {
  metadata_.assign(metadata.begin(), metadata.end());
  found_ = {};
  timer_.cancel();
}

void MetadataExchange::stop() {
  stopped_ = true;
  found_ = {};
  timer_.cancel();
  peers_.clear();
}

void MetadataExchange::came(Id id, const lt::peer_connection_handle& handle, int message, std::int64_t size) {
  peers_.try_emplace(id, Peer{handle, message});
  if (!is_metadata_size(size)) return;
  fetch_.peer_came(id, static_cast<int>(size));
  decide();
}

void MetadataExchange::went(Id id) {
  if (peers_.erase(id) == 0) return;
  fetch_.peer_went(id);
  decide();
}

void MetadataExchange::received(Id id, const MetadataMessage& message) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  if (const auto* question = std::get_if<AskMetadata>(&message))
    return answer(found->second, question->piece);
  if (const auto* none = std::get_if<NoMetadata>(&message)) fetch_.refused(id, none->piece);
  if (const auto* here = std::get_if<HereIsMetadata>(&message)) {
    if (auto whole = fetch_.arrived(id, *here); whole && found_) return take(std::move(*whole));
  }
  decide();
}

void MetadataExchange::answer(Peer& peer, int piece) {
  const auto size = static_cast<int>(metadata_.size());
  if (piece >= metadata_pieces(size) || peer.answered >= most_rounds * metadata_pieces(size))
    return send(peer, NoMetadata{piece});
  ++peer.answered;
  const std::span all(metadata_);
  send(peer, HereIsMetadata{piece, size,
                            all.subspan(static_cast<std::size_t>(piece) * metadata_piece_size,
                                        static_cast<std::size_t>(metadata_piece_length(size, piece)))});
}

void MetadataExchange::take(MetadataFetch::Whole whole) {
  // Not in the middle of a message: the torrent is made anew by it.
  boost::asio::post(network_, [weak = weak_from_this(), whole = std::move(whole)] {
    const auto self = weak.lock();
    if (!self || !self->found_ || self->found_(whole.bytes)) return;
    if (whole.from)
      self->hang_up(*whole.from);
    else
      self->fetch_.was_wrong();
    self->decide();
  });
}

void MetadataExchange::decide() {
  if (!found_ || stopped_) return;
  for (const auto& question : fetch_.decide(MetadataFetch::Clock::now())) {
    if (const auto peer = peers_.find(question.peer); peer != peers_.end())
      send(peer->second, AskMetadata{question.piece});
  }
  const auto next = fetch_.next();
  if (!next) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(*next);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (error) return;
    if (const auto self = weak.lock()) self->decide();
  });
}

void MetadataExchange::send(const Peer& peer, const MetadataMessage& message) {
  send_extended(peer.handle, peer.message, encode(message));
}

void MetadataExchange::hang_up(Id id) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  disconnect_later(network_, found->second.handle);
  went(id);
}

}  // namespace freshet::streaming
