// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/subtitles/bitmap_track.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "player/subtitles/limits.h"

namespace freshet::subtitles {
namespace {

bool is_sound(const media::SubtitleBitmap& bitmap) {
  if (bitmap.width <= 0 || bitmap.height <= 0 || bitmap.width > max_bitmap_side ||
      bitmap.height > max_bitmap_side) {
    return false;
  }
  if (std::abs(std::int64_t{bitmap.x}) > max_bitmap_side ||
      std::abs(std::int64_t{bitmap.y}) > max_bitmap_side) {
    return false;
  }
  return bitmap.rgba.size() ==
         static_cast<std::size_t>(bitmap.width) * static_cast<std::size_t>(bitmap.height) * 4;
}

void premultiply(std::vector<std::uint8_t>& rgba) {
  for (std::size_t at = 0; at + 3 < rgba.size(); at += 4) {
    const unsigned alpha = rgba[at + 3];
    for (std::size_t channel = at; channel < at + 3; ++channel) {
      rgba[channel] = static_cast<std::uint8_t>((rgba[channel] * alpha + 127) / 255);
    }
  }
}

}  // namespace

void BitmapTrack::add(media::SubtitleEvent event) {
  auto shown = std::make_shared<Shown>();
  shown->start = bounded(event.start);
  shown->space_width = std::clamp(event.space_width, 0, max_bitmap_side);
  shown->space_height = std::clamp(event.space_height, 0, max_bitmap_side);
  std::size_t bytes = sizeof(Event);
  for (media::SubtitleBitmap& bitmap : event.bitmaps) {
    if (shown->pictures.size() >= max_event_bitmaps) break;
    if (!is_sound(bitmap) || bytes + bitmap.rgba.size() > max_bitmap_bytes) continue;
    bytes += bitmap.rgba.size();
    premultiply(bitmap.rgba);
    shown->pictures.push_back({.x = bitmap.x,
                               .y = bitmap.y,
                               .width = bitmap.width,
                               .height = bitmap.height,
                               .rgba = std::move(bitmap.rgba)});
  }
  Event& kept = events_[shown->start];
  bytes_ = bytes_ - kept.bytes + bytes;
  kept = {
      .duration = bounded(std::max(event.duration, MediaTime(0))), .bytes = bytes, .shown = std::move(shown)};
  // The oldest go: playing has passed them, and a seek back brings them again.
  while (bytes_ > max_bitmap_bytes && events_.size() > 1) {
    bytes_ -= events_.begin()->second.bytes;
    events_.erase(events_.begin());
  }
}

void BitmapTrack::clear() {
  events_.clear();
  bytes_ = 0;
}

std::optional<MediaTime> BitmapTrack::end_of(Events::const_iterator event) const {
  const auto following = std::next(event);
  std::optional<MediaTime> end;
  if (event->second.duration > MediaTime(0)) end = event->first + event->second.duration;
  // Each event is a whole screen: the next one replaces it, whatever its own length.
  if (following != events_.end()) end = std::min(end.value_or(following->first), following->first);
  return end;
}

std::shared_ptr<const BitmapTrack::Shown> BitmapTrack::at(MediaTime at) const {
  const auto after = events_.upper_bound(at);
  if (after == events_.begin()) return nullptr;
  const auto event = std::prev(after);
  const std::optional<MediaTime> end = end_of(event);
  if ((end && at >= *end) || event->second.shown->pictures.empty()) return nullptr;
  return event->second.shown;
}

std::vector<MediaTime> BitmapTrack::starts() const {
  std::vector<MediaTime> starts;
  for (const auto& [start, event] : events_) {
    if (!event.shown->pictures.empty()) starts.push_back(start);
  }
  return starts;
}

std::optional<MediaTime> BitmapTrack::next_change(MediaTime at) const {
  const auto after = events_.upper_bound(at);
  std::optional<MediaTime> next;
  if (after != events_.end()) next = after->first;
  if (after != events_.begin()) {
    const std::optional<MediaTime> end = end_of(std::prev(after));
    if (end && *end > at) next = std::min(next.value_or(*end), *end);
  }
  return next;
}

video::Rectangle place(const BitmapTrack::Picture& picture, int space_width, int space_height,
                       const video::Rectangle& film, int video_width, int video_height, int surface_width,
                       int surface_height) {
  if (space_width <= 0 || space_height <= 0) {
    space_width = video_width > 0 ? video_width : film.width;
    space_height = video_height > 0 ? video_height : film.height;
  }
  double scale_x = static_cast<double>(film.width) / std::max(space_width, 1);
  double scale_y = static_cast<double>(film.height) / std::max(space_height, 1);
  double left = film.x;
  double top = film.y;
  // The space has the film's own shape (a DVD's pixels are stretched with the film's), or it is the disc's
  // whole screen, whose black bars were cut off the film: then one side and the middle are common.
  const double space_shape = static_cast<double>(space_width) / space_height;
  const double film_shape = video_height > 0 ? static_cast<double>(video_width) / video_height : space_shape;
  if (std::abs(space_shape / film_shape - 1) > 0.02) {
    scale_x = scale_y = film_shape > space_shape ? scale_x : scale_y;
    left = film.x + (film.width - space_width * scale_x) / 2;
    top = film.y + (film.height - space_height * scale_y) / 2;
  }
  video::Rectangle result{static_cast<int>(std::lround(left + picture.x * scale_x)),
                          static_cast<int>(std::lround(top + picture.y * scale_y)),
                          std::max(1, static_cast<int>(std::lround(picture.width * scale_x))),
                          std::max(1, static_cast<int>(std::lround(picture.height * scale_y)))};
  // What would lie in bars that the window does not have moves inside.
  if (result.width <= surface_width) result.x = std::clamp(result.x, 0, surface_width - result.width);
  if (result.height <= surface_height) result.y = std::clamp(result.y, 0, surface_height - result.height);
  return result;
}

}  // namespace freshet::subtitles
