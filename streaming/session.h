// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The swarm side as the player sees it: a Session (one per process) that opens torrents, and a Torrent
// whose files are ByteSources. libtorrent stands behind it and appears in no public header.
//
// Threads: every function may be called from any thread and returns at once unless it says "blocks".
// Observers are called on the session's network thread: they must return at once and may call back.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "streaming/base/byte_source.h"
#include "streaming/base/error.h"
#include "streaming/base/units.h"
#include "streaming/file_choice.h"
#include "streaming/source.h"
#include "streaming/stats.h"

namespace freshet::streaming {

class Trace;

enum class Encryption : std::uint8_t { Prefer, Require, Off };

// Who decides which peer sends which block.
enum class Picker : std::uint8_t {
  Blocks,     // our block scheduler (scheduler/block_exchange.h)
  Deadlines,  // libtorrent, by the deadlines of our window: the fallback
};

// What is fetched of an open file.
enum class Download : std::uint8_t {
  All,     // the rest follows when all that is needed soon is under way
  Window,  // only what its readers need next
};

struct SessionOptions {
  std::vector<std::string> peers;  // "IP:PORT", connected to at once, every torrent
  std::optional<std::string>
      listen;  // "ADDR:PORT", PORT or "[v6]:PORT"; nullopt: all interfaces, 6881 or any
  bool dht = true;
  bool lsd = true;   // local service discovery, BEP 14
  bool pex = true;   // peer exchange, BEP 11
  bool upnp = true;  // and NAT-PMP
  bool utp = true;   // BEP 29
  std::optional<std::string>
      proxy;  // "socks5://[user:pass@]host:port" or "http://…"; then nothing goes around it
  std::optional<Bytes> download_limit;  // a second
  std::optional<Bytes> upload_limit;    // a second
  Encryption encryption = Encryption::Prefer;
  std::filesystem::path cache_dir;                // torrent data, resume data, DHT state, metadata
  std::optional<std::filesystem::path> keep_dir;  // finished files are kept here under their own names
  std::optional<Bytes> cache_size;  // of disk; nullopt: the smaller of 10 GiB and 10 % of what is free
  std::optional<Picker>
      picker;  // nullopt: Blocks where this libtorrent is known to allow it (scheduler/picker_check.h)
  std::shared_ptr<Trace> trace;   // is told what becomes of each block (trace.h); may be null
  Bytes memory_cache = mib(150);  // verified pieces kept in RAM
  Download download = Download::All;
};

// What the viewer waits for, in the order it happens.
enum class TorrentState : std::uint8_t {
  FindingPeers,      // no peer yet
  FetchingMetadata,  // peers, but no file list
  Checking,          // data on disk is checked after a crash
  Downloading,
  Complete,  // every wanted byte is here
  Stalled,   // wanted bytes are missing and no peer has been there for them
  Failed,
};

struct SwarmStats {
  TorrentState state = TorrentState::FindingPeers;
  int peers = 0;
  int seeds = 0;
  Bytes down_rate;  // payload a second
  Bytes up_rate;
  Bytes capacity;    // a second: what the peers that may be asked can deliver together; 0 unknown
  Bytes bytes_down;  // payload since the torrent was opened
  Bytes bytes_up;
  Bytes bytes_useful;            // of what peers sent since the torrent was opened, what is verified
  Bytes bytes_wasted;            // redundant or failed their hash: the sum of the next two
  Bytes bytes_redundant;         // came a second time, or unasked
  Bytes bytes_failed;            // failed their hash
  Bytes bytes_verified;          // of the whole torrent, on disk or in RAM
  double checking_progress = 0;  // 0..1, while state is Checking
  BlockCounts blocks;  // from peers since the torrent was opened; empty with Picker::Deadlines and for seeds
  PieceCounts pieces;
};

struct TorrentMetadata {
  std::string name;
  std::string infohash_v1;  // 40 hex or empty
  std::string infohash_v2;  // 64 hex or empty
  std::string magnet;       // the link that opens it again
  Bytes total;
  Bytes piece_length;
  std::vector<TorrentFile> files;
};

class Torrent;

// All calls on the network thread. `error` may come at any time; a torrent that reported one keeps its state
// Failed unless the error is Storage, which ends when the disk is writable again.
class TorrentObserver {
 public:
  virtual ~TorrentObserver() = default;
  virtual void on_peers(const SwarmStats&) {}          // first peer, then each change of the number
  virtual void on_metadata(const TorrentMetadata&) {}  // once
  virtual void on_state(TorrentState) {}               // each change
  virtual void on_verified() {}                        // more bytes are readable (coalesced, at most 10/s)
  virtual void on_kept(FileIndex, const std::filesystem::path&) {}  // a finished file lies in keep_dir
  virtual void on_error(const Error&) {}
  virtual void on_warning(const Error&) {}  // a tracker failed, a v2-only torrent, a port in use…
};

class Torrent {
 public:
  virtual ~Torrent() = default;  // leaves the swarm; reads end with ReadCancelled
  [[nodiscard]] virtual std::optional<TorrentMetadata> metadata() const = 0;
  // As of half a second ago or later.
  [[nodiscard]] virtual SwarmStats stats() const = 0;
  // The peers that are connected, the largest download first; as of half a second ago or later.
  [[nodiscard]] virtual std::vector<PeerStats> peers() const = 0;
  // The file's bytes, verified. Needs metadata. Asking makes the file wanted; dropping the last ByteSource
  // of a file makes it unwanted again. Errors: Source "no-such-file-in-torrent".
  // `urgency` Background: what it reads comes after what other readers play soon, and nothing is read ahead
  // for it.
  [[nodiscard]] virtual Result<std::shared_ptr<ByteSource>> open_file(FileIndex index,
                                                                      Urgency urgency = Urgency::Now) = 0;
  // `done` is called once, on a thread of the session: true when all pieces that are verified now are on
  // disk too, so that they outlive the process; false when the torrent was left, or its files are checked
  // anew, before that.
  virtual void when_saved(std::function<void(bool all)> done) = 0;
};

// A .torrent file's bytes, a magnet link.
struct TorrentBytes {
  std::string bytes;
  // Where it came from, a path or an http(s) URL: its leaf hashes may lie beside it (leaves/leaf_file.h). May
  // be empty.
  std::string origin = {};
};
using TorrentSpec = std::variant<MagnetSource, TorrentBytes>;

enum class Verification : std::uint8_t {
  Check,    // all data is hashed before it is served
  Trusted,  // the caller has just hashed it (make_torrent); each piece is still hashed when it is first asked
            // for
};

// What a .torrent says, without opening it. Errors: Source "bad-torrent", "torrent-too-large".
[[nodiscard]] Result<TorrentMetadata> describe_torrent(const TorrentBytes& torrent);

struct SeedOptions {
  std::filesystem::path data;  // the file or folder that is served, where it lies
  Verification verification = Verification::Check;
};

class Session {
 public:
  // Blocks at most 2 s: saves resume data and DHT state, says goodbye to trackers. With keep_dir on another
  // disk it also waits until finished files are copied there; a process that is killed meanwhile leaves
  // nothing behind.
  virtual ~Session() = default;

  // `observer` outlives the torrent. Errors: Source "bad-magnet", "bad-torrent", "torrent-too-large";
  // Storage "cache-not-writable".
  [[nodiscard]] virtual Result<std::shared_ptr<Torrent>> open(const TorrentSpec& spec,
                                                              TorrentObserver& observer) = 0;
  // Serves existing data. Errors as open, and Source "data-does-not-match".
  [[nodiscard]] virtual Result<std::shared_ptr<Torrent>> seed(const TorrentBytes& torrent,
                                                              const SeedOptions& options,
                                                              TorrentObserver& observer) = 0;
  // The TCP port listened on; 0 while none.
  [[nodiscard]] virtual std::uint16_t listen_port() const = 0;
};

// Starts the network thread. Errors: Usage "bad-address", "bad-proxy"; Network "port-in-use";
// Storage "cache-not-writable".
[[nodiscard]] Result<std::unique_ptr<Session>> start_session(const SessionOptions& options);

}  // namespace freshet::streaming
