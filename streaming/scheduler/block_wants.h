// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// From what readers of files do and announce to the blocks that should come next, with deadlines. Pure; any
// thread.
#pragma once

#include <functional>
#include <vector>

#include "streaming/reader_demands.h"
#include "streaming/scheduler/block_scheduler.h"

namespace freshet::streaming {

// Wants for all readers; overlapping ones are fine. `by_block`: a block of that piece can be read before the
// piece is whole.
[[nodiscard]] std::vector<BlockWant> block_wants(const std::vector<ReaderDemand>& readers,
                                                 const BlockGeometry& geometry, MonotonicTime now,
                                                 const std::function<bool(int piece)>& by_block = {});

// Where the first reader reads: pieces after it come before pieces in front of it.
[[nodiscard]] int playhead_of(const std::vector<ReaderDemand>& readers, const BlockGeometry& geometry);

}  // namespace freshet::streaming
