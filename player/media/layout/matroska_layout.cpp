// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Matroska and WebM (RFC 9559): the SeekHead in front names where everything else lies.
#include <algorithm>
#include <map>

#include "player/media/layout/container_layouts.h"
#include "player/media/layout/ebml_element.h"

namespace freshet::media {
namespace {

constexpr int elements_limit = 256;
// Cues of ten hours with a key frame a second.
constexpr std::int64_t longest_index = std::int64_t{2} << 20;
// Positions beyond any file.
constexpr std::uint64_t position_limit = 1ULL << 56U;
constexpr std::uint64_t greatest_scale = 1'000'000'000;

// What the SeekHead names, from the segment's content on.
void read_seek_head(std::span<const std::byte> content, std::map<std::int64_t, std::uint32_t>& places) {
  ebml::each_element(content, elements_limit, [&](const ebml::Element& seek, auto entry, std::size_t) {
    if (seek.id != ebml::id::seek) return true;
    std::uint64_t target = 0;
    std::uint64_t position = position_limit;
    ebml::each_element(entry, elements_limit, [&](const ebml::Element& field, auto value, std::size_t) {
      if (field.id == ebml::id::seek_id) target = ebml::number_in(value);
      if (field.id == ebml::id::seek_position) position = ebml::number_in(value);
      return true;
    });
    if (position < position_limit)
      places.emplace(static_cast<std::int64_t>(position), static_cast<std::uint32_t>(target));
    return true;
  });
}

std::int64_t scale_in(std::span<const std::byte> info) {
  std::int64_t scale = 1'000'000;
  ebml::each_element(info, elements_limit, [&](const ebml::Element& field, auto value, std::size_t) {
    if (field.id != ebml::id::timestamp_scale) return true;
    const auto number = ebml::number_in(value);
    if (number > 0 && number <= greatest_scale) scale = static_cast<std::int64_t>(number);
    return false;
  });
  return scale;
}

}  // namespace

bool looks_like_matroska(std::span<const std::byte> head) {
  const auto element = ebml::element_at(head, 0);
  return element && element->id == ebml::id::header;
}

FileLayout matroska_layout(std::span<const std::byte> head, Bytes size) {
  FileLayout layout{.kind = ContainerKind::Matroska};
  const auto header = ebml::element_at(head, 0);
  if (!header || header->length > head.size()) return layout;
  const auto segment = ebml::element_at(head, header->content + static_cast<std::size_t>(header->length));
  if (!segment || segment->id != ebml::id::segment) return layout;
  const auto begin = static_cast<std::int64_t>(segment->content);
  layout.segment = ByteOffset{begin};

  std::map<std::int64_t, std::uint32_t> places;
  ebml::each_element(head.subspan(segment->content), elements_limit,
                     [&](const ebml::Element& element, auto content, std::size_t at) {
                       if (element.id == ebml::id::cluster)
                         layout.media = ByteOffset{begin + static_cast<std::int64_t>(at)};
                       if (element.id == ebml::id::seek_head) read_seek_head(content, places);
                       if (element.id == ebml::id::info) layout.timestamp_scale = scale_in(content);
                       return element.id != ebml::id::cluster;
                     });
  // All that stands in front of the media is read at once, far elements in the order of their places.
  const auto in_front = layout.media ? layout.media->value : std::min<std::int64_t>(layout_head, size.value);
  add_range(layout.at_open, 0, in_front, size, longest_index);
  for (auto place = places.begin(); place != places.end(); ++place) {
    const auto at = begin + place->first;
    if (at < in_front || place->second == ebml::id::cluster) continue;
    const auto end = std::next(place) != places.end() ? begin + std::next(place)->first : size.value;
    const bool is_cues = place->second == ebml::id::cues;
    add_range(is_cues ? layout.at_seek : layout.at_open, at, end, size, longest_index);
  }
  return layout;
}

}  // namespace freshet::media
