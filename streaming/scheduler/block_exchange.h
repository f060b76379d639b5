// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Lets our block scheduler ask a torrent's peers, over libtorrent's connections. libtorrent goes on to do
// what it is good at: dialling, DHT, peer exchange, encryption, uTP, seeding, choking others.
//
// How: a plug-in (libtorrent's public interface for extensions) hides from libtorrent that a peer has
// unchoked us, so its own picker asks for nothing, while pieces stay wanted and the connection stays
// interested. Requests and cancels (BEP 3) are written to the connection by us. The blocks that come are
// taken by libtorrent as if it had asked for them: it writes, hashes, announces and shares them. That
// libtorrent does so is not documented; see picker_check.h.
//
// Threads: the network thread.
// Life: shared by libtorrent's torrent and TorrentCore, which calls stop() when it leaves.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/socket.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "streaming/piece_store.h"
#include "streaming/scheduler/block_scheduler.h"
#include "streaming/scheduler/block_tracer.h"

namespace freshet::streaming {

class BlockExchange final : public lt::torrent_plugin,
                            public PieceRepairer,
                            public std::enable_shared_from_this<BlockExchange> {
 public:
  // `tracer`: for --trace.
  BlockExchange(boost::asio::io_context& network, std::optional<BlockTracer> tracer)
      : network_(network), timer_(network), tracer_(std::move(tracer)) {}

  // The torrent's layout is known. `verified` are the pieces that are here, `arrived` single blocks besides,
  // `padding` blocks that hold nothing (BEP 47). A second call says anew what is here; requests that are
  // under way stay.
  void start(BlockGeometry geometry, std::vector<bool> verified, std::span<const Block> arrived,
             std::span<const Block> padding);
  [[nodiscard]] bool is_started() const { return scheduler_.has_value(); }
  // Who repairs pieces that fail; it outlives this or is taken away with nullptr.
  void set_store(TorrentStore* store) { store_ = store; }
  void stop();
  // `arrived` is called soon after blocks have come, once for several.
  void set_on_arrival(std::function<void()> arrived) { on_arrival_ = std::move(arrived); }

  // See BlockScheduler.
  void set_wants(std::vector<BlockWant> wants);
  void set_rest(std::vector<PieceSpan> spans, int playhead);
  // A piece that libtorrent does not report is here, or is given up.
  void piece_restored(int piece);
  void pieces_forgotten(std::span<const int> pieces);

  // Now and then. A peer that lets us ask and is not asked, since all that is wanted is here, hangs up after
  // a minute (libtorrent's seeds): it is asked for a block again before.
  void on_tick(std::chrono::steady_clock::time_point now);

  [[nodiscard]] Bytes capacity() const { return scheduler_ ? scheduler_->capacity() : Bytes{}; }
  // Since the first start; nothing before it.
  [[nodiscard]] BlockCounts blocks() const { return scheduler_ ? scheduler_->blocks() : BlockCounts{}; }
  [[nodiscard]] PieceCounts pieces() const { return scheduler_ ? scheduler_->pieces() : PieceCounts{}; }
  [[nodiscard]] std::map<lt::peer_connection_handle, PeerFigures> figures() const;
  // What a peer is called in the trace; the first time counts.
  void name_in_trace(PeerId peer, const std::string& name);

  // PieceRepairer
  void on_bad_piece(int piece, const std::vector<int>& blocks) override;
  void on_block_verdicts(int piece, const std::vector<BlockVerdict>& verdicts) override;

  // lt::torrent_plugin
  std::shared_ptr<lt::peer_plugin> new_connection(const lt::peer_connection_handle& peer) override;
  void on_piece_pass(lt::piece_index_t piece) override;
  void on_piece_failed(lt::piece_index_t piece) override;

 private:
  class Connection;
  struct Known {
    lt::peer_connection_handle handle;
    bool ready = false;  // it has said what it has
    bool choked = true;
    std::set<int> allowed_fast;
    std::optional<int> queue_limit;
    int unasked = 0;  // blocks that nobody had asked it for
    std::chrono::steady_clock::time_point last_asked{};
    std::optional<Block> awake = {};  // asked for only to be heard of
    bool named = false;
  };

  void came(PeerId id, const lt::peer_connection_handle& handle);
  void went(PeerId id);
  void changed(PeerId id);  // what it has
  void choked(PeerId id, bool choked);
  void allowed_fast(PeerId id, int piece);
  void queue_limit(PeerId id, int limit);
  // True when libtorrent must not see it.
  bool arrived(PeerId id, const lt::peer_request& request, lt::span<const char> bytes);
  void rejected(PeerId id, const lt::peer_request& request);
  void tell(PeerId id, const Known& peer);

  // A decision soon, one for all that happens meanwhile.
  void decide_soon();
  void decide();
  void send(char message, const BlockRequest& request);
  void banish(PeerId id);
  [[nodiscard]] bool is_liar(const lt::tcp::endpoint& peer) const;

  boost::asio::io_context& network_;
  boost::asio::steady_timer timer_;
  std::optional<BlockTracer> tracer_;
  std::map<PeerId, Known> peers_;
  std::uint32_t next_id_ = 1;
  std::optional<BlockScheduler> scheduler_;
  TorrentStore* store_ = nullptr;
  std::map<Block, std::vector<PeerId>> copies_;  // of pieces that are being repaired: who sent each copy
  std::set<lt::tcp::endpoint> liars_;
  std::function<void()> on_arrival_;
  bool has_arrived_ = false;
  bool kicked_ = false;
  bool stopped_ = false;
};

}  // namespace freshet::streaming
