// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/layout/time_map.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace freshet::media {
namespace {

// Points nearer to each other than this tell nothing about a rate, but for key frames.
constexpr MediaTime least_distance = std::chrono::milliseconds(250);
// Rates that differ by less are one stretch.
constexpr double same_rate = 0.15;
// A stretch shorter than this is not worth a message of its own.
constexpr MediaTime least_stretch = std::chrono::milliseconds(500);

double slope(const IndexPoint& a, const IndexPoint& b) {
  const double seconds = to_seconds(b.time - a.time);
  return seconds > 0 ? static_cast<double>((b.at - a.at).value) / seconds : 0;
}

}  // namespace

std::shared_ptr<const TimeMap> TimeMap::make(std::vector<IndexPoint> points, ByteOffset media_end,
                                             MediaTime duration) {
  std::ranges::sort(points, {}, [](const IndexPoint& point) { return std::pair(point.time, point.at); });
  std::vector<IndexPoint> kept;
  for (const auto& point : points) {
    if (point.at.value < 0 || point.at >= media_end || point.time >= duration) continue;
    if (!kept.empty()) {
      if (point.at <= kept.back().at || point.time <= kept.back().time) continue;
      const bool near = point.time - kept.back().time < least_distance;
      if (near && !point.key) continue;
    }
    if (kept.size() >= most_index_points) break;
    kept.push_back(point);
  }
  if (kept.empty()) return nullptr;
  kept.push_back({duration, media_end, true});
  return std::shared_ptr<const TimeMap>(new TimeMap(std::move(kept)));
}

ByteOffset TimeMap::at(MediaTime time) const {
  const auto after = std::ranges::upper_bound(points_, time, {}, &IndexPoint::time);
  if (after == points_.begin()) return points_.front().at;
  if (after == points_.end()) return points_.back().at;
  const auto& before = *std::prev(after);
  return before.at + Bytes{std::llround(slope(before, *after) * to_seconds(time - before.time))};
}

MediaTime TimeMap::time_of(ByteOffset byte) const {
  const auto after = std::ranges::upper_bound(points_, byte, {}, &IndexPoint::at);
  if (after == points_.begin()) return points_.front().time;
  if (after == points_.end()) return points_.back().time;
  const auto& before = *std::prev(after);
  const double rate = slope(before, *after);
  return before.time +
         (rate > 0 ? from_seconds(static_cast<double>((byte - before.at).value) / rate) : MediaTime{0});
}

double TimeMap::rate(MediaTime from, MediaTime length) const {
  if (length <= MediaTime{0}) return 0;
  return static_cast<double>((at(from + length) - at(from)).value) / to_seconds(length);
}

TimeMap::Group TimeMap::group_of(std::size_t point) const {
  std::size_t next = point + 1;
  while (next + 1 < points_.size() && !points_[next].key) ++next;
  return {{points_[point].at, points_[next].at}, points_[point].time};
}

TimeMap::Group TimeMap::group_at(MediaTime time) const {
  std::size_t found = 0;
  const auto after = std::ranges::upper_bound(points_, time, {}, &IndexPoint::time);
  auto index = static_cast<std::size_t>(after - points_.begin());
  index = std::min(index, points_.size() - 1);
  while (index-- > 0) {
    if (!points_[index].key) continue;
    found = index;
    break;
  }
  return group_of(found);
}

TimeMap::Group TimeMap::group_from(MediaTime time) const {
  for (auto point = std::ranges::lower_bound(points_, time, {}, &IndexPoint::time);
       point != points_.end() && std::next(point) != points_.end(); ++point) {
    if (point->key) return group_of(static_cast<std::size_t>(point - points_.begin()));
  }
  return group_at(points_.back().time);
}

std::vector<TimeMap::Stretch> TimeMap::stretches(ByteOffset from, ByteOffset until, std::size_t most) const {
  std::vector<Stretch> result;
  until = std::min(until, points_.back().at);
  from = std::max(from, points_.front().at);
  if (from >= until || most == 0) return result;
  auto point = std::prev(std::ranges::upper_bound(points_, from, {}, &IndexPoint::at));
  MediaTime begin = time_of(from);
  for (; std::next(point) != points_.end() && point->at < until; ++point) {
    const IndexPoint here{begin, from, true};
    const IndexPoint& end = *std::next(point);
    const double rate = slope(here, end);
    if (!result.empty()) {
      auto& last = result.back();
      const auto lasts = here.time - last.begin;
      const bool alike = std::abs(rate - last.bytes_per_second) <= same_rate * last.bytes_per_second;
      if (alike || lasts < least_stretch || result.size() == most) {
        last.bytes.end = std::min(end.at, until);
        last.bytes_per_second = slope({last.begin, last.bytes.begin, true}, end);
        from = end.at;
        begin = end.time;
        continue;
      }
    }
    result.push_back({{from, std::min(end.at, until)}, begin, rate});
    from = end.at;
    begin = end.time;
  }
  return result;
}

}  // namespace freshet::media
