// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Whether this libtorrent takes blocks that it has not asked for, on which BlockExchange stands. Nobody
// promises that it does, so it is tried: a tiny torrent goes from one session to another over the loopback,
// block by block of our own. The answer is remembered in the cache, one file for each version of the library.
// Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>

#include "streaming/session.h"

namespace freshet::streaming {

// What an earlier check found with the libtorrent that runs now; nullopt: none was made.
[[nodiscard]] std::optional<Picker> remembered_picker(const std::filesystem::path& cache_dir);
void remember_picker(const std::filesystem::path& cache_dir, Picker picker);

// What to use before a check was made: the block scheduler with the version it was made for, else the
// deadlines.
[[nodiscard]] Picker expected_picker();

// Blocks for at most 5 s; listens on the loopback meanwhile. `folder` must be writable; nothing stays in it.
// nullopt when stopped, or when the check could not be made.
[[nodiscard]] std::optional<Picker> check_picker(const std::filesystem::path& folder, std::stop_token stop);

}  // namespace freshet::streaming
