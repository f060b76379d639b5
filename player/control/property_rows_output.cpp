// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include "player/control/option_value.h"
#include "player/control/property_rows.h"
#include "player/control/property_values.h"

namespace freshet::control {
namespace {

using media::TrackKind;

const media::TrackChoice& asked_for(const PropertyContext& c, TrackKind kind) {
  const playback::Options& options = c.player.options();
  return kind == TrackKind::Video   ? options.video
         : kind == TrackKind::Audio ? options.audio
                                    : options.subtitle;
}

// Before anything is opened, what was asked for.
template <TrackKind kind>
Value get_track(const PropertyContext& c) {
  if (opened(c)) {
    const int id = c.player.selected(kind);
    return id == 0 ? Value("no") : Value(id);
  }
  const media::TrackChoice& choice = asked_for(c, kind);
  switch (choice.kind) {
    case media::TrackChoice::Kind::Auto: return "auto";
    case media::TrackChoice::Kind::Off: return "no";
    case media::TrackChoice::Kind::Id: return choice.id;
  }
  return std::nullopt;
}

template <TrackKind kind>
Status set_track(PropertyContext& c, const Json& value) {
  const auto choice = parse_track(value.get_ref<const std::string&>());
  if (!choice) return Status::PropertyFormat;
  return status_of(c.player.select_track(kind, *choice));
}

template <TrackKind kind>
std::string display_track(const PropertyContext& c, const Json& value) {
  if (!value.is_number()) return value.get<std::string>();
  std::string text = fmt::format("({})", value.get<int>());
  if (const auto track = selected_track(c, kind)) {
    if (!track->language.empty()) text += " " + track->language;
    if (!track->title.empty()) text += fmt::format(" (\"{}\")", track->title);
    if (track->language.empty() && track->title.empty() && !track->codec.empty()) text += " " + track->codec;
  }
  return text;
}

std::string milliseconds(const PropertyContext&, const Json& value) {
  return fmt::format("{:.0f} ms", value.get<double>() * 1000);
}

template <TrackKind kind>
constexpr Property track_row(std::string_view name) {
  return {.name = name,
          .type = PropertyType::Track,
          .changes = bits(Change::Tracks, Change::Media, Change::Phase),
          .get = get_track<kind>,
          .set = set_track<kind>,
          .display = display_track<kind>};
}

constexpr Property output_table[] = {
    {.name = "volume",
     .type = PropertyType::Real,
     .changes = bits(Change::Volume),
     .get = [](const PropertyContext& c) -> Value { return c.player.volume(); },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.player.set_volume(v.get<double>());
           return Status::Success;
         },
     .minimum = 0,
     .maximum = 130,
     .display = [](const PropertyContext&, const Json& v) { return fmt::format("{:.0f}", v.get<double>()); }},
    {.name = "volume-max",
     .type = PropertyType::Real,
     .get = [](const PropertyContext&) -> Value { return 130.0; }},
    {.name = "mute",
     .type = PropertyType::Flag,
     .changes = bits(Change::Volume),
     .get = [](const PropertyContext& c) -> Value { return c.player.muted(); },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.player.set_muted(v.get<bool>());
           return Status::Success;
         }},
    {.name = "audio-delay",
     .type = PropertyType::Real,
     .changes = bits(Change::Other),
     .get = [](const PropertyContext& c) -> Value { return to_seconds(c.player.audio_delay()); },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.player.set_audio_delay(from_seconds(v.get<double>()));
           return Status::Success;
         },
     .display = milliseconds},
    {.name = "sub-delay",
     .type = PropertyType::Real,
     .changes = bits(Change::Other),
     .get = [](const PropertyContext& c) -> Value { return to_seconds(c.player.subtitle_delay()); },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.player.set_subtitle_delay(from_seconds(v.get<double>()));
           return Status::Success;
         },
     .display = milliseconds},
    {.name = "sub-visibility",
     .type = PropertyType::Flag,
     .changes = bits(Change::Other, Change::Tracks),
     .get = [](const PropertyContext& c) -> Value { return c.player.subtitles_visible(); },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.player.set_subtitles_visible(v.get<bool>());
           return Status::Success;
         }},
    {.name = "sub-text",
     .type = PropertyType::Text,
     .changes = bits(Change::Position, Change::Tracks, Change::Phase),
     .get = [](const PropertyContext& c) -> Value {
       if (!opened(c) || c.player.selected(TrackKind::Subtitle) == 0) return std::nullopt;
       return c.player.subtitle_text();
     }},
    track_row<TrackKind::Video>("vid"),
    track_row<TrackKind::Video>("video"),
    track_row<TrackKind::Audio>("aid"),
    track_row<TrackKind::Audio>("audio"),
    track_row<TrackKind::Subtitle>("sid"),
    track_row<TrackKind::Subtitle>("sub"),
    {.name = "fullscreen",
     .type = PropertyType::Flag,
     .changes = bits(Change::Window),
     .get = [](const PropertyContext& c) -> Value { return c.player.fullscreen(); },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.player.set_fullscreen(v.get<bool>());
           return Status::Success;
         }},
    {.name = "fs",
     .type = PropertyType::Flag,
     .changes = bits(Change::Window),
     .get = [](const PropertyContext& c) -> Value { return c.player.fullscreen(); },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.player.set_fullscreen(v.get<bool>());
           return Status::Success;
         }},
    {.name = "osd-level",
     .type = PropertyType::Integer,
     .changes = bits(Change::Other),
     .get = [](const PropertyContext& c) -> Value { return c.osd_level; },
     .set =
         [](PropertyContext& c, const Json& v) {
           c.osd_level = v.get<int>();
           return Status::Success;
         },
     .minimum = 0,
     .maximum = 3},
    {.name = "current-vo",
     .type = PropertyType::Text,
     .get = [](const PropertyContext& c) -> Value {
       switch (c.player.options().video_output) {
         case video::OutputKind::Gpu: return "gpu";
         case video::OutputKind::Sdl: return "sdl";
         case video::OutputKind::Null: return "null";
       }
       return std::nullopt;
     }},
    {.name = "current-ao",
     .type = PropertyType::Text,
     .get = [](const PropertyContext& c) -> Value {
       return c.player.options().audio_output == audio::OutputKind::Sdl ? "sdl" : "null";
     }},
    {.name = "vo-configured",
     .type = PropertyType::Flag,
     .changes = bits(Change::Media, Change::Phase),
     .get = [](const PropertyContext& c) -> Value { return c.player.shown_frame() != nullptr; }},
    {.name = "hwdec-current",
     .type = PropertyType::Text,
     .get = [](const PropertyContext& c) -> Value { return opened(c) ? Value("no") : std::nullopt; }},
};

}  // namespace

std::span<const Property> output_properties() {
  return output_table;
}

}  // namespace freshet::control
