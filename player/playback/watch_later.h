// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Where the viewer left a film (`quit-watch-later`): one small file for each source, named by a hash of it
// and written in mpv's manner, "start=SECONDS". Opening the source again takes the file away. Functions read
// and write the disk at once: main thread, when an entry opens or the program ends.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "player/playback/options.h"
#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::playback {

// What was watched: the source as typed, local paths made absolute, and the file of a torrent.
struct WatchedFile {
  std::string source;
  std::optional<FileIndex> file{};
};

// In the cache folder; empty when there is none, and then nothing is kept.
[[nodiscard]] std::filesystem::path watch_later_folder(const Options& options);

// Replaces an older place of the same file. Errors: Storage "write-failed".
[[nodiscard]] Result<void> save_place(const std::filesystem::path& folder, const WatchedFile& watched,
                                      MediaTime at);
// The place, which is forgotten then; nullopt when none was kept, or its file is not what save_place writes.
[[nodiscard]] std::optional<MediaTime> take_place(const std::filesystem::path& folder,
                                                  const WatchedFile& watched);

}  // namespace freshet::playback
