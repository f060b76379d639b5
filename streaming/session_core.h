// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What stands behind Session: libtorrent's session on an io_context that one thread of ours runs, the cache,
// and the torrents. Public functions may be called from any thread; everything else lives on the network
// thread.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <functional>
#include <future>
#include <libtorrent/session.hpp>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "streaming/background_worker.h"
#include "streaming/cache_directory.h"
#include "streaming/piece_cache.h"
#include "streaming/piece_store.h"
#include "streaming/session.h"
#include "streaming/torrent_core.h"

namespace freshet::streaming {

class SessionCore : public std::enable_shared_from_this<SessionCore> {
 public:
  [[nodiscard]] static Result<std::shared_ptr<SessionCore>> start(const SessionOptions& options);
  ~SessionCore();
  SessionCore(const SessionCore&) = delete;
  SessionCore& operator=(const SessionCore&) = delete;

  Result<std::shared_ptr<TorrentCore>> open(const TorrentSpec& spec, TorrentObserver& observer);
  Result<std::shared_ptr<TorrentCore>> seed(const TorrentBytes& torrent, const SeedOptions& options,
                                            TorrentObserver& observer);
  // The observer is not called any more when this returns.
  void detach(TorrentCore& torrent, TorrentObserver& observer);
  // Leaves all torrents and ends the thread; how long that takes is bounded by the settings. Later calls do
  // nothing.
  void shut_down();
  [[nodiscard]] std::uint16_t listen_port();

  // Runs `task` on the network thread: at once when called there.
  void post(std::function<void()> task);
  // The same, and waits for it.
  void run(const std::function<void()>& task);

  [[nodiscard]] const SessionOptions& options() const { return options_; }
  [[nodiscard]] bool uses_dht() const { return options_.dht && !options_.proxy; }
  [[nodiscard]] const std::shared_ptr<PieceCache>& pieces() const { return pieces_; }
  [[nodiscard]] PieceStore& store() { return store_; }
  // Outlives all threads of the store.
  [[nodiscard]] BackgroundWorker& worker() { return worker_; }
  // On the network thread: `task` after `delay`, unless the session ends before.
  void after(std::chrono::milliseconds delay, std::function<void()> task);
  [[nodiscard]] Picker picker() const { return picker_; }
  [[nodiscard]] boost::asio::io_context& network() { return network_; }
  // Hands out alerts that are queued.
  void pump_alerts();
  // That all torrents on disk may take together.
  [[nodiscard]] Bytes disk_room() const { return cache_.limit(); }
  // The cache grew: make room, on the worker's thread.
  void make_room();

 private:
  SessionCore(const SessionOptions& options, CacheDirectory cache, std::vector<lt::tcp::endpoint> peers);
  Result<void> launch(lt::settings_pack settings);
  Result<std::shared_ptr<TorrentCore>> add(const std::shared_ptr<TorrentCore>& torrent,
                                           lt::add_torrent_params parameters, TorrentObserver& observer);
  [[nodiscard]] std::shared_ptr<TorrentCore> find(const lt::info_hash_t& hashes) const;
  void drop_what_goes_around_proxy(lt::add_torrent_params& parameters) const;
  void add_plugins(lt::add_torrent_params& parameters) const;
  void schedule_tick();
  // For a while from now on peers are dialled by TCP alone.
  void dial_by_tcp_first();
  // Later, when the film runs: whether the picker that is used is the right one, for the next time.
  void schedule_picker_check();
  void leave_pending();
  void say_goodbye(std::string& state, std::optional<lt::session_proxy>& farewell);

  const SessionOptions options_;
  const Picker picker_;
  const std::vector<lt::tcp::endpoint> peers_;
  const std::shared_ptr<PieceCache> pieces_;
  std::mutex cache_mutex_;
  CacheDirectory cache_;
  BackgroundWorker worker_;
  PieceStore store_;

  boost::asio::io_context network_{1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> busy_;
  boost::asio::steady_timer tick_{network_};
  bool ticking_ = false;
  std::list<boost::asio::steady_timer> timers_;  // of after()
  std::unique_ptr<lt::session> session_;
  std::map<lt::torrent_handle, std::shared_ptr<TorrentCore>> torrents_;
  std::vector<std::shared_ptr<TorrentCore>> leaving_;
  bool pumping_ = false;
  int tcp_first_ = 0;  // how often dial_by_tcp_first() was called
  std::uint64_t next_id_ = 1;
  std::vector<std::string> listen_failures_;

  std::mutex opening_;  // one open() at a time, so that a torrent is not opened twice
  mutable std::mutex life_;
  bool stopped_ = false;
  std::jthread thread_;
};

// Fields that both roles need; not the storage. Errors: Source "bad-magnet", "bad-torrent",
// "torrent-too-large".
[[nodiscard]] Result<lt::add_torrent_params> parameters_of(const TorrentSpec& spec);

}  // namespace freshet::streaming
