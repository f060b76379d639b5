// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What no player can be faster than: the round trips that BitTorrent needs before the first byte comes, and
// the bytes that a picture needs at the rate of the line. Decoding, verifying by whole pieces and the slow
// start of TCP are not in it.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "streaming/base/units.h"
#include "tests/lab/scene.h"

namespace freshet::lab {

// What of a film must be here before a picture can be shown.
struct FilmNeeds {
  Bytes index;          // everything but the media data
  Bytes first_picture;  // media data up to the last packet that the decoder wants before it gives a picture
  Bytes seek_picture;   // the same, from the key frame that a seek goes to
};
// Reads the film with ffprobe. `target`: of the seek. Blocks. Throws std::runtime_error.
[[nodiscard]] FilmNeeds needs_of(const std::filesystem::path& film, std::chrono::milliseconds target);

struct LineLimit {
  double first_frame = 0, seek = 0;  // seconds
};
// nullopt without an honest peer that has everything from the start. `has_tracker`: peers must be asked for
// first. Pure.
[[nodiscard]] std::optional<LineLimit> line_limit(const Scene& scene, const FilmNeeds& needs,
                                                  bool has_tracker);

// Of the first Seek of a scene; half of the film without one.
[[nodiscard]] std::chrono::milliseconds seek_target(const Scene& scene);

}  // namespace freshet::lab
