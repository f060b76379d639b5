// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Hashes the files of a torrent that is being made, on several threads, each byte read once: the pieces'
// hashes go into the torrent, the leaves of a v2 torrent into a file beside it. Blocks; any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <libtorrent/fwd.hpp>
#include <stop_token>

#include "streaming/base/error.h"
#include "streaming/leaves/leaf_file.h"

namespace freshet::streaming {

// `folder` holds what the torrent's files are relative to. `leaves` may be null. `progress` gets 0..1 on the
// calling thread. Errors: Storage "read-failed", "write-failed"; Usage "interrupted" by `stop`.
[[nodiscard]] Result<void> hash_pieces(lt::create_torrent& torrent, const std::filesystem::path& folder,
                                       LeafFileWriter* leaves, const std::function<void(double)>& progress,
                                       const std::stop_token& stop);

}  // namespace freshet::streaming
