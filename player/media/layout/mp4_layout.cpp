// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// MP4 and QuickTime (ISO/IEC 14496-12): boxes, one after the other, with their sizes in front.
#include <algorithm>
#include <array>
#include <string_view>

#include "drm/container/box_header.h"
#include "player/media/layout/container_layouts.h"

namespace freshet::media {
namespace {

// ftyp, free, uuid, moov, … : a file made for playing has some ten before its media.
constexpr int boxes_limit = 64;
// Sample tables of ten hours with a dozen tracks.
constexpr std::int64_t longest_index = std::int64_t{64} << 20;
// The index of a fragmented film with a fragment every two seconds.
constexpr std::int64_t fragment_index_tail = 256 << 10;

struct Box {
  std::string_view type;
  std::int64_t content = 0;
  std::int64_t end = 0;  // may lie behind what was looked at
};

std::optional<Box> box_at(std::span<const std::byte> head, std::int64_t at, std::int64_t enclosing_end) {
  if (at < 0 || at >= static_cast<std::int64_t>(head.size())) return std::nullopt;
  const auto header =
      container::read_box_header(head.subspan(static_cast<std::size_t>(at)), enclosing_end - at);
  if (!header) return std::nullopt;
  return Box{.type = header->type, .content = at + header->header, .end = at + header->size};
}

bool is_fragmented(std::span<const std::byte> head, const Box& movie) {
  std::int64_t at = movie.content;
  for (int count = 0; count < boxes_limit && at < movie.end; ++count) {
    const auto box = box_at(head, at, movie.end);
    if (!box) return false;
    if (box->type == "mvex") return true;
    at = box->end;
  }
  return false;
}

}  // namespace

bool looks_like_mp4(std::span<const std::byte> head) {
  constexpr std::array<std::string_view, 8> first{"ftyp", "moov", "mdat", "free",
                                                  "skip", "wide", "styp", "pnot"};
  const auto box = box_at(head, 0, static_cast<std::int64_t>(head.size()));
  return box && std::ranges::find(first, box->type) != first.end();
}

FileLayout mp4_layout(std::span<const std::byte> head, Bytes size) {
  FileLayout layout{.kind = ContainerKind::Mp4};
  bool has_index = false;
  bool fragmented = false;
  std::int64_t at = 0;
  for (int count = 0; count < boxes_limit && at < size.value; ++count) {
    const auto box = box_at(head, at, size.value);
    if (!box) break;
    if (box->type == "moov") {
      has_index = true;
      fragmented = is_fragmented(head, *box);
      add_range(layout.at_open, 0, box->end, size, longest_index);
      layout.media = ByteOffset{std::min(box->end, size.value)};
    } else if (box->type == "sidx") {
      fragmented = true;
      add_range(layout.at_open, at, box->end, size, longest_index);
      layout.media = ByteOffset{std::min(box->end, size.value)};
    } else if (box->type == "moof") {
      fragmented = true;
      layout.media = ByteOffset{at};
      break;
    } else if (box->type == "mdat") {
      layout.media = ByteOffset{at};
      if (has_index) break;
      // The header stands behind the media: everything from there is read first.
      add_range(layout.at_open, 0, box->content, size, longest_index);
      add_range(layout.at_open, box->end, size.value, size, longest_index);
      break;
    }
    at = box->end;
  }
  if (fragmented) {
    add_range(layout.at_seek, std::max<std::int64_t>(size.value - fragment_index_tail, 0), size.value, size,
              fragment_index_tail);
  }
  return layout;
}

}  // namespace freshet::media
