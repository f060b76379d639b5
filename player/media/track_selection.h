// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Which track is played when nobody chose one, by mpv's rules. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "player/media/media_info.h"
#include "player/media/pipeline.h"

namespace freshet::media {

// Whether a wanted language means the tagged one: "en", "eng" and "en-US" match each other, "ger" is "deu".
[[nodiscard]] bool language_matches(std::string_view wanted, std::string_view tagged);

// The track to play, 0 for none. Auto: external files first, then the best language of `languages`, then the
// default track, pictures that move before cover art, then the first. Without a language that matches, a
// subtitle is shown only when it is default, forced or external. An Id that does not exist or cannot be
// decoded: 0.
[[nodiscard]] int choose_track(const std::vector<Track>& tracks, TrackKind kind, TrackChoice choice,
                               const std::vector<std::string>& languages);

}  // namespace freshet::media
