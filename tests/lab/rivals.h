// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The other streaming torrent players, as far as they are installed: webtorrent and peerflix (npm), btfs
// (Debian), each with mpv, and VLC's BitTorrent plugin (Debian). One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/lab/player.h"

namespace freshet::lab {

struct Rival {
  std::string name;
  std::string missing;  // what it lacks to run here; empty: it can run
  std::function<std::unique_ptr<Player>()> make;
};

// `node` is the folder with node_modules (build/lab/node).
[[nodiscard]] std::vector<Rival> find_rivals(const std::filesystem::path& node);

// How one of them is started: a shell script, run in `folder` with PATH set so that `mpv` is ours.
struct MpvRivalScript {
  std::string name;
  // The script for this torrent file or magnet link; `film` is the file's name in the torrent.
  std::function<std::string(const std::string& source, const std::string& film,
                            const std::filesystem::path& folder)>
      script;
};
// A program that streams and starts mpv, which is watched over mpv's own socket.
[[nodiscard]] std::unique_ptr<Player> make_mpv_rival(const MpvRivalScript& rival);
// VLC with its own plugin, watched by its log and steered by its "rc" interface.
[[nodiscard]] std::unique_ptr<Player> make_vlc();

}  // namespace freshet::lab
