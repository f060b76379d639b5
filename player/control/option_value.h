// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Values as people type them: on the command line, in freshet.conf, in `set` and `seek` commands. Pure, any
// thread. Every function takes hostile text: it reads the whole of it or fails, never overflows, and accepts
// exactly what its comment says. Failures are Usage "bad-value"; the message names the text and what was
// expected, but not the option, which the caller adds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "player/media/pipeline.h"
#include "player/playback/options.h"
#include "player/video/overlay.h"
#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::control {

// Longer values than any path or magnet link that works; protects messages and memory.
inline constexpr std::size_t max_value_length = 64 * 1024;
// Languages, subtitle files: far more than a person types.
inline constexpr std::size_t max_list_items = 256;

// "yes" or "no".
[[nodiscard]] Result<bool> parse_flag(std::string_view text);

// Decimal digits with an optional sign, inside [minimum, maximum].
[[nodiscard]] Result<std::int64_t> parse_integer(std::string_view text, std::int64_t minimum,
                                                 std::int64_t maximum);

// A finite decimal number ("1", "-0.5", "1e3"), inside [minimum, maximum].
[[nodiscard]] Result<double> parse_number(std::string_view text, double minimum, double maximum);

// [+-][[hours:]minutes:]seconds[.fraction]: "90", "1:30", "1:02:03.5", "-30". Exact to the nanosecond;
// further digits are dropped. As in mpv, minutes and seconds may exceed 59. At most 9*10^9 seconds (285
// years).
[[nodiscard]] Result<MediaTime> parse_time(std::string_view text);

// What --start and --end take: a time, "-time" from the end, or "10%". "none" gives nullopt.
[[nodiscard]] Result<std::optional<playback::TimePoint>> parse_time_point(std::string_view text);

// Bytes: a number with an optional unit, without regard to case: B; K, KiB, M, MiB, G, GiB, T, TiB by 1024;
// KB, MB, GB, TB by 1000. At most six digits of a fraction count. Inside [0, maximum].
[[nodiscard]] Result<Bytes> parse_size(std::string_view text, Bytes maximum);

// "auto", "no", or a track's number 1 … 8190 (0 is "no").
[[nodiscard]] Result<media::TrackChoice> parse_track(std::string_view text);

// "WIDTHxHEIGHT[+X+Y]" or "+X+Y", in pixels.
[[nodiscard]] Result<video::Rectangle> parse_geometry(std::string_view text);

// Split at `separator`, without empty items; at most max_list_items.
[[nodiscard]] Result<std::vector<std::string>> parse_list(std::string_view text, char separator = ',');

// "150 MiB", "1.5 GiB", "512 B": for help texts, the status line and properties for people.
[[nodiscard]] std::string size_text(Bytes size);

// "00:01:02", as mpv prints a time; with "-" in front when negative. Hours may exceed two digits.
[[nodiscard]] std::string time_text(MediaTime time);
// The same with milliseconds: "00:01:02.345".
[[nodiscard]] std::string time_text_milliseconds(MediaTime time);

}  // namespace freshet::control
