// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/source_waiter.h"

#include <utility>

#include "player/playback/swarm_relay.h"

namespace freshet::app {

namespace {

class Waiter final : public playback::OpenerEvents {
 public:
  void on_source_kind(const std::string& kind) override {
    const std::scoped_lock lock(mutex_);
    result_.kind = kind;
  }
  void on_torrent(std::shared_ptr<playback::OpenTorrent> torrent) override {
    const std::scoped_lock lock(mutex_);
    torrent_ = std::move(torrent);
  }
  void on_metadata(const streaming::TorrentMetadata& metadata) override {
    const std::scoped_lock lock(mutex_);
    result_.metadata = metadata;
  }
  void on_swarm_changed() override {}
  void on_swarm_error(const Error&) override {}
  void on_swarm_warning(const Error&) override {}
  void on_bytes_ready() override {}
  void on_opened(playback::OpenedSource opened) override {
    const std::scoped_lock lock(mutex_);
    result_.source = std::move(opened);
    done_ = true;
    changed_.notify_all();
  }
  void on_failed(const Error& error) override {
    const std::scoped_lock lock(mutex_);
    error_ = error;
    changed_.notify_all();
  }

  Result<WaitedSource> wait(std::chrono::seconds timeout, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return done_ || error_; };
    if (timeout.count() > 0) {
      changed_.wait_for(lock, stop, timeout, ready);
    } else {
      changed_.wait(lock, stop, ready);
    }
    if (error_) return std::unexpected(*error_);
    if (done_) return std::move(result_);
    if (stop.stop_requested()) return fail(ErrorCategory::Usage, "interrupted", "Interrupted");
    const bool peers = torrent_ && torrent_->torrent->stats().peers > 0;
    return fail(
        ErrorCategory::Network, peers ? "no-data" : "no-peers",
        peers ? "The peers sent nothing in time" : "No peer was found in time",
        "Name a peer with --peer=IP:PORT or wait longer with --network-timeout=SECONDS (0: for ever)");
  }

  void release() {
    // Not with our lock held: the relay holds its own while it calls us.
    const auto torrent = [&] {
      const std::scoped_lock lock(mutex_);
      return torrent_;
    }();
    if (torrent) torrent->relay->set_target(nullptr);
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::shared_ptr<playback::OpenTorrent> torrent_;
  WaitedSource result_;
  bool done_ = false;
  std::optional<Error> error_;
};

}  // namespace

Result<WaitedSource> open_and_wait(playback::OpenRequest request, playback::SessionProvider& sessions,
                                   std::chrono::seconds timeout, std::stop_token stop) {
  Waiter waiter;
  Result<WaitedSource> result = [&] {
    const playback::SourceOpener opener(std::move(request), sessions, waiter);
    return waiter.wait(timeout, stop);
  }();
  waiter.release();
  return result;
}

}  // namespace freshet::app
