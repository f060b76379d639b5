// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What a file may ask for. Subtitles come from strangers, and each of these is far above what real ones need.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "streaming/base/units.h"

namespace freshet::subtitles {

inline constexpr std::size_t max_tracks = 256;
// Styles, and fonts inside a script.
inline constexpr std::size_t max_header_bytes = std::size_t{32} << 20;
// A drawing in one line of a typeset film reaches some 100 KiB.
inline constexpr std::size_t max_event_bytes = std::size_t{256} << 10;
// All lines of a track; the largest typeset films have about 20 MiB. At the limit a track forgets its lines
// and begins anew: what is needed again comes again after a seek.
inline constexpr std::size_t max_track_events = 500'000;
inline constexpr std::size_t max_track_bytes = std::size_t{64} << 20;
// Seen at once: a gradient is made of some hundred lines. libass cannot be interrupted, so what would take
// seconds is not begun.
inline constexpr std::size_t max_visible_events = 4000;
inline constexpr std::size_t max_visible_bytes = std::size_t{4} << 20;
// Fonts attached to the file: CJK ones have 20 MiB each.
inline constexpr std::size_t max_font_bytes = std::size_t{64} << 20;
inline constexpr std::size_t max_fonts_bytes = std::size_t{256} << 20;
inline constexpr std::size_t max_fonts = 1000;
// Bitmaps: a Blu-ray has two of 1920×1080 at a time.
inline constexpr int max_bitmap_side = 8192;
inline constexpr std::size_t max_event_bitmaps = 64;
inline constexpr std::size_t max_bitmap_bytes = std::size_t{96} << 20;  // of a track
// A surface larger than the largest screens.
inline constexpr int max_canvas_side = 16384;
// Times are kept in milliseconds by libass; this is 31 years, and sums of two stay small.
inline constexpr std::chrono::milliseconds max_time{1'000'000'000'000};

[[nodiscard]] constexpr MediaTime bounded(MediaTime time) {
  return std::clamp(time, MediaTime(-max_time), MediaTime(max_time));
}

}  // namespace freshet::subtitles
