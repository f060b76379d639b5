// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What an ISO base media file (MP4, MOV, CMAF; ISO/IEC 14496-12) says about its layout and its protection
// (Common Encryption, ISO/IEC 23001-7), read from its headers alone. Sample tables and media are stepped
// over.
//
// Malformed parts are skipped: what could be read is reported. Every size, count and depth is bounded (see
// the constants in iso_bmff.cpp). Threads: any, one a call. Blocks as ByteSource::read does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drm/container/identifiers.h"
#include "streaming/base/byte_source.h"

namespace freshet::container {

// A sample description that is encrypted: encv, enca, enct … with sinf inside; one for each such entry in
// stsd.
struct ProtectedEntry {
  std::uint32_t description = 0;  // its place in stsd, from 1; clear entries count too
  std::string entry;              // "encv"
  // Where its box begins in the content of stsd, and its sinf box; 0: it has none.
  std::size_t at = 0, sinf_at = 0;
  std::string original_format;       // frma: "avc1"; empty when it is missing
  std::string scheme;                // schm: "cenc", "cbcs"; empty when it is missing
  std::optional<KeyId> default_key;  // tenc; nullopt when it is missing
  std::uint8_t default_is_protected = 1;
  std::uint8_t per_sample_iv_size = 0;  // 0: constant_iv holds for all samples
  std::vector<std::uint8_t> constant_iv;
  std::uint8_t crypt_blocks = 0;  // the pattern of cens and cbcs; 0:0 is none
  std::uint8_t skip_blocks = 0;
};

struct IsoTrack {
  std::uint32_t id = 0;  // track_ID of tkhd
  std::vector<ProtectedEntry> entries;
};

struct ProtectionSystemHeader {  // a pssh box; its data are not kept
  SystemId system;
  std::vector<KeyId> keys;  // of version 1
  bool in_fragment = false;
};

enum class MoviePosition : std::uint8_t { Missing, BeforeMedia, AfterMedia };

struct IsoMovie {
  MoviePosition position = MoviePosition::Missing;
  ByteRange header;         // of the moov box
  bool fragmented = false;  // mvex, or a moof
  std::vector<IsoTrack> tracks;
  std::vector<ProtectionSystemHeader> systems;  // of moov and of the first moof
};

// The first bytes look like a box of such a file.
[[nodiscard]] bool looks_like_iso_bmff(std::span<const std::byte> head);

// Reads the top level up to moov, and in a fragmented file up to the first moof. nullopt: not such a file.
[[nodiscard]] std::expected<std::optional<IsoMovie>, ReadError> read_iso_movie(ByteSource& source,
                                                                               Generation generation);

}  // namespace freshet::container
