// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Is told what becomes of each request and each block, as BlockCounts counts it: for a trace. On the
// scheduler's thread; returns at once.
#pragma once

#include "streaming/scheduler/block.h"
#include "streaming/stats.h"

namespace freshet::streaming {

// A connection, unique in the life of a scheduler.
enum class PeerId : std::uint32_t {};

class BlockWatcher {
 public:
  virtual ~BlockWatcher() = default;
  virtual void requested(PeerId peer, Block block, MonotonicTime deadline) = 0;  // max: none
  virtual void taken_back(PeerId peer, Block block) = 0;
  virtual void rejected(PeerId peer, Block block) = 0;
  virtual void came(PeerId peer, Block block, BlockCounts::Answer answer, BlockCounts::Use use,
                    BlockCounts::Punctual punctual) = 0;
  virtual void piece_verified(int piece) = 0;
  virtual void piece_failed(int piece) = 0;
};

}  // namespace freshet::streaming
