// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// From what the user typed to bytes: opens files, servers and swarms, waits for metadata, chooses the file,
// and looks whether it is protected. It waits, so it works on a thread of its own, as one straight story from
// top to bottom.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "drm/container/protection.h"
#include "player/media/layout/file_layout.h"
#include "player/playback/protected_source.h"
#include "player/playback/sidecars.h"
#include "streaming/base/byte_source.h"
#include "streaming/direct_sources.h"
#include "streaming/session.h"
#include "streaming/source.h"

namespace freshet::playback {

class SwarmRelay;

// A torrent that stays open while its files are played one after the other.
struct OpenTorrent {
  std::string source;                 // as typed
  std::shared_ptr<SwarmRelay> relay;  // its observer: declared first, so that it outlives the torrent
  std::shared_ptr<streaming::Torrent> torrent;
};

struct OpenedSource {
  std::shared_ptr<ByteSource> bytes;
  media::PacketUnlockers unlockers;     // of a protected file
  std::string name;                     // "Film.mkv"
  std::optional<FileIndex> file;        // in a torrent
  std::vector<FileIndex> all_files;     // more than one: the entry becomes a playlist
  std::vector<std::string> all_titles;  // of those
  std::vector<SidecarFile> sidecars;
  std::optional<container::ProtectionSummary> protection;  // nullopt: could not be looked at (a pipe)
  std::shared_ptr<OpenTorrent> torrent;                    // null without a swarm
  media::FileLayout layout;                                // of a file in a torrent
  // A second source for the same file, which never hurries; empty where there is none (a server, a pipe).
  std::function<Result<MediaBytes>()> open_again;
};

// Receives what happens. Calls come from the opener's thread and from libtorrent's; each must return at once.
class OpenerEvents {
 public:
  virtual ~OpenerEvents() = default;
  virtual void on_source_kind(const std::string& kind) = 0;
  virtual void on_torrent(std::shared_ptr<OpenTorrent> torrent) = 0;  // joined, nothing known yet
  virtual void on_peer_connected() {}                                 // each time that some are there
  virtual void on_metadata(const streaming::TorrentMetadata& metadata) = 0;
  virtual void on_swarm_changed() = 0;                  // peers, state, verified bytes
  virtual void on_swarm_error(const Error& error) = 0;  // after opening too
  virtual void on_swarm_warning(const Error& error) = 0;
  virtual void on_bytes_ready() = 0;  // a file is chosen, its header is being read
  virtual void on_opened(OpenedSource opened) = 0;
  virtual void on_failed(const Error& error) = 0;
};

// Makes the session when the first torrent needs it.
class SessionProvider {
 public:
  explicit SessionProvider(streaming::SessionOptions options) : options_(std::move(options)) {}
  // Any thread. The error of the first try stays.
  [[nodiscard]] Result<std::shared_ptr<streaming::Session>> get();
  [[nodiscard]] const streaming::SessionOptions& options() const { return options_; }

 private:
  streaming::SessionOptions options_;
  std::mutex mutex_;
  std::optional<Result<std::shared_ptr<streaming::Session>>> session_;
};

struct OpenRequest {
  std::string source;                          // as typed
  std::optional<FileIndex> file{};             // of a torrent: this one
  std::optional<std::string> wanted{};         // --file
  std::shared_ptr<OpenTorrent> torrent{};      // still open from the entry before, if its source is the same
  std::shared_ptr<const drm::KeyRing> keys{};  // that the viewer has; null: none
  bool protected_too = false;                  // a file without its keys is opened as well: to look at it
  bool metadata_only = false;                  // --list: ends with on_metadata and on_opened without bytes
};

class SourceOpener {
 public:
  // Starts at once. `events` and `sessions` outlive the opener.
  SourceOpener(OpenRequest request, SessionProvider& sessions, OpenerEvents& events);
  // Cancels what is running; milliseconds.
  ~SourceOpener();
  SourceOpener(const SourceOpener&) = delete;
  SourceOpener& operator=(const SourceOpener&) = delete;

 private:
  void run(std::stop_token stop);
  Result<OpenedSource> open(std::stop_token stop);
  Result<OpenedSource> open_torrent(const streaming::TorrentSpec& spec, std::stop_token stop);
  Result<OpenedSource> open_local(const std::string& path);
  Result<OpenedSource> open_url(const std::string& url, std::stop_token stop);
  // Looks what protects the file, and has it unlocked; an error when nothing here could.
  Result<void> unlock(OpenedSource& opened);
  // Looks at the beginning, and has header, index and first pictures fetched together.
  Result<media::FileLayout> announce(ByteSource& bytes);
  Result<OpenedSource> choose(const std::shared_ptr<OpenTorrent>& open,
                              const std::vector<FileIndex>& select_only);
  void remember(const std::shared_ptr<ByteSource>& bytes);
  [[nodiscard]] streaming::HttpOptions http_options() const;

  OpenRequest request_;
  SessionProvider& sessions_;
  OpenerEvents& events_;
  std::mutex mutex_;
  std::shared_ptr<ByteSource> reading_;  // guarded by mutex_: what the destructor must cancel
  bool cancelled_ = false;               // guarded by mutex_
  std::jthread thread_;                  // last: it uses all of the above
};

}  // namespace freshet::playback
