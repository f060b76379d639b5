// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Places in a file and the times that are found there, read from an index of a container that FFmpeg keeps to
// itself or reads too late: Matroska's cues (before the first seek), MP4's segment index (sidx). Pure; any
// thread. The bytes are anybody's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "player/media/layout/file_layout.h"
#include "streaming/base/units.h"

namespace freshet::media {

struct IndexPoint {
  MediaTime time{0};  // by the container's clock
  ByteOffset at{};
  bool key = true;  // a decoder can start here
  bool operator==(const IndexPoint&) const = default;
};

// More than any index of a film names; the rest of one that says more is not looked at.
inline constexpr std::size_t most_index_points = 200'000;

// How long the Matroska element is that begins with `bytes`, its header counted; 0: it is no Cues element.
[[nodiscard]] Bytes length_of_cues(std::span<const std::byte> bytes);
// A whole Cues element, of the track with the most points. Empty when it is none.
[[nodiscard]] std::vector<IndexPoint> points_in_cues(std::span<const std::byte> cues,
                                                     const FileLayout& layout);
// The sidx boxes in the first bytes of an MP4, and how long the media last that they name; `head` begins with
// the file. Empty when there are none, or they name further indexes.
[[nodiscard]] std::vector<IndexPoint> points_in_segment_index(std::span<const std::byte> head);

}  // namespace freshet::media
