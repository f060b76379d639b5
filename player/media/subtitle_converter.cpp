// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/subtitle_converter.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "player/media/text.h"

namespace freshet::media {
namespace {

constexpr std::size_t line_bytes_limit = std::size_t{256} << 10;  // drawings in ASS are long
constexpr std::size_t header_bytes_limit = std::size_t{4} << 20;
constexpr std::size_t numbers_limit = 100'000;  // lines of one track; a film has 1500
constexpr int bitmap_side_limit = 8192;
constexpr std::int64_t bitmap_pixels_limit = std::int64_t{4096} * 2304;
constexpr unsigned rectangles_limit = 64;

}  // namespace

bool is_bitmap_subtitle(AVCodecID codec) {
  const AVCodecDescriptor* descriptor = avcodec_descriptor_get(codec);
  return descriptor != nullptr && (descriptor->props & AV_CODEC_PROP_BITMAP_SUB) != 0;
}

SubtitleConverter::SubtitleConverter(const StreamDescription& stream, const AVCodecContext& codec,
                                     int track_id)
    : stream_(stream), codec_(codec), track_id_(track_id) {}

SubtitleTrack SubtitleConverter::track() const {
  SubtitleTrack track{.id = track_id_, .bitmaps = is_bitmap_subtitle(codec_.codec_id)};
  if (!track.bitmaps && codec_.subtitle_header != nullptr && codec_.subtitle_header_size > 0) {
    std::string_view header(static_cast<const char*>(static_cast<const void*>(codec_.subtitle_header)),
                            static_cast<std::size_t>(codec_.subtitle_header_size));
    header = header.substr(0, header.find('\0'));
    track.ass_header = clean_text(header, header_bytes_limit, LineBreaks::Keep);
  }
  return track;
}

std::string SubtitleConverter::numbered(std::string line, MediaTime start, MediaTime duration) {
  if (codec_.codec_id == AV_CODEC_ID_ASS || codec_.codec_id == AV_CODEC_ID_SSA) return line;
  const auto comma = line.find(',');
  if (comma == std::string::npos) return line;
  line.erase(0, comma);
  std::string key = std::to_string(start.count()) + ' ' + std::to_string(duration.count()) + line;
  if (numbers_.size() >= numbers_limit) numbers_.clear();
  const auto [entry, added] = numbers_.try_emplace(std::move(key), static_cast<int>(numbers_.size()));
  return std::to_string(entry->second) + line;
}

std::optional<SubtitleBitmap> SubtitleConverter::bitmap(const AVSubtitleRect& rect) const {
  if (rect.w <= 0 || rect.h <= 0 || rect.w > bitmap_side_limit || rect.h > bitmap_side_limit ||
      std::int64_t{rect.w} * rect.h > bitmap_pixels_limit || rect.data[0] == nullptr ||
      rect.data[1] == nullptr) {
    return std::nullopt;
  }
  SubtitleBitmap bitmap{.x = rect.x, .y = rect.y, .width = rect.w, .height = rect.h};
  bitmap.rgba.resize(static_cast<std::size_t>(rect.w) * static_cast<std::size_t>(rect.h) * 4);
  // The palette has 256 native-endian ARGB words, whatever number of them the subtitle uses.
  std::array<std::uint32_t, 256> palette{};
  std::copy_n(rect.data[1], sizeof(palette), static_cast<std::uint8_t*>(static_cast<void*>(palette.data())));
  std::size_t out = 0;
  for (int y = 0; y < rect.h; ++y) {
    const std::uint8_t* row = rect.data[0] + static_cast<std::ptrdiff_t>(y) * rect.linesize[0];
    for (int x = 0; x < rect.w; ++x) {
      const std::uint32_t argb = palette[row[x]];
      bitmap.rgba[out++] = static_cast<std::uint8_t>(argb >> 16);
      bitmap.rgba[out++] = static_cast<std::uint8_t>(argb >> 8);
      bitmap.rgba[out++] = static_cast<std::uint8_t>(argb);
      bitmap.rgba[out++] = static_cast<std::uint8_t>(argb >> 24);
    }
  }
  return bitmap;
}

std::vector<SubtitleEvent> SubtitleConverter::convert(const AVSubtitle& subtitle, const AVPacket& packet) {
  std::vector<SubtitleEvent> events;
  auto base = to_media_time(packet.pts, stream_.time_base);
  if (!base) base = to_media_time(subtitle.pts, AVRational{1, AV_TIME_BASE});
  if (!base) return events;
  constexpr std::uint32_t open_end = 0xFFFFFFFF;
  const MediaTime start = *base - stream_.start_time + std::chrono::milliseconds(subtitle.start_display_time);
  MediaTime duration{0};
  if (subtitle.end_display_time != open_end && subtitle.end_display_time > subtitle.start_display_time) {
    duration = std::chrono::milliseconds(subtitle.end_display_time - subtitle.start_display_time);
  }
  SubtitleEvent pictures{.track_id = track_id_, .start = start, .duration = duration};
  for (unsigned i = 0; i < std::min(subtitle.num_rects, rectangles_limit); ++i) {
    const AVSubtitleRect& rect = *subtitle.rects[i];
    if (rect.type == SUBTITLE_BITMAP) {
      if (auto converted = bitmap(rect)) pictures.bitmaps.push_back(std::move(*converted));
    } else if (rect.ass != nullptr) {
      std::string line = clean_text(rect.ass, line_bytes_limit);
      events.push_back({.track_id = track_id_,
                        .start = start,
                        .duration = duration,
                        .ass = numbered(std::move(line), start, duration)});
    }
  }
  if (is_bitmap_subtitle(codec_.codec_id)) {
    // Without bitmaps it ends what is shown.
    pictures.space_width = codec_.width;
    pictures.space_height = codec_.height;
    events.push_back(std::move(pictures));
  }
  return events;
}

}  // namespace freshet::media
