// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Writes what one torrent's scheduler tells into the session's trace. The scheduler's thread.
#pragma once

#include <memory>
#include <utility>

#include "streaming/scheduler/block_watcher.h"
#include "streaming/trace.h"

namespace freshet::streaming {

class BlockTracer final : public BlockWatcher {
 public:
  BlockTracer(std::shared_ptr<Trace> trace, std::uint32_t torrent)
      : trace_(std::move(trace)), torrent_(torrent) {}

  [[nodiscard]] Trace& trace() const { return *trace_; }
  [[nodiscard]] Trace::Track track(PeerId peer) const {
    return Trace::track(torrent_, static_cast<std::uint32_t>(peer));
  }

  void requested(PeerId peer, Block block, MonotonicTime deadline) override {
    trace_->requested(track(peer), block, deadline);
  }
  void taken_back(PeerId peer, Block block) override { trace_->taken_back(track(peer), block); }
  void rejected(PeerId peer, Block block) override { trace_->rejected(track(peer), block); }
  void came(PeerId peer, Block block, BlockCounts::Answer answer, BlockCounts::Use use,
            BlockCounts::Punctual punctual) override {
    trace_->came(track(peer), block, answer, use, punctual);
  }
  void piece_verified(int piece) override { trace_->piece_verified(piece); }
  void piece_failed(int piece) override { trace_->piece_failed(piece); }

 private:
  std::shared_ptr<Trace> trace_;
  std::uint32_t torrent_;
};

}  // namespace freshet::streaming
