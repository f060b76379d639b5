// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// --trace=FILE: one session as a Chrome trace (the JSON object format), which ui.perfetto.dev and
// chrome://tracing show. Each peer is a process whose threads are the places in its queue, with a slice for
// each block from its request to its end; process 1 is the player, with pieces, stalls, seeks and counters.
//
// Nobody waits for the disk: records go into a buffer of fixed size and a thread of the trace formats and
// writes them. When it cannot keep up records are lost, and counted ("lost" in otherData). After each batch
// the file is a complete JSON document, so it is one also when the process is killed.
//
// Any thread. A call takes a mutex for some nanoseconds; those for blocks allocate nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "streaming/base/error.h"
#include "streaming/base/units.h"
#include "streaming/scheduler/block.h"
#include "streaming/stats.h"

namespace freshet::streaming {

class Trace {
 public:
  // A peer of a torrent, unique in the process.
  enum class Track : std::uint64_t {};
  [[nodiscard]] static constexpr Track track(std::uint32_t torrent, std::uint32_t peer) {
    return Track{(std::uint64_t{torrent} << 32u) | peer};
  }

  // Creates the file. Times are told from `start` on. Errors: Storage "write-failed".
  [[nodiscard]] static Result<std::shared_ptr<Trace>> create(const std::filesystem::path& path,
                                                             MonotonicTime start);
  virtual ~Trace() = default;  // finishes

  // --- the engine
  virtual void name_peer(Track peer, std::string name) = 0;
  virtual void requested(Track peer, Block block, MonotonicTime deadline) = 0;  // max: none
  virtual void taken_back(Track peer, Block block) = 0;
  virtual void rejected(Track peer, Block block) = 0;
  virtual void came(Track peer, Block block, BlockCounts::Answer answer, BlockCounts::Use use,
                    BlockCounts::Punctual punctual) = 0;
  virtual void choked(Track peer) = 0;
  virtual void unchoked(Track peer) = 0;
  virtual void piece_verified(int piece) = 0;
  virtual void piece_failed(int piece) = 0;

  // --- the player
  enum class Counter : std::uint8_t { Buffered, DownRate, UpRate, Peers };  // seconds, bytes a second
  virtual void counter(Counter counter, double value) = 0;
  virtual void stall_begin() = 0;
  virtual void stall_end() = 0;
  virtual void seek(MediaTime target) = 0;
  virtual void seek_done() = 0;
  virtual void first_frame() = 0;

  // Writes all that came until now and closes the file; later calls do nothing. Waits for the disk. Errors:
  // Storage "write-failed".
  virtual Result<void> finish() = 0;
};

}  // namespace freshet::streaming
