// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What libtorrent is told about files on disk: saved progress in the cache, and where a seed's data lies.
// Reads and writes small files; any thread.
#pragma once

#include <filesystem>
#include <libtorrent/fwd.hpp>

#include "streaming/base/error.h"
#include "streaming/cache_directory.h"

namespace freshet::streaming {

// Adds what the slot remembers: metadata, hash trees, peers and trackers always; which pieces are there only
// when the last process ended cleanly (else libtorrent checks the data). What cannot be read or belongs to
// another torrent is left out.
void read_resume(const CacheSlot& slot, lt::add_torrent_params& parameters);

// Errors: Storage "write-failed".
[[nodiscard]] Result<void> write_resume(const CacheSlot& slot, const lt::add_torrent_params& resume);

// Makes `parameters` (with metadata) serve `data`, a file or folder of any name. Checks that all files are
// there with their sizes. Errors: Source "data-does-not-match".
[[nodiscard]] Result<void> point_at_data(lt::add_torrent_params& parameters,
                                         const std::filesystem::path& data);

}  // namespace freshet::streaming
