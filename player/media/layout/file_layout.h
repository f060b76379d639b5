// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Where in a file its header, its index and its first pictures lie, told from its first bytes alone: so that
// a swarm is asked for all of them at once, before a demuxer has found its way from one to the next. A hint:
// what it names wrongly costs some bytes, what it does not know the demuxer finds by reading.
//
// Pure; any thread. The bytes are anybody's: every count and size is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "streaming/base/units.h"

namespace freshet::media {

enum class ContainerKind : std::uint8_t { Unknown, Mp4, Matroska, Avi, TransportStream };

struct FileLayout {
  ContainerKind kind = ContainerKind::Unknown;
  // What a demuxer reads before the first picture, in the order in which it does: header, an index that it
  // reads at once (MP4's moov, AVI's idx1 and indx, Matroska's attachments and tags), for MPEG-TS the end of
  // the file, which holds the last time stamp.
  std::vector<ByteRange> at_open{};
  // What it reads at the first seek besides: Matroska's cues, the end of a fragmented MP4.
  std::vector<ByteRange> at_seek{};
  // Where sound and picture begin; nullopt: behind what was looked at.
  std::optional<ByteOffset> media{};
  // Of a Matroska file: what its cues' positions count from, and nanoseconds a tick of their times.
  ByteOffset segment{};
  std::int64_t timestamp_scale = 1'000'000;
};

// So much of the beginning tells the layout of nearly all files: less than the first piece of most torrents.
inline constexpr std::size_t layout_head = 64 << 10;

// `head`: the first bytes of a file of `size`; more than layout_head is not looked at.
[[nodiscard]] FileLayout layout_of(std::span<const std::byte> head, Bytes size);

}  // namespace freshet::media
