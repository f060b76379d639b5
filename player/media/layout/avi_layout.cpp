// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// AVI: RIFF chunks with little-endian sizes. The index of an old file (idx1) stands behind its media; a large
// one (OpenDML) names its parts in the header (indx). MPEG-TS is here too: it has nothing of that.
#include <algorithm>
#include <limits>
#include <string_view>

#include "player/media/layout/container_layouts.h"

namespace freshet::media {
namespace {

constexpr int chunks_limit = 256;
constexpr std::size_t most_index_parts = 64;
// 16 bytes a chunk: a film of three hours with two streams.
constexpr std::int64_t longest_index = std::int64_t{32} << 20;
constexpr std::size_t list_header = 12;
constexpr std::size_t super_index_header = 24;
constexpr std::size_t super_index_entry = 16;
// FFmpeg looks for the last time stamp in the last 250 kB.
constexpr std::int64_t last_time_stamps = 256 << 10;

std::uint64_t little_endian(std::span<const std::byte> bytes, std::size_t at, std::size_t length) {
  std::uint64_t value = 0;
  if (at > bytes.size() || length > bytes.size() - at) return 0;
  for (std::size_t i = length; i-- > 0;) value = value << 8U | std::to_integer<std::uint64_t>(bytes[at + i]);
  return value;
}

std::string_view name_at(std::span<const std::byte> bytes, std::size_t at) {
  if (at > bytes.size() || bytes.size() - at < 4) return {};
  return {reinterpret_cast<const char*>(bytes.data()) + at, 4};
}

// Parts of the index that one stream's header names.
void read_super_index(std::span<const std::byte> chunk, Bytes size, std::vector<ByteRange>& parts) {
  constexpr std::size_t type_at = 3;
  if (chunk.size() < super_index_header || std::to_integer<int>(chunk[type_at]) != 0) return;
  const auto count = little_endian(chunk, 4, 4);
  for (std::size_t i = 0; i < count && parts.size() < most_index_parts; ++i) {
    const auto entry = super_index_header + i * super_index_entry;
    if (entry + super_index_entry > chunk.size()) return;
    const auto offset = little_endian(chunk, entry, 8);
    const auto length = static_cast<std::int64_t>(little_endian(chunk, entry + 8, 4));
    if (offset >= static_cast<std::uint64_t>(size.value)) continue;
    const auto begin = static_cast<std::int64_t>(offset);
    add_range(parts, begin, begin + length, size, longest_index);
  }
}

struct Reader {
  Bytes size;
  FileLayout& layout;
  std::vector<ByteRange> parts{};
  int chunks = 0;

  // The chunks of [at, end); lists of headers are looked into. False: the media begin.
  bool walk(std::span<const std::byte> head, std::size_t at, std::size_t end, int depth) {
    constexpr int deepest = 3;  // RIFF / hdrl / strl
    while (at + 8 <= end && ++chunks < chunks_limit) {
      const auto name = name_at(head, at);
      const auto length = little_endian(head, at + 4, 4);
      const auto content = at + 8;
      const auto kind = name_at(head, content);
      if (name == "LIST" && kind == "movi") {
        layout.media = ByteOffset{static_cast<std::int64_t>(at)};
        const auto behind = static_cast<std::int64_t>(content + length);
        add_range(layout.at_open, 0, static_cast<std::int64_t>(at + list_header), size, longest_index);
        // OpenDML has idx1 for the first gigabyte only, and FFmpeg reads the parts instead.
        if (parts.empty()) add_range(layout.at_open, behind, size.value, size, longest_index);
        return false;
      }
      const auto stop = std::min<std::uint64_t>(end, content + length);
      if (name == "LIST" && depth < deepest && (kind == "hdrl" || kind == "strl")) {
        if (!walk(head, content + 4, static_cast<std::size_t>(stop), depth + 1)) return false;
      } else if (name == "indx" && stop > content) {
        read_super_index(head.subspan(content, static_cast<std::size_t>(stop) - content), size, parts);
      }
      const auto next = content + length + (length & 1U);
      if (next >= end) return true;
      at = static_cast<std::size_t>(next);
    }
    return true;
  }
};

}  // namespace

bool looks_like_avi(std::span<const std::byte> head) {
  return name_at(head, 0) == "RIFF" && name_at(head, 8) == "AVI ";
}

FileLayout avi_layout(std::span<const std::byte> head, Bytes size) {
  FileLayout layout{.kind = ContainerKind::Avi};
  Reader reader{.size = size, .layout = layout};
  reader.walk(head, list_header, head.size(), 1);
  layout.at_open.insert(layout.at_open.end(), reader.parts.begin(), reader.parts.end());
  return layout;
}

bool looks_like_transport_stream(std::span<const std::byte> head) {
  constexpr std::byte sync{0x47};
  const auto at_each = [&](std::size_t first, std::size_t step) {
    constexpr std::size_t packets = 4;
    for (std::size_t i = 0; i < packets; ++i) {
      if (first + i * step >= head.size() || head[first + i * step] != sync) return false;
    }
    return true;
  };
  return at_each(0, 188) || at_each(4, 192);
}

FileLayout transport_stream_layout(Bytes size) {
  FileLayout layout{.kind = ContainerKind::TransportStream};
  layout.media = ByteOffset{0};
  add_range(layout.at_open, std::max<std::int64_t>(size.value - last_time_stamps, 0), size.value, size,
            last_time_stamps);
  return layout;
}

}  // namespace freshet::media
