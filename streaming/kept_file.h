// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Keeps a finished file for its owner (--keep) while the cache goes on serving it. Blocks; any thread.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "streaming/base/error.h"

namespace freshet::streaming {

// The name that a file of a torrent gets in the keep folder: the last part of its path, made harmless. Never
// empty, never hidden, never with a separator, at most 255 bytes.
[[nodiscard]] std::string kept_name(std::string_view path_in_torrent);

// Puts `finished` into `folder` as `name`: a hard link where that works, else a copy that appears under its
// name only when it is whole. A different file of that name stays: the new one becomes "name (2).mkv" and so
// on; the same content under that name counts as kept. Returns where it lies. Errors: Storage "keep-failed".
[[nodiscard]] Result<std::filesystem::path> keep_file(const std::filesystem::path& finished,
                                                      const std::filesystem::path& folder,
                                                      const std::string& name, std::stop_token stop);

}  // namespace freshet::streaming
