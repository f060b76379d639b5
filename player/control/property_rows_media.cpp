// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include <cmath>
#include <fmt/format.h>
#include <utility>

#include "player/control/option_value.h"
#include "player/control/property_rows.h"
#include "player/control/property_values.h"

namespace freshet::control {
namespace {

using media::TrackKind;

std::string_view kind_name(TrackKind kind) {
  switch (kind) {
    case TrackKind::Video: return "video";
    case TrackKind::Audio: return "audio";
    case TrackKind::Subtitle: return "sub";
  }
  std::unreachable();
}

std::string codec_text(const media::Track& track) {
  return track.codec_description.empty() ? track.codec
                                         : fmt::format("{} ({})", track.codec, track.codec_description);
}

Json track_object(const PropertyContext& c, const media::Track& track) {
  Json object = Json::object();
  object["id"] = track.id;
  object["type"] = kind_name(track.kind);
  object["src-id"] = track.stream_index + 1;
  if (!track.title.empty()) object["title"] = track.title;
  if (!track.language.empty()) object["lang"] = track.language;
  if (track.kind == TrackKind::Audio) object["audio-channels"] = track.channels;
  object["image"] = track.album_art;
  object["albumart"] = track.album_art;
  object["default"] = track.is_default;
  object["forced"] = track.forced;
  object["external"] = track.external;
  const bool selected = c.player.selected(track.kind) == track.id;
  object["selected"] = selected;
  if (selected) object["main-selection"] = 0;
  if (!track.external_filename.empty()) object["external-filename"] = track.external_filename;
  object["ff-index"] = track.stream_index;
  object["decoder-desc"] = codec_text(track);
  object["codec"] = track.codec;
  if (track.kind == TrackKind::Video) {
    object["demux-w"] = track.width;
    object["demux-h"] = track.height;
    if (track.frames_per_second > 0) object["demux-fps"] = track.frames_per_second;
    object["demux-par"] = track.sample_aspect;
    if (track.rotation != 0) object["demux-rotation"] = track.rotation;
  } else if (track.kind == TrackKind::Audio) {
    object["demux-channel-count"] = track.channels;
    object["demux-channels"] = track.channel_layout;
    object["demux-samplerate"] = track.sample_rate;
  }
  if (track.bit_rate > 0) object["demux-bitrate"] = track.bit_rate;
  return object;
}

Value track_list(const PropertyContext& c) {
  Json list = Json::array();
  for (const media::Track& track : c.player.tracks()) list.push_back(track_object(c, track));
  return list;
}

std::string display_tracks(const PropertyContext&, const Json& list) {
  std::string text;
  for (const Json& track : list) {
    const std::string& type = track["type"].get_ref<const std::string&>();
    text += fmt::format("{} {}: ({})", track["selected"].get<bool>() ? "●" : "○",
                        type == "sub"     ? "Subtitles"
                        : type == "audio" ? "Audio"
                                          : "Video",
                        track["id"].get<int>());
    if (track.contains("lang")) text += " " + track["lang"].get<std::string>();
    if (track.contains("title")) text += " '" + track["title"].get<std::string>() + "'";
    text += fmt::format(" ({})\n", track["codec"].get<std::string>());
  }
  return text;
}

Value playlist(const PropertyContext& c) {
  Json list = Json::array();
  int position = 0;
  for (const playback::PlaylistEntry& entry : c.player.playlist()) {
    Json object = Json::object();
    object["filename"] = entry.source;
    if (position == c.player.playlist_position()) {
      object["current"] = true;
      object["playing"] = true;
    }
    if (!entry.title.empty()) object["title"] = entry.title;
    object["id"] = entry.id;
    list.push_back(std::move(object));
    ++position;
  }
  return list;
}

std::string display_playlist(const PropertyContext&, const Json& list) {
  std::string text;
  for (const Json& entry : list) {
    text += fmt::format(
        "{} {}\n", entry.contains("current") ? "●" : "○",
        entry.contains("title") ? entry["title"].get<std::string>() : entry["filename"].get<std::string>());
  }
  return text;
}

Value chapter_list(const PropertyContext& c) {
  Json list = Json::array();
  if (const auto media = c.player.media()) {
    for (const media::Chapter& chapter : media->chapters) {
      list.push_back({{"title", chapter.title}, {"time", to_seconds(chapter.start)}});
    }
  }
  return list;
}

std::string display_chapters(const PropertyContext&, const Json& list) {
  if (list.empty()) return "No chapters.";
  std::string text;
  for (const Json& chapter : list) {
    text += fmt::format("{}  {}\n", time_text(from_seconds(chapter["time"].get<double>())),
                        chapter["title"].get<std::string>());
  }
  return text;
}

// The picture as it is shown: upright, with square pixels.
std::pair<int, int> display_size(const media::VideoFrame& frame) {
  const auto [numerator, denominator] = frame.sample_aspect;
  const double aspect = numerator > 0 && denominator > 0
                            ? static_cast<double>(numerator) / static_cast<double>(denominator)
                            : 1;
  int width = static_cast<int>(std::lround(frame.width * (aspect > 1 ? aspect : 1)));
  int height = static_cast<int>(std::lround(frame.height / (aspect < 1 ? aspect : 1)));
  if (frame.rotation % 180 != 0) std::swap(width, height);
  return {width, height};
}

Value video_parameters(const PropertyContext& c) {
  const media::FramePointer frame = c.player.shown_frame();
  if (frame == nullptr) return std::nullopt;
  const auto [width, height] = display_size(*frame);
  Json object = Json::object();
  object["pixelformat"] = frame->format_name;
  object["w"] = frame->width;
  object["h"] = frame->height;
  object["dw"] = width;
  object["dh"] = height;
  if (height > 0) object["aspect"] = static_cast<double>(width) / height;
  object["par"] = frame->sample_aspect.denominator > 0 && frame->sample_aspect.numerator > 0
                      ? static_cast<double>(frame->sample_aspect.numerator) / frame->sample_aspect.denominator
                      : 1.0;
  object["colorlevels"] = frame->color.full_range ? "full" : "limited";
  object["rotate"] = frame->rotation;
  return object;
}

template <class Get>
Value of_frame(const PropertyContext& c, Get get) {
  const media::FramePointer frame = c.player.shown_frame();
  return frame != nullptr ? Value(get(*frame)) : std::nullopt;
}

Value frames_per_second(const PropertyContext& c) {
  const auto track = selected_track(c, TrackKind::Video);
  return track && track->frames_per_second > 0 ? Value(track->frames_per_second) : std::nullopt;
}

Value audio_parameters(const PropertyContext& c) {
  const auto track = selected_track(c, TrackKind::Audio);
  if (!track) return std::nullopt;
  Json object = Json::object();
  object["samplerate"] = track->sample_rate;
  object["channel-count"] = track->channels;
  object["channels"] = track->channel_layout;
  object["hr-channels"] = track->channel_layout;
  return object;
}

Value text_or_nothing(std::string text) {
  return text.empty() ? std::nullopt : Value(std::move(text));
}

constexpr std::uint32_t media_changes = bits(Change::Media, Change::Phase, Change::Playlist);
constexpr std::uint32_t picture_changes =
    bits(Change::Media, Change::Phase, Change::Tracks, Change::Position);
constexpr std::uint32_t track_changes = bits(Change::Tracks, Change::Media, Change::Phase);

constexpr Property media_table[] = {
    {.name = "path",
     .type = PropertyType::Text,
     .changes = media_changes,
     .get = [](const PropertyContext& c) { return text_or_nothing(c.player.path()); }},
    {.name = "stream-open-filename",
     .type = PropertyType::Text,
     .changes = media_changes,
     .get = [](const PropertyContext& c) { return text_or_nothing(c.player.path()); }},
    {.name = "filename",
     .type = PropertyType::Text,
     .changes = media_changes,
     .get = [](const PropertyContext& c) { return text_or_nothing(c.player.file_name()); }},
    {.name = "filename/no-ext",
     .type = PropertyType::Text,
     .changes = media_changes,
     .get =
         [](const PropertyContext& c) {
           const std::string name = c.player.file_name();
           const auto dot = name.rfind('.');
           return text_or_nothing(dot == std::string::npos || dot == 0 ? name : name.substr(0, dot));
         }},
    {.name = "media-title",
     .type = PropertyType::Text,
     .changes = media_changes,
     .get = [](const PropertyContext& c) { return text_or_nothing(c.player.title()); }},
    {.name = "file-size",
     .type = PropertyType::Integer,
     .changes = media_changes,
     .get = [](const PropertyContext& c) -> Value {
       const auto size = c.player.file_size();
       return size ? Value(size->value) : std::nullopt;
     },
     .display = [](const PropertyContext&,
                   const Json& v) { return size_text(Bytes{v.get<std::int64_t>()}); }},
    {.name = "file-format",
     .type = PropertyType::Text,
     .changes = media_changes,
     .get = [](const PropertyContext& c) -> Value {
       const auto media = c.player.media();
       return media ? Value(media->format) : std::nullopt;
     }},
    {.name = "metadata",
     .changes = media_changes,
     .get = [](const PropertyContext& c) -> Value {
       const auto media = c.player.media();
       if (!media) return std::nullopt;
       Json object = Json::object();
       for (const auto& [key, value] : media->metadata) object[key] = value;
       return object;
     },
     .display =
         [](const PropertyContext&, const Json& object) {
           std::string text;
           for (const auto& [key, value] : object.items()) {
             text += fmt::format("{}: {}\n", key, value.get<std::string>());
           }
           return text;
         }},
    {.name = "track-list", .changes = track_changes, .get = track_list, .display = display_tracks},
    {.name = "current-tracks",
     .changes = track_changes,
     .get = [](const PropertyContext& c) -> Value {
       Json object = Json::object();
       for (const TrackKind kind : media::all_track_kinds) {
         if (const auto track = selected_track(c, kind)) {
           object[std::string(kind_name(kind))] = track_object(c, *track);
         }
       }
       return object;
     }},
    {.name = "chapter-list", .changes = media_changes, .get = chapter_list, .display = display_chapters},
    {.name = "edition-list", .get = [](const PropertyContext&) -> Value { return Json::array(); }},
    {.name = "playlist",
     .changes = bits(Change::Playlist, Change::Phase),
     .get = playlist,
     .display = display_playlist},
    {.name = "playlist-count",
     .type = PropertyType::Integer,
     .changes = bits(Change::Playlist),
     .get = [](const PropertyContext& c) -> Value { return c.player.playlist().size(); }},
    {.name = "playlist-pos",
     .type = PropertyType::Integer,
     .changes = bits(Change::Playlist, Change::Phase),
     .get = [](const PropertyContext& c) -> Value { return c.player.playlist_position(); },
     .set =
         [](PropertyContext& c, const Json& v) {
           const auto position = v.get<std::int64_t>();
           if (position < 0 || std::cmp_greater_equal(position, c.player.playlist().size()))
             return Status::PropertyFailed;
           return status_of(c.player.playlist_play(static_cast<int>(position)));
         }},
    {.name = "playlist-pos-1",
     .type = PropertyType::Integer,
     .changes = bits(Change::Playlist, Change::Phase),
     .get = [](const PropertyContext& c) -> Value {
       const int position = c.player.playlist_position();
       return position < 0 ? -1 : position + 1;
     },
     .set =
         [](PropertyContext& c, const Json& v) {
           const auto position = v.get<std::int64_t>() - 1;
           if (position < 0 || std::cmp_greater_equal(position, c.player.playlist().size()))
             return Status::PropertyFailed;
           return status_of(c.player.playlist_play(static_cast<int>(position)));
         }},
    {.name = "playlist-playing-pos",
     .type = PropertyType::Integer,
     .changes = bits(Change::Playlist, Change::Phase),
     .get = [](const PropertyContext& c) -> Value { return c.player.playlist_position(); }},
    {.name = "playlist-current-pos",
     .type = PropertyType::Integer,
     .changes = bits(Change::Playlist, Change::Phase),
     .get = [](const PropertyContext& c) -> Value { return c.player.playlist_position(); }},
    {.name = "video-params", .changes = picture_changes, .get = video_parameters},
    {.name = "video-out-params", .changes = picture_changes, .get = video_parameters},
    {.name = "video-dec-params", .changes = picture_changes, .get = video_parameters},
    {.name = "width",
     .type = PropertyType::Integer,
     .changes = picture_changes,
     .get =
         [](const PropertyContext& c) { return of_frame(c, [](const auto& frame) { return frame.width; }); }},
    {.name = "height",
     .type = PropertyType::Integer,
     .changes = picture_changes,
     .get =
         [](const PropertyContext& c) {
           return of_frame(c, [](const auto& frame) { return frame.height; });
         }},
    {.name = "dwidth",
     .type = PropertyType::Integer,
     .changes = picture_changes,
     .get =
         [](const PropertyContext& c) {
           return of_frame(c, [](const auto& f) { return display_size(f).first; });
         }},
    {.name = "dheight",
     .type = PropertyType::Integer,
     .changes = picture_changes,
     .get =
         [](const PropertyContext& c) {
           return of_frame(c, [](const auto& f) { return display_size(f).second; });
         }},
    {.name = "container-fps", .type = PropertyType::Real, .changes = track_changes, .get = frames_per_second},
    {.name = "fps", .type = PropertyType::Real, .changes = track_changes, .get = frames_per_second},
    {.name = "estimated-vf-fps",
     .type = PropertyType::Real,
     .changes = track_changes,
     .get = frames_per_second},
    {.name = "video-format",
     .type = PropertyType::Text,
     .changes = track_changes,
     .get = [](const PropertyContext& c) -> Value {
       const auto track = selected_track(c, TrackKind::Video);
       return track ? Value(track->codec) : std::nullopt;
     }},
    {.name = "video-codec",
     .type = PropertyType::Text,
     .changes = track_changes,
     .get = [](const PropertyContext& c) -> Value {
       const auto track = selected_track(c, TrackKind::Video);
       return track ? Value(codec_text(*track)) : std::nullopt;
     }},
    {.name = "audio-codec",
     .type = PropertyType::Text,
     .changes = track_changes,
     .get = [](const PropertyContext& c) -> Value {
       const auto track = selected_track(c, TrackKind::Audio);
       return track ? Value(codec_text(*track)) : std::nullopt;
     }},
    {.name = "audio-codec-name",
     .type = PropertyType::Text,
     .changes = track_changes,
     .get = [](const PropertyContext& c) -> Value {
       const auto track = selected_track(c, TrackKind::Audio);
       return track ? Value(track->codec) : std::nullopt;
     }},
    {.name = "audio-params", .changes = track_changes, .get = audio_parameters},
    {.name = "frame-drop-count",
     .type = PropertyType::Integer,
     .changes = bits(Change::Position, Change::Phase),
     .get = [](const PropertyContext& c) -> Value {
       return opened(c) ? Value(c.player.dropped_frames()) : std::nullopt;
     }},
    {.name = "decoder-frame-drop-count",
     .type = PropertyType::Integer,
     .get = [](const PropertyContext& c) -> Value { return opened(c) ? Value(0) : std::nullopt; }},
};

}  // namespace

std::span<const Property> media_properties() {
  return media_table;
}

}  // namespace freshet::control
