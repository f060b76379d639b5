// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What of a film stays on disk when all of it does not fit: what was just watched, so that a step back costs
// nothing, and what comes next. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "streaming/base/units.h"
#include "streaming/reader_demands.h"

namespace freshet::streaming {

// `places` are where readers read, in bytes of the torrent; without any, `files` are read from their
// beginnings. Each file's first and last piece, where headers and indexes are, stay too. The spans may
// overlap.
[[nodiscard]] std::vector<PieceSpan> pieces_to_keep(Bytes room, std::span<const std::int64_t> places,
                                                    std::span<const PieceSpan> files,
                                                    std::int64_t piece_length);

// Pieces of `have` outside of `keep`, those farthest from all places first, until `excess` bytes are covered.
[[nodiscard]] std::vector<int> pieces_to_evict(const std::vector<bool>& have, std::span<const PieceSpan> keep,
                                               std::span<const std::int64_t> places, Bytes excess,
                                               std::int64_t piece_length);

}  // namespace freshet::streaming
