// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Matroska's Cues (RFC 9559, 5.1.5).
#include <algorithm>
#include <map>

#include "player/media/layout/ebml_element.h"
#include "player/media/layout/index_points.h"

namespace freshet::media {
namespace {

constexpr int fields_limit = 64;
constexpr std::size_t most_tracks = 64;
// 285 years in nanoseconds: what FFmpeg and we count in.
constexpr std::uint64_t greatest_time = 9'000'000'000'000'000'000ULL;
constexpr std::uint64_t greatest_position = 1ULL << 56U;

using ByTrack = std::map<std::uint64_t, std::vector<IndexPoint>>;

void add_point(std::uint64_t time, std::span<const std::byte> positions, const FileLayout& layout,
               ByTrack& tracks) {
  std::uint64_t track = 0;
  std::uint64_t position = greatest_position;
  ebml::each_element(positions, fields_limit, [&](const ebml::Element& field, auto value, std::size_t) {
    if (field.id == ebml::id::cue_track) track = ebml::number_in(value);
    if (field.id == ebml::id::cue_cluster_position) position = ebml::number_in(value);
    return true;
  });
  const auto scale = static_cast<std::uint64_t>(layout.timestamp_scale);
  if (position >= greatest_position || time > greatest_time / scale) return;
  if (!tracks.contains(track) && tracks.size() >= most_tracks) return;
  auto& points = tracks[track];
  if (points.size() >= most_index_points) return;
  points.push_back({MediaTime{static_cast<std::int64_t>(time * scale)},
                    layout.segment + Bytes{static_cast<std::int64_t>(position)}, true});
}

}  // namespace

Bytes length_of_cues(std::span<const std::byte> bytes) {
  const auto element = ebml::element_at(bytes, 0);
  if (!element || element->id != ebml::id::cues || element->length >= greatest_position) return {};
  return Bytes{static_cast<std::int64_t>(element->content + element->length)};
}

std::vector<IndexPoint> points_in_cues(std::span<const std::byte> cues, const FileLayout& layout) {
  const auto element = ebml::element_at(cues, 0);
  if (!element || element->id != ebml::id::cues || layout.timestamp_scale <= 0) return {};
  ByTrack tracks;
  ebml::each_element(ebml::content_of(cues, *element), static_cast<int>(most_index_points),
                     [&](const ebml::Element& point, auto fields, std::size_t) {
                       if (point.id != ebml::id::cue_point) return true;
                       std::uint64_t time = 0;
                       ebml::each_element(fields, fields_limit,
                                          [&](const ebml::Element& field, auto value, std::size_t) {
                                            if (field.id == ebml::id::cue_time) time = ebml::number_in(value);
                                            if (field.id == ebml::id::cue_track_positions)
                                              add_point(time, value, layout, tracks);
                                            return true;
                                          });
                       return true;
                     });
  const auto longest =
      std::ranges::max_element(tracks, {}, [](const auto& track) { return track.second.size(); });
  return longest == tracks.end() ? std::vector<IndexPoint>{} : std::move(longest->second);
}

}  // namespace freshet::media
