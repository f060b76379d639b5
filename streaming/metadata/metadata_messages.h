// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The messages of BEP 9, in which peers exchange the info dictionary of a torrent in pieces of 16 KiB. Pure;
// any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>

#include "streaming/torrent_metadata.h"

namespace freshet::streaming {

inline constexpr const char* metadata_extension = "ut_metadata";
inline constexpr int metadata_piece_size = 16 * 1024;
inline constexpr int most_metadata_pieces = static_cast<int>(max_torrent_file.value / metadata_piece_size);

// Of metadata of `size` bytes.
[[nodiscard]] constexpr int metadata_pieces(int size) {
  return (size + metadata_piece_size - 1) / metadata_piece_size;
}
[[nodiscard]] constexpr bool is_metadata_size(std::int64_t size) {
  return size > 0 && size <= max_torrent_file.value;
}
[[nodiscard]] constexpr int metadata_piece_length(int size, int piece) {
  return piece + 1 < metadata_pieces(size) ? metadata_piece_size : size - piece * metadata_piece_size;
}

struct AskMetadata {
  int piece = 0;
};
struct HereIsMetadata {
  int piece = 0;
  int size = 0;                 // of all of it
  std::span<const char> bytes;  // of this piece; as long as what it was read from
};
struct NoMetadata {
  int piece = 0;
};
struct UnknownMetadataMessage {};  // of a later version of the protocol
using MetadataMessage = std::variant<AskMetadata, HereIsMetadata, NoMetadata, UnknownMetadataMessage>;

[[nodiscard]] std::string encode(const MetadataMessage& message);
// nullopt: it breaks the rules.
[[nodiscard]] std::optional<MetadataMessage> decode_metadata_message(std::span<const char> body);

}  // namespace freshet::streaming
