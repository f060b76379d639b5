// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Where the network thread, which learns that pieces are verified, and the threads that read them meet. It
// knows which pieces are here, who waits for what, and what each reader will want next. No libtorrent.
//
// Threads: any; one mutex inside. `wake` is called without the mutex, on a reader's thread, when the network
// thread should look at demands() and pieces_to_load() again; it must return at once.
// Life: shared by the torrent and its ByteSources. After close() every read ends with ReadCancelled.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "streaming/base/byte_source.h"
#include "streaming/piece_cache.h"
#include "streaming/reader_demands.h"

namespace freshet::streaming {

class VerifiedBlocks;

enum class Wake : std::uint8_t {
  Later,  // a reader moved on: soon is soon enough
  Now,    // somebody waits
};

class ReadableTorrent : public std::enable_shared_from_this<ReadableTorrent> {
 public:
  using WakeFunction = std::function<void(Wake)>;

  ReadableTorrent(std::uint64_t id, std::shared_ptr<PieceCache> cache, WakeFunction wake);

  // --- the network thread
  void set_layout(std::int64_t piece_length, std::int64_t total);
  void set_have(std::vector<bool> have);
  void add_have(int piece);
  // Any thread. A piece that is verified or has been loaded and lies in the cache: who waits for it goes on.
  void deliver(int piece, const PieceBytes& bytes);
  // Any thread. Blocks of a piece that is not whole yet; called again when there are more.
  void deliver_blocks(int piece, const std::shared_ptr<VerifiedBlocks>& blocks);
  // Loads that were under way are forgotten; readers ask again.
  void forget_loads();
  // Reads that would wait end with `error` from now on; nullopt: they wait again.
  void set_error(std::optional<Error> error);
  void close();

  struct Demands {
    std::vector<ReaderDemand> readers;
    bool anybody_waits = false;
  };
  [[nodiscard]] Demands demands() const;
  // Pieces that are here but not in RAM and that somebody wants now. Each is given once.
  [[nodiscard]] std::vector<int> pieces_to_load();

  // --- readers
  // A source for the bytes [begin, begin + size) of the torrent; `file` only identifies it in demands().
  [[nodiscard]] std::shared_ptr<ByteSource> open(FileIndex file, std::int64_t begin, Bytes size,
                                                 Urgency urgency = Urgency::Now);

 private:
  class Source;
  struct Reader;

  std::expected<std::size_t, ReadError> read(Reader& reader, ByteOffset offset, std::span<std::byte> buffer,
                                             Generation generation);
  void want_loaded_locked(int piece);

  const std::uint64_t id_;
  const std::shared_ptr<PieceCache> cache_;
  const WakeFunction wake_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bool> have_;
  std::int64_t piece_length_ = 0;
  std::int64_t total_ = 0;
  std::list<Reader*> readers_;
  std::map<int, std::shared_ptr<VerifiedBlocks>> parts_;  // of pieces that are not whole
  std::set<int> loading_;
  std::vector<int> to_load_;
  std::optional<Error> error_;
  bool closed_ = false;
};

}  // namespace freshet::streaming
