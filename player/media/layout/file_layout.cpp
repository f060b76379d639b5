// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/layout/file_layout.h"

#include <algorithm>

#include "player/media/layout/container_layouts.h"

namespace freshet::media {

void add_range(std::vector<ByteRange>& ranges, std::int64_t begin, std::int64_t end, Bytes size,
               std::int64_t longest) {
  if (begin < 0 || begin >= size.value) return;
  end = std::min({end, size.value, longest < size.value - begin ? begin + longest : size.value});
  if (end > begin) ranges.push_back({ByteOffset{begin}, ByteOffset{end}});
}

FileLayout layout_of(std::span<const std::byte> head, Bytes size) {
  head = head.first(std::min(head.size(), layout_head));
  if (size.value <= 0) return {};
  if (looks_like_mp4(head)) return mp4_layout(head, size);
  if (looks_like_matroska(head)) return matroska_layout(head, size);
  if (looks_like_avi(head)) return avi_layout(head, size);
  if (looks_like_transport_stream(head)) return transport_stream_layout(size);
  return {};
}

}  // namespace freshet::media
