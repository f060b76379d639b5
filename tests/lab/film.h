// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The films and torrents of the lab, made once and kept in a folder outside the source tree. Blocks; one
// thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/lab/scene.h"

namespace freshet::lab {

// H.264 1080p (360p below 2 Mbit/s) with AAC in MP4, at about the wanted rate; a key frame every two seconds,
// at even seconds. Made by ffmpeg. Throws std::runtime_error.
[[nodiscard]] std::filesystem::path make_film(const std::filesystem::path& folder,
                                              const FilmOptions& options);

struct LabTorrent {
  std::filesystem::path film;
  std::filesystem::path file;  // the .torrent
  std::string magnet;
  std::string second_hash;  // 20 bytes: a hybrid torrent under its v2 hash; else empty
};
// `tracker`: its URL, or empty for a torrent without.
[[nodiscard]] LabTorrent make_lab_torrent(const std::filesystem::path& folder, const Scene& scene,
                                          std::string_view tracker);

}  // namespace freshet::lab
