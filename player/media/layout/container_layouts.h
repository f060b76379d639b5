// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One function a container, for file_layout.cpp alone. Each is given at most layout_head bytes of a file that
// begins as its kind does, and fills in what it finds. Pure.
#pragma once

#include "player/media/layout/file_layout.h"

namespace freshet::media {

[[nodiscard]] bool looks_like_mp4(std::span<const std::byte> head);
[[nodiscard]] bool looks_like_matroska(std::span<const std::byte> head);
[[nodiscard]] bool looks_like_avi(std::span<const std::byte> head);
[[nodiscard]] bool looks_like_transport_stream(std::span<const std::byte> head);

[[nodiscard]] FileLayout mp4_layout(std::span<const std::byte> head, Bytes size);
[[nodiscard]] FileLayout matroska_layout(std::span<const std::byte> head, Bytes size);
[[nodiscard]] FileLayout avi_layout(std::span<const std::byte> head, Bytes size);
[[nodiscard]] FileLayout transport_stream_layout(Bytes size);

// Appends [begin, end) cut to the file and to `longest`; nothing when it is empty.
void add_range(std::vector<ByteRange>& ranges, std::int64_t begin, std::int64_t end, Bytes size,
               std::int64_t longest);

}  // namespace freshet::media
