// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What a Matroska or WebM file (RFC 8794, RFC 9559) says about the encryption of its tracks, read from its
// Tracks element alone. Malformed parts are skipped; every size, count and depth is bounded (constants in
// ebml.cpp). Threads: any, one a call. Blocks as ByteSource::read does.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drm/container/identifiers.h"
#include "streaming/base/byte_source.h"

namespace freshet::container {

struct MatroskaEncryption {
  std::uint64_t algorithm = 0;    // ContentEncAlgo: 5 is AES
  std::uint64_t cipher_mode = 0;  // AESSettingsCipherMode: 1 is CTR, 2 is CBC; 0 when it is missing
  std::optional<KeyId> key;       // ContentEncKeyID
};

struct MatroskaTrack {
  std::uint64_t number = 0;  // TrackNumber, which counts from 1
  std::vector<MatroskaEncryption> encryptions;
};

struct MatroskaFile {
  std::string doc_type;                   // "matroska", "webm"
  std::optional<std::int64_t> tracks_at;  // where the Tracks element begins; nullopt: not found
  std::vector<MatroskaTrack> tracks;
};

[[nodiscard]] bool looks_like_ebml(std::span<const std::byte> head);

// Reads up to Tracks, which SeekHead finds when it stands behind the first cluster. nullopt: not such a file.
[[nodiscard]] std::expected<std::optional<MatroskaFile>, ReadError> read_matroska(ByteSource& source,
                                                                                  Generation generation);

}  // namespace freshet::container
