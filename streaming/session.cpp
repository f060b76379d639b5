// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/session.h"

#include <utility>

#include "streaming/session_core.h"

namespace freshet::streaming {
namespace {

class TorrentHandle final : public Torrent {
 public:
  TorrentHandle(std::shared_ptr<SessionCore> session, std::shared_ptr<TorrentCore> torrent,
                TorrentObserver& observer)
      : session_(std::move(session)), torrent_(std::move(torrent)), observer_(observer) {}
  ~TorrentHandle() override { session_->detach(*torrent_, observer_); }
  TorrentHandle(const TorrentHandle&) = delete;
  TorrentHandle& operator=(const TorrentHandle&) = delete;

  std::optional<TorrentMetadata> metadata() const override { return torrent_->metadata(); }
  SwarmStats stats() const override { return torrent_->stats(); }
  std::vector<PeerStats> peers() const override { return torrent_->peers(); }
  Result<std::shared_ptr<ByteSource>> open_file(FileIndex index, Urgency urgency) override {
    return torrent_->open_file(index, urgency);
  }
  void when_saved(std::function<void(bool)> done) override {
    session_->post(
        [torrent = torrent_, done = std::move(done)]() mutable { torrent->when_saved(std::move(done)); });
  }

 private:
  std::shared_ptr<SessionCore> session_;
  std::shared_ptr<TorrentCore> torrent_;
  TorrentObserver& observer_;
};

class SwarmSession final : public Session {
 public:
  explicit SwarmSession(std::shared_ptr<SessionCore> core) : core_(std::move(core)) {}
  ~SwarmSession() override { core_->shut_down(); }
  SwarmSession(const SwarmSession&) = delete;
  SwarmSession& operator=(const SwarmSession&) = delete;

  Result<std::shared_ptr<Torrent>> open(const TorrentSpec& spec, TorrentObserver& observer) override {
    return handle(core_->open(spec, observer), observer);
  }
  Result<std::shared_ptr<Torrent>> seed(const TorrentBytes& torrent, const SeedOptions& options,
                                        TorrentObserver& observer) override {
    return handle(core_->seed(torrent, options, observer), observer);
  }
  std::uint16_t listen_port() const override { return core_->listen_port(); }

 private:
  Result<std::shared_ptr<Torrent>> handle(Result<std::shared_ptr<TorrentCore>> torrent,
                                          TorrentObserver& observer) {
    if (!torrent) return std::unexpected(torrent.error());
    return std::make_shared<TorrentHandle>(core_, std::move(*torrent), observer);
  }

  std::shared_ptr<SessionCore> core_;
};

}  // namespace

Result<std::unique_ptr<Session>> start_session(const SessionOptions& options) {
  auto core = SessionCore::start(options);
  if (!core) return std::unexpected(core.error());
  return std::make_unique<SwarmSession>(std::move(*core));
}

}  // namespace freshet::streaming
