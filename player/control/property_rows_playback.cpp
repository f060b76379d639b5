// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <fmt/format.h>

#include "player/control/option_value.h"
#include "player/control/property_rows.h"
#include "player/control/property_values.h"

namespace freshet::control {

std::optional<int> current_chapter(const PropertyContext& c) {
  const auto media = c.player.media();
  const auto position = c.player.position();
  if (!media || !position || media->chapters.empty()) return std::nullopt;
  int index = -1;
  for (const media::Chapter& chapter : media->chapters) {
    // A seek to a chapter lands on a frame that may lie a little before its start.
    if (chapter.start > *position + std::chrono::milliseconds(50)) break;
    ++index;
  }
  return index;
}

namespace {

using playback::HrSeek;
using playback::Phase;

Value position(const PropertyContext& c) {
  return opened(c) ? seconds(c.player.position()) : std::nullopt;
}

Status seek_to(PropertyContext& c, double target) {
  if (!opened(c)) return Status::PropertyUnavailable;
  const auto mode =
      c.player.options().hr_seek == HrSeek::No ? media::SeekMode::Keyframe : media::SeekMode::Exact;
  return status_of(c.player.seek_to(from_seconds(target), mode));
}

std::optional<MediaTime> remaining(const PropertyContext& c) {
  const auto at = c.player.position();
  const auto duration = c.player.duration();
  if (!opened(c) || !at || !duration) return std::nullopt;
  return std::max(MediaTime{0}, *duration - *at);
}

Value percent(const PropertyContext& c) {
  const auto at = c.player.position();
  const auto duration = c.player.duration();
  if (!opened(c) || !at || !duration || *duration <= MediaTime{0}) return std::nullopt;
  return std::clamp(100.0 * to_seconds(*at) / to_seconds(*duration), 0.0, 100.0);
}

// mpv's `add chapter`: back to the start of this chapter when some of it has been seen; past the last one the
// next file plays.
Status set_chapter(PropertyContext& c, const Json& value) {
  const auto media = c.player.media();
  const auto current = current_chapter(c);
  if (!media || !current) return Status::PropertyUnavailable;
  auto index = value.get<std::int64_t>();
  constexpr auto seen = std::chrono::seconds(5);
  if (*current >= 0 && index == *current - 1) {
    const MediaTime start = media->chapters[static_cast<std::size_t>(*current)].start;
    if (c.player.position().value_or(MediaTime{0}) > start + seen) index = *current;
  }
  if (index >= static_cast<std::int64_t>(media->chapters.size()))
    return status_of(c.player.playlist_next(false));
  const MediaTime target = index < 0 ? MediaTime{0} : media->chapters[static_cast<std::size_t>(index)].start;
  return status_of(c.player.seek_to(target, media::SeekMode::Exact));
}

std::string display_chapter(const PropertyContext& c, const Json& value) {
  const auto media = c.player.media();
  const auto index = value.get<std::int64_t>();
  if (!media || index < 0 || index >= static_cast<std::int64_t>(media->chapters.size()))
    return "(unavailable)";
  const std::string& title = media->chapters[static_cast<std::size_t>(index)].title;
  return title.empty() ? fmt::format("({}) of {}", index + 1, media->chapters.size())
                       : fmt::format("({}) {}", index + 1, title);
}

Json cache_state(const PropertyContext& c) {
  const playback::CacheState cache = c.player.cache();
  Json state = Json::object();
  state["cache-end"] = to_seconds(cache.buffered_until);
  if (const auto at = c.player.position()) state["reader-pts"] = to_seconds(*at);
  state["cache-duration"] = to_seconds(cache.ahead);
  state["eof"] = cache.eof;
  state["underrun"] = cache.underrun;
  state["idle"] = cache.idle;
  state["total-bytes"] = cache.packets.value;
  state["fw-bytes"] = cache.packets.value;
  if (const auto swarm = c.player.swarm()) state["raw-input-rate"] = swarm->down_rate.value;
  state["bof-cached"] = !cache.seekable_ranges.empty() && cache.seekable_ranges.front().first <= MediaTime{0};
  // Not by the duration: the shortest track may end before it.
  state["eof-cached"] = !cache.seekable_ranges.empty() && cache.eof;
  Json ranges = Json::array();
  for (const auto& [start, end] : cache.seekable_ranges) {
    ranges.push_back({{"start", to_seconds(start)}, {"end", to_seconds(end)}});
  }
  state["seekable-ranges"] = std::move(ranges);
  return state;
}

Value time_or_no(std::optional<MediaTime> time) {
  return time ? Value(to_seconds(*time)) : Value("no");
}
std::optional<MediaTime> time_of(const Json& value) {
  return value.is_number() ? std::optional(from_seconds(value.get<double>())) : std::nullopt;
}

std::string two_digits(const PropertyContext&, const Json& value) {
  return fmt::format("{:.2f}", value.get<double>());
}
std::string whole(const PropertyContext&, const Json& value) {
  return fmt::format("{:.0f}", value.get<double>());
}

constexpr std::uint32_t moves = bits(Change::Position, Change::Phase, Change::Media);

constexpr Property playback_table[] = {
    {.name = "pause",
     .type = PropertyType::Flag,
     .changes = bits(Change::Pause),
     .get = [](const PropertyContext& c) -> Value { return c.player.paused(); },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.player.set_paused(v.get<bool>());
           return Status::Success;
         }},
    {.name = "time-pos",
     .type = PropertyType::Time,
     .changes = moves,
     .get = position,
     .set = [](PropertyContext& c, const Json& v) { return seek_to(c, v.get<double>()); }},
    {.name = "playback-time",
     .type = PropertyType::Time,
     .changes = moves,
     .get = position,
     .set = [](PropertyContext& c, const Json& v) { return seek_to(c, v.get<double>()); }},
    {.name = "audio-pts", .type = PropertyType::Time, .changes = moves, .get = position},
    {.name = "time-remaining",
     .type = PropertyType::Time,
     .changes = moves,
     .get = [](const PropertyContext& c) { return seconds(remaining(c)); }},
    {.name = "playtime-remaining",
     .type = PropertyType::Time,
     .changes = moves | bits(Change::Speed),
     .get = [](const PropertyContext& c) -> Value {
       const auto left = remaining(c);
       return left ? Value(to_seconds(*left) / c.player.speed()) : std::nullopt;
     }},
    {.name = "percent-pos",
     .type = PropertyType::Real,
     .changes = moves,
     .get = percent,
     .set =
         [](PropertyContext& c, const Json& v) {
           const auto duration = c.player.duration();
           if (!duration) return Status::PropertyUnavailable;
           return seek_to(c, to_seconds(*duration) * v.get<double>() / 100);
         },
     .minimum = 0,
     .maximum = 100,
     .display = whole},
    {.name = "duration",
     .type = PropertyType::Time,
     .changes = bits(Change::Media, Change::Phase),
     .get = [](const PropertyContext& c) -> Value {
       return opened(c) ? seconds(c.player.duration()) : std::nullopt;
     }},
    {.name = "time-start",
     .type = PropertyType::Time,
     .changes = bits(Change::Media, Change::Phase),
     .get = [](const PropertyContext& c) -> Value { return opened(c) ? Value(0.0) : std::nullopt; }},
    {.name = "speed",
     .type = PropertyType::Real,
     .changes = bits(Change::Speed),
     .get = [](const PropertyContext& c) -> Value { return c.player.speed(); },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.player.set_speed(v.get<double>());
           return Status::Success;
         },
     .minimum = 0.01,
     .maximum = 100,
     .display = two_digits},
    {.name = "seeking",
     .type = PropertyType::Flag,
     .changes = bits(Change::Phase, Change::Position),
     .get = [](const PropertyContext& c) -> Value {
       return opened(c) ? Value(c.player.seeking()) : std::nullopt;
     }},
    {.name = "core-idle",
     .type = PropertyType::Flag,
     .changes = bits(Change::Phase, Change::Pause),
     .get = [](const PropertyContext& c) -> Value { return c.player.core_idle(); }},
    {.name = "idle-active",
     .type = PropertyType::Flag,
     .changes = bits(Change::Phase),
     .get = [](const PropertyContext& c) -> Value { return c.player.phase() == Phase::Idle; }},
    {.name = "playback-abort",
     .type = PropertyType::Flag,
     .changes = bits(Change::Phase, Change::Media),
     .get = [](const PropertyContext& c) -> Value { return !opened(c); }},
    {.name = "eof-reached",
     .type = PropertyType::Flag,
     .changes = bits(Change::Phase),
     .get = [](const PropertyContext& c) -> Value {
       return opened(c) ? Value(c.player.eof_reached()) : std::nullopt;
     }},
    {.name = "paused-for-cache",
     .type = PropertyType::Flag,
     .changes = bits(Change::Phase, Change::Cache),
     .get = [](const PropertyContext& c) -> Value {
       return opened(c) ? Value(c.player.paused_for_cache()) : std::nullopt;
     }},
    {.name = "cache-buffering-state",
     .type = PropertyType::Integer,
     .changes = bits(Change::Phase, Change::Cache),
     .get = [](const PropertyContext& c) -> Value {
       return opened(c) ? Value(c.player.cache().buffering_percent) : std::nullopt;
     }},
    {.name = "demuxer-cache-time",
     .type = PropertyType::Time,
     .changes = bits(Change::Cache, Change::Phase),
     .get = [](const PropertyContext& c) -> Value {
       return opened(c) ? Value(to_seconds(c.player.cache().buffered_until)) : std::nullopt;
     }},
    {.name = "demuxer-cache-duration",
     .type = PropertyType::Real,
     .changes = bits(Change::Cache, Change::Position, Change::Phase),
     .get = [](const PropertyContext& c) -> Value {
       return opened(c) ? Value(to_seconds(c.player.cache().ahead)) : std::nullopt;
     }},
    {.name = "demuxer-cache-idle",
     .type = PropertyType::Flag,
     .changes = bits(Change::Cache, Change::Phase),
     .get = [](const PropertyContext& c) -> Value {
       return opened(c) ? Value(c.player.cache().idle) : std::nullopt;
     }},
    {.name = "demuxer-cache-state",
     .changes = bits(Change::Cache, Change::Phase),
     .get = [](const PropertyContext& c) -> Value {
       return opened(c) ? Value(cache_state(c)) : std::nullopt;
     }},
    {.name = "demuxer-via-network",
     .type = PropertyType::Flag,
     .changes = bits(Change::Media, Change::Phase),
     .get = [](const PropertyContext& c) -> Value {
       if (!opened(c)) return std::nullopt;
       return c.player.swarm().has_value() || c.player.path().starts_with("http");
     }},
    {.name = "cache-speed",
     .type = PropertyType::Integer,
     .changes = bits(Change::Cache),
     .get = [](const PropertyContext& c) -> Value {
       if (!opened(c)) return std::nullopt;
       const auto swarm = c.player.swarm();
       return swarm ? swarm->down_rate.value : 0;
     },
     .display = [](const PropertyContext&,
                   const Json& v) { return size_text(Bytes{v.get<std::int64_t>()}) + "/s"; }},
    {.name = "seekable",
     .type = PropertyType::Flag,
     .changes = bits(Change::Media, Change::Phase),
     .get = [](const PropertyContext& c) -> Value {
       const auto media = c.player.media();
       return media ? Value(media->seekable) : std::nullopt;
     }},
    {.name = "partially-seekable",
     .type = PropertyType::Flag,
     .changes = bits(Change::Media, Change::Phase),
     .get = [](const PropertyContext& c) -> Value { return opened(c) ? Value(false) : std::nullopt; }},
    {.name = "chapter",
     .type = PropertyType::Integer,
     .changes = moves,
     .get = [](const PropertyContext& c) -> Value {
       const auto index = current_chapter(c);
       return index ? Value(*index) : std::nullopt;
     },
     .set = set_chapter,
     .display = display_chapter},
    {.name = "chapters",
     .type = PropertyType::Integer,
     .changes = bits(Change::Media, Change::Phase),
     .get = [](const PropertyContext& c) -> Value {
       const auto media = c.player.media();
       return media ? Value(media->chapters.size()) : std::nullopt;
     }},
    {.name = "loop-file",
     .type = PropertyType::Choice,
     .changes = bits(Change::Other),
     .get = [](const PropertyContext& c) -> Value {
       const int times = c.player.loop_file();
       return times == 0 ? Value("no") : times < 0 ? Value("inf") : Value(times);
     },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.player.set_loop_file(v.is_number() ? v.get<int>() : v == "no" ? 0 : playback::loop_forever);
           return Status::Success;
         },
     .choices = "no|inf|yes|#"},
    {.name = "ab-loop-a",
     .type = PropertyType::Time,
     .changes = bits(Change::Other, Change::Media),
     .get = [](const PropertyContext& c) { return time_or_no(c.player.ab_loop_a()); },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.player.set_ab_loop(time_of(v), c.player.ab_loop_b());
           return Status::Success;
         },
     .choices = "no"},
    {.name = "ab-loop-b",
     .type = PropertyType::Time,
     .changes = bits(Change::Other, Change::Media),
     .get = [](const PropertyContext& c) { return time_or_no(c.player.ab_loop_b()); },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.player.set_ab_loop(c.player.ab_loop_a(), time_of(v));
           return Status::Success;
         },
     .choices = "no"},
    {.name = "hr-seek",
     .type = PropertyType::Choice,
     .get = [](const PropertyContext& c) -> Value {
       const HrSeek mode = c.player.options().hr_seek;
       return mode == HrSeek::No ? "no" : mode == HrSeek::Always ? "yes" : "absolute";
     }},
    {.name = "keep-open",
     .type = PropertyType::Choice,
     .get = [](const PropertyContext& c) -> Value { return c.player.options().keep_open ? "yes" : "no"; }},
    {.name = "idle",
     .type = PropertyType::Choice,
     .get = [](const PropertyContext& c) -> Value {
       const playback::Idle idle = c.player.options().idle;
       return idle == playback::Idle::Yes ? "yes" : idle == playback::Idle::Once ? "once" : "no";
     }},
    {.name = "untimed",
     .type = PropertyType::Flag,
     .get = [](const PropertyContext& c) -> Value { return c.player.options().untimed; }},
};

}  // namespace

std::span<const Property> playback_properties() {
  return playback_table;
}

}  // namespace freshet::control
