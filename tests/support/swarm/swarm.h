// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A real swarm on the loopback: seeders and viewers are sessions of our own in this process, found by address
// only (no DHT, no local discovery), so that tests neither need nor touch the network. One thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "streaming/publish.h"
#include "streaming/session.h"
#include "tests/support/process/process.h"
#include "tests/support/swarm/recording_observer.h"
#include "tests/support/swarm/test_files.h"

namespace freshet::test {

// Options without any discovery, listening on `address` at a port that the system chooses.
[[nodiscard]] streaming::SessionOptions loopback_options(const std::filesystem::path& cache,
                                                         const std::string& address = "127.0.0.1");

// Makes a torrent of `path`; throws when that fails.
[[nodiscard]] streaming::PublishedTorrent publish(const std::filesystem::path& path,
                                                  const streaming::PublishOptions& options = {});

class Seeder {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;
    std::optional<Bytes> upload_limit = {};
    streaming::Encryption encryption = streaming::Encryption::Prefer;
    bool utp = false;
    streaming::Verification verification = streaming::Verification::Trusted;
  };

  Seeder(const streaming::PublishedTorrent& torrent, const std::filesystem::path& data,
         const Options& options);
  Seeder(const streaming::PublishedTorrent& torrent, const std::filesystem::path& data)
      : Seeder(torrent, data, Options{}) {}

  // "127.0.0.1:PORT", for SessionOptions::peers and --peer.
  [[nodiscard]] std::string address() const { return address_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] streaming::SwarmStats stats() const { return torrent_->stats(); }
  [[nodiscard]] RecordingObserver& observer() { return observer_; }

 private:
  TemporaryFolder cache_;
  RecordingObserver observer_;
  std::unique_ptr<streaming::Session> session_;
  std::shared_ptr<streaming::Torrent> torrent_;
  std::string address_;
  std::uint16_t port_ = 0;
};

// A session that plays one torrent.
class Viewer {
 public:
  Viewer(const streaming::SessionOptions& options, const streaming::TorrentSpec& spec);

  [[nodiscard]] RecordingObserver& observer() { return observer_; }
  [[nodiscard]] streaming::Torrent& torrent() { return *torrent_; }
  [[nodiscard]] streaming::Session& session() { return *session_; }
  // Waits for the metadata; throws when it does not come or has no such file.
  [[nodiscard]] std::shared_ptr<ByteSource> open(FileIndex file = FileIndex{0});
  void leave_torrent() { torrent_.reset(); }

 private:
  RecordingObserver observer_;
  std::unique_ptr<streaming::Session> session_;
  std::shared_ptr<streaming::Torrent> torrent_;
};

// Reads [offset, offset + size) in pieces as a demuxer does; shorter at the end of the file. Throws on an
// error or a cancel.
[[nodiscard]] std::string read_bytes(ByteSource& source, std::int64_t offset, std::int64_t size,
                                     Generation generation = {});
[[nodiscard]] std::string read_all(ByteSource& source);

[[nodiscard]] inline streaming::TorrentSpec magnet(const streaming::PublishedTorrent& torrent) {
  return streaming::MagnetSource{torrent.magnet, {}};
}
[[nodiscard]] inline streaming::TorrentSpec torrent_file(const streaming::PublishedTorrent& torrent) {
  return streaming::TorrentBytes{torrent.bytes};
}

}  // namespace freshet::test
