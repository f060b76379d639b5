// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/media_description.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstring>
#include <string_view>

#include "player/media/text.h"

namespace freshet::media {
namespace {

// Tags are shown on one line; nobody reads more than this, and a hostile file may bring any number.
constexpr std::size_t tag_limit = 1024;
constexpr std::size_t tags_limit = 64;
constexpr unsigned chapters_limit = 2000;
// Fonts come with fansubbed files by the dozen; CJK fonts have up to 20 MiB.
constexpr std::size_t fonts_limit = 128;
constexpr std::size_t font_bytes_limit = std::size_t{32} << 20;
constexpr std::size_t fonts_bytes_limit = std::size_t{128} << 20;

std::string tag(const AVDictionary* dictionary, const char* key) {
  const AVDictionaryEntry* entry = av_dict_get(dictionary, key, nullptr, 0);
  return entry != nullptr ? clean_text(entry->value, tag_limit) : std::string();
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

double frame_rate(const AVStream& stream) {
  if (stream.avg_frame_rate.num > 0 && stream.avg_frame_rate.den > 0) return av_q2d(stream.avg_frame_rate);
  if (stream.r_frame_rate.num > 0 && stream.r_frame_rate.den > 0) return av_q2d(stream.r_frame_rate);
  return 0;
}

const void* side_data(const AVStream& stream, AVPacketSideDataType type, std::size_t at_least) {
  for (int i = 0; i < stream.nb_side_data; ++i) {
    const AVPacketSideData& data = stream.side_data[i];
    if (data.type == type && data.size >= at_least) return data.data;
  }
  return nullptr;
}

int rotation(const AVStream& stream) {
  const void* matrix = side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(std::int32_t));
  if (matrix == nullptr) return 0;
  const double counter_clockwise = av_display_rotation_get(static_cast<const std::int32_t*>(matrix));
  if (std::isnan(counter_clockwise)) return 0;
  const auto quarters = static_cast<int>(std::lround(-counter_clockwise / 90.0));
  return ((quarters % 4 + 4) % 4) * 90;
}

std::optional<HdrInfo> hdr(const AVStream& stream) {
  HdrInfo info;
  bool found = false;
  const auto* mastering = static_cast<const AVMasteringDisplayMetadata*>(
      side_data(stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, sizeof(AVMasteringDisplayMetadata)));
  if (mastering != nullptr && mastering->has_luminance != 0) {
    info.min_luminance = static_cast<float>(av_q2d(mastering->min_luminance));
    info.max_luminance = static_cast<float>(av_q2d(mastering->max_luminance));
    found = true;
  }
  const auto* light = static_cast<const AVContentLightMetadata*>(
      side_data(stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, sizeof(AVContentLightMetadata)));
  if (light != nullptr) {
    info.max_cll = static_cast<float>(light->MaxCLL);
    info.max_fall = static_cast<float>(light->MaxFALL);
    found = true;
  }
  return found ? std::optional(info) : std::nullopt;
}

std::optional<TrackKind> track_kind(AVMediaType type) {
  switch (type) {
    case AVMEDIA_TYPE_VIDEO: return TrackKind::Video;
    case AVMEDIA_TYPE_AUDIO: return TrackKind::Audio;
    case AVMEDIA_TYPE_SUBTITLE: return TrackKind::Subtitle;
    default: return std::nullopt;
  }
}

std::string channel_layout(const AVChannelLayout& layout) {
  std::array<char, 128> text{};
  if (av_channel_layout_describe(&layout, text.data(), text.size()) < 0) return {};
  return text.data();
}

Track describe_track(const AVStream& stream, TrackKind kind, int id) {
  const AVCodecParameters& parameters = *stream.codecpar;
  Track track;
  track.id = id;
  track.kind = kind;
  track.stream_index = stream.index;
  track.codec = avcodec_get_name(parameters.codec_id);
  if (const AVCodecDescriptor* descriptor = avcodec_descriptor_get(parameters.codec_id);
      descriptor != nullptr && descriptor->long_name != nullptr) {
    track.codec_description = descriptor->long_name;
  }
  track.title = tag(stream.metadata, "title");
  track.language = tag(stream.metadata, "language");
  track.is_default = (stream.disposition & AV_DISPOSITION_DEFAULT) != 0;
  track.forced = (stream.disposition & AV_DISPOSITION_FORCED) != 0;
  track.album_art = (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
  track.decodable = avcodec_find_decoder(parameters.codec_id) != nullptr;
  track.bit_rate = std::max<std::int64_t>(parameters.bit_rate, 0);
  if (kind != TrackKind::Audio) {
    track.width = parameters.width;
    track.height = parameters.height;
  }
  if (kind == TrackKind::Video) {
    track.rotation = rotation(stream);
    track.frames_per_second = track.album_art ? 0 : frame_rate(stream);
    const AVRational aspect =
        stream.sample_aspect_ratio.num > 0 ? stream.sample_aspect_ratio : parameters.sample_aspect_ratio;
    if (aspect.num > 0 && aspect.den > 0) track.sample_aspect = av_q2d(aspect);
  } else if (kind == TrackKind::Audio) {
    track.channels = parameters.ch_layout.nb_channels;
    track.sample_rate = parameters.sample_rate;
    track.channel_layout = channel_layout(parameters.ch_layout);
  }
  return track;
}

// Sound that begins some milliseconds before 0 is a codec's delay, which the decoder cuts off: the file then
// starts at 0, as players agree.
MediaTime file_start(const AVFormatContext& context, std::optional<MediaTime> begins_at) {
  const auto start = begins_at ? begins_at : to_media_time(context.start_time, AVRational{1, AV_TIME_BASE});
  if (!start || (*start < MediaTime{0} && *start > -std::chrono::seconds(1))) return MediaTime{0};
  return *start;
}

bool is_protected(const AVStream& stream) {
  return side_data(stream, AV_PKT_DATA_ENCRYPTION_INIT_INFO, 0) != nullptr ||
         side_data(stream, AV_PKT_DATA_ENCRYPTION_INFO, 0) != nullptr;
}

bool is_font(const AVStream& stream) {
  const std::string type = lower_case(tag(stream.metadata, "mimetype"));
  const std::string name = lower_case(tag(stream.metadata, "filename"));
  constexpr std::array<std::string_view, 4> endings = {".ttf", ".otf", ".ttc", ".otc"};
  return type.find("font") != std::string::npos || type.find("truetype") != std::string::npos ||
         type.find("opentype") != std::string::npos ||
         std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

}  // namespace

MediaInfo describe_media(const AVFormatContext& context, bool seekable, std::optional<MediaTime> begins_at) {
  MediaInfo info;
  info.format = context.iformat->name;
  info.start_time = file_start(context, begins_at);
  info.bit_rate = std::max<std::int64_t>(context.bit_rate, 0);
  info.seekable = seekable;
  if (const auto duration = to_media_time(context.duration, AVRational{1, AV_TIME_BASE});
      duration && *duration > MediaTime{0}) {
    info.duration = duration;
  } else if (begins_at) {
    for (unsigned i = 0; i < context.nb_streams; ++i) {
      const auto length = to_media_time(context.streams[i]->duration, context.streams[i]->time_base);
      if (length && *length > MediaTime{0})
        info.duration = std::max(*length, info.duration.value_or(MediaTime{0}));
    }
  }
  std::array<int, 3> counts{};
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    const AVStream& stream = *context.streams[i];
    const auto kind = track_kind(stream.codecpar->codec_type);
    if (!kind) continue;
    const int id = ++counts[static_cast<std::size_t>(*kind)];
    Track track = describe_track(stream, *kind, id);
    if (is_protected(stream)) {
      track.decodable = false;
      info.skipped.push_back("Track " + std::to_string(i) + " (" + track.codec + ") is encrypted");
    } else if (!track.decodable) {
      info.skipped.push_back("Track " + std::to_string(i) + " cannot be decoded: no decoder for " +
                             track.codec);
    }
    info.tracks.push_back(std::move(track));
  }
  for (unsigned i = 0; i < std::min(context.nb_chapters, chapters_limit); ++i) {
    const AVChapter& chapter = *context.chapters[i];
    const auto start = to_media_time(chapter.start, chapter.time_base);
    if (!start) continue;
    info.chapters.push_back(
        {std::max(*start - info.start_time, MediaTime{0}), tag(chapter.metadata, "title")});
  }
  std::ranges::sort(info.chapters, {}, &Chapter::start);
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(context.metadata, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr &&
         info.metadata.size() < tags_limit) {
    info.metadata.emplace(lower_case(clean_text(entry->key, tag_limit)), clean_text(entry->value, tag_limit));
  }
  return info;
}

std::shared_ptr<const StreamDescription> describe_stream(AVFormatContext& context, int index,
                                                         MediaTime start_time, bool is_unlocked) {
  const AVStream& stream = *context.streams[index];
  auto description = std::make_shared<StreamDescription>();
  description->index = index;
  description->type = stream.codecpar->codec_type;
  description->parameters.reset(avcodec_parameters_alloc());
  if (!description->parameters ||
      avcodec_parameters_copy(description->parameters.get(), stream.codecpar) < 0) {
    return nullptr;
  }
  description->time_base = stream.time_base;
  description->frame_rate = stream.avg_frame_rate.num > 0 ? stream.avg_frame_rate : stream.r_frame_rate;
  description->constant_rate = stream.avg_frame_rate.num > 0 && stream.r_frame_rate.num > 0 &&
                               av_cmp_q(stream.avg_frame_rate, stream.r_frame_rate) == 0;
  description->sample_aspect = stream.sample_aspect_ratio;
  description->rotation = rotation(stream);
  description->hdr = hdr(stream);
  description->is_protected = is_protected(stream);
  description->is_unlocked = is_unlocked;
  description->start_time = start_time;
  if ((stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0 && stream.attached_pic.size > 0) {
    description->picture.reset(av_packet_clone(&stream.attached_pic));
  }
  return description;
}

std::vector<FontAttachment> collect_fonts(const AVFormatContext& context) {
  std::vector<FontAttachment> fonts;
  std::size_t total = 0;
  for (unsigned i = 0; i < context.nb_streams && fonts.size() < fonts_limit; ++i) {
    const AVStream& stream = *context.streams[i];
    const AVCodecParameters& parameters = *stream.codecpar;
    if (parameters.codec_type != AVMEDIA_TYPE_ATTACHMENT || parameters.extradata_size <= 0) continue;
    const auto size = static_cast<std::size_t>(parameters.extradata_size);
    if (!is_font(stream) || size > font_bytes_limit || total + size > fonts_bytes_limit) continue;
    total += size;
    FontAttachment font{.name = tag(stream.metadata, "filename"), .data = std::vector<std::byte>(size)};
    std::memcpy(font.data.data(), parameters.extradata, size);
    fonts.push_back(std::move(font));
  }
  return fonts;
}

}  // namespace freshet::media
