// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One torrent in the session, as the network thread sees it: it turns libtorrent's alerts into what observers
// and readers learn, and what readers want into priorities and deadlines.
//
// Threads: the network thread, but for what says otherwise. Observers are called on the network thread.
// Life: owned by SessionCore from start() to leave(); handles and readers keep the object, never libtorrent's
// torrent, alive longer.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "streaming/cache_directory.h"
#include "streaming/deadline_window.h"
#include "streaming/leaves/leaf_exchange.h"
#include "streaming/leaves/leaf_origin.h"
#include "streaming/metadata/metadata_exchange.h"
#include "streaming/peer_watch.h"
#include "streaming/piece_store.h"
#include "streaming/readable_torrent.h"
#include "streaming/scheduler/block_exchange.h"
#include "streaming/session.h"
#include "streaming/torrent_metadata.h"

namespace freshet::streaming {

class SessionCore;

enum class TorrentRole : std::uint8_t { Play, Seed };

class TorrentCore : public std::enable_shared_from_this<TorrentCore> {
 public:
  // `named_peers` are dialled as long as nobody is there. `slot` is the torrent's folder in the cache; a seed
  // has none.
  TorrentCore(SessionCore& session, std::uint64_t id, TorrentRole role,
              std::vector<lt::tcp::endpoint> named_peers, std::optional<CacheSlot> slot);
  TorrentCore(const TorrentCore&) = delete;
  TorrentCore& operator=(const TorrentCore&) = delete;

  // Where the .torrent came from, before start(): TorrentBytes::origin.
  void set_origin(std::string origin) { origin_ = std::move(origin); }
  // Enters the swarm. libtorrent's exceptions pass through.
  void start(lt::session& session, lt::add_torrent_params parameters);
  // Saves, leaves the swarm, gives the folder back. Nothing is called any more afterwards.
  void leave(lt::session& session);

  void add_observer(TorrentObserver& observer);
  // True when none is left.
  bool remove_observer(TorrentObserver& observer);

  // nullptr before the metadata is known.
  [[nodiscard]] const std::shared_ptr<TorrentStore>& store() const { return store_; }
  [[nodiscard]] bool is_observed() const { return !observers_.empty(); }

  [[nodiscard]] const lt::torrent_handle& handle() const { return handle_; }
  [[nodiscard]] const lt::info_hash_t& hashes() const { return hashes_; }

  void on_alert(const lt::alert& alert);
  // Torrent::when_saved().
  void when_saved(std::function<void(bool all)> done);
  // Twice a second: rates, silence, what is saved at intervals.
  void on_tick(std::chrono::steady_clock::time_point now);
  // Readers moved, or wait.
  void on_readers_changed();
  // The window must look again soon; several calls in a row are one.
  void plan_soon();

  // Any thread.
  [[nodiscard]] std::optional<TorrentMetadata> metadata() const;
  [[nodiscard]] SwarmStats stats() const;
  [[nodiscard]] std::vector<PeerStats> peers() const;
  [[nodiscard]] Result<std::shared_ptr<ByteSource>> open_file(FileIndex index, Urgency urgency);

 private:
  enum class Trouble : std::uint8_t { None, Storage, Fatal };

  void on_peers();
  void on_metadata();
  void on_checked();
  void on_piece(int piece);
  void connect_store(const lt::torrent_info& info);
  // What is on disk is not what it was: it is checked, and fetched again where it is gone.
  void on_data_lost(const std::string& what);
  void on_write_trouble(const lt::storage_error& error);
  void on_file_error(const lt::file_error_alert& alert);
  void on_torrent_error(const lt::error_code& code, const std::string& file);
  void on_saved(const lt::add_torrent_params& resume);
  void report_storage(const lt::error_code& code, const std::string& file);
  void report_failed(Error error);
  void recheck();
  void protect_pieces(const std::vector<ReaderDemand>& readers);
  void retry_storage(std::chrono::steady_clock::time_point now);

  // More is wanted after nothing was.
  void search_again();
  void load_pieces();
  void plan_window();
  void apply(const std::vector<WindowStep>& steps);
  // What libtorrent has of pieces that are not whole, and blocks that nobody sends.
  void start_exchange();
  void wish_for_blocks(const std::vector<ReaderDemand>& readers);
  // Leaf hashes: where they may come from, and which are needed next.
  void start_leaves(const lt::torrent_info& info);
  void wish_for_leaves(std::vector<BlockWant> wants);
  [[nodiscard]] std::vector<ReaderDemand> likely_reader() const;
  void learn_pieces();
  void keep_finished_files();
  // libtorrent does not say when the piece hashes of a v2 magnet link have come: looked for when blocks come.
  void look_for_layers();
  void refresh_stats();
  void refresh_peers();
  void refresh_state();
  void save_resume(bool always);
  [[nodiscard]] bool wants_more() const;
  // --- a film larger than the cache: torrent_room.cpp
  [[nodiscard]] bool is_larger_than_room() const;
  // Of the open files, as far as there is room; makes it.
  [[nodiscard]] std::vector<PieceSpan> wanted_pieces(const std::vector<ReaderDemand>& readers);
  void make_room(const std::vector<PieceSpan>& keep, const std::vector<ReaderDemand>& readers);
  // Before it is left: a cache that is too full is emptied by whole torrents.
  void trim();
  void on_restored(int piece);
  void on_cannot_shrink(const lt::storage_error& error);
  // What the next session may believe to be here.
  void without_evicted(lt::add_torrent_params& resume) const;
  template <class Call>
  void tell(Call call) {
    for (auto observers = observers_; auto* observer : observers) {
      // One may have been removed by the call before.
      if (std::ranges::find(observers_, observer) != observers_.end()) call(*observer);
    }
  }
  void warn(Error warning);

  SessionCore& session_;
  const std::uint64_t id_;
  const TorrentRole role_;
  const std::vector<lt::tcp::endpoint> named_peers_;
  std::shared_ptr<CacheSlot> slot_;  // shared with work on its files that outlives the torrent
  std::vector<TorrentObserver*> observers_;
  std::shared_ptr<PeerWatch> peers_;
  std::shared_ptr<BlockExchange> exchange_;  // null: libtorrent's picker, by deadlines
  std::shared_ptr<LeafExchange> leaf_exchange_;
  std::shared_ptr<MetadataExchange> metadata_exchange_;
  std::unique_ptr<LeafOrigin> leaf_origin_;  // null: no web server is known to have leaves
  std::string origin_;
  std::shared_ptr<ReadableTorrent> readable_;
  std::shared_ptr<TorrentStore> store_;  // since the metadata is known
  lt::torrent_handle handle_;
  lt::info_hash_t hashes_;

  std::vector<bool> have_;
  std::int64_t verified_ = 0;
  std::optional<DeadlineWindow> window_;
  std::vector<PieceSpan> open_files_;  // with a ByteSource
  std::vector<PieceSpan> wanted_;      // of these what is wanted now: all, or as much as there is room for
  std::set<int> evicted_;              // libtorrent believes to have them
  bool cannot_shrink_ = false;
  std::vector<PieceSpan> raised_;  // what libtorrent wants when the exchange asks for blocks
  std::set<int> kept_;             // files already handed to keep_file
  bool was_opened_ = false;        // a file, ever
  std::chrono::steady_clock::time_point last_open_;
  bool checked_ = false;
  bool left_ = false;
  Trouble trouble_ = Trouble::None;
  bool ever_had_peers_ = false;
  bool peers_are_due_ = false;
  bool plan_is_due_ = false;
  bool verified_is_due_ = false;
  bool read_failed_ = false;
  bool write_failed_ = false;
  std::chrono::steady_clock::time_point last_look_for_layers_;
  bool needs_layers_ = false;  // the v2 hashes of some pieces may still have to come
  bool recheck_ = false;
  bool state_told_ = false;
  std::int64_t last_payload_ = 0;
  std::chrono::steady_clock::time_point last_payload_time_;
  std::chrono::steady_clock::time_point last_saved_;
  std::chrono::steady_clock::time_point next_retry_;
  std::chrono::steady_clock::time_point last_recheck_;
  std::chrono::steady_clock::time_point next_dial_;

  mutable std::mutex shared_;   // guards what follows
  std::set<FileIndex> opened_;  // files that had a ByteSource, ever
  std::shared_ptr<const TorrentLayout> layout_;
  SwarmStats stats_;
  std::vector<PeerStats> peer_stats_;
};

}  // namespace freshet::streaming
