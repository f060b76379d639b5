// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Elements of EBML (RFC 8794) in memory, for Matroska's layout and cues. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>

namespace freshet::media::ebml {

namespace id {
inline constexpr std::uint32_t header = 0x1a45dfa3;
inline constexpr std::uint32_t segment = 0x18538067;
inline constexpr std::uint32_t seek_head = 0x114d9b74;
inline constexpr std::uint32_t seek = 0x4dbb;
inline constexpr std::uint32_t seek_id = 0x53ab;
inline constexpr std::uint32_t seek_position = 0x53ac;
inline constexpr std::uint32_t info = 0x1549a966;
inline constexpr std::uint32_t timestamp_scale = 0x2ad7b1;
inline constexpr std::uint32_t cluster = 0x1f43b675;
inline constexpr std::uint32_t cues = 0x1c53bb6b;
inline constexpr std::uint32_t cue_point = 0xbb;
inline constexpr std::uint32_t cue_time = 0xb3;
inline constexpr std::uint32_t cue_track_positions = 0xb7;
inline constexpr std::uint32_t cue_track = 0xf7;
inline constexpr std::uint32_t cue_cluster_position = 0xf1;
}  // namespace id

inline constexpr std::uint64_t unknown_length = std::numeric_limits<std::uint64_t>::max();

struct Element {
  std::uint32_t id = 0;
  std::size_t content = 0;   // of the bytes given
  std::uint64_t length = 0;  // may be more than they hold; unknown_length
};

// The element whose header begins at `at`; nullopt when the bytes end in it or it is none.
[[nodiscard]] std::optional<Element> element_at(std::span<const std::byte> bytes, std::size_t at);
// Its content, as far as the bytes hold it.
[[nodiscard]] std::span<const std::byte> content_of(std::span<const std::byte> bytes, const Element& element);
// An unsigned integer; 0 for more than 8 bytes.
[[nodiscard]] std::uint64_t number_in(std::span<const std::byte> content);

// Each element of `bytes` with its content and its place, at most `most`; false from `visit` ends it.
void each_element(
    std::span<const std::byte> bytes, int most,
    const std::function<bool(const Element&, std::span<const std::byte>, std::size_t at)>& visit);

}  // namespace freshet::media::ebml
