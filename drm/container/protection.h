// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Whether a file is protected, by what and with which keys, whatever its container. Reads headers only, never
// the whole file, so that it may be asked of a torrent that has just begun. Threads: any. Blocks as
// ByteSource::read does.
#pragma once

#include <string>
#include <vector>

#include "drm/container/identifiers.h"
#include "streaming/base/byte_source.h"

namespace freshet::container {

struct ProtectionSummary {
  bool is_protected = false;
  // Of the first protected track that names one: "cenc", "cbcs", "cens", "cbc1", "piff", "itun"; in Matroska
  // "webm-aes-ctr", "webm-aes-cbc" or "webm". Printable, perhaps empty.
  std::string scheme;
  std::vector<KeyId> key_ids;        // of tracks first, then of system headers; each once
  std::vector<SystemId> system_ids;  // in the file's order; each once
  std::vector<int> tracks;           // of the protected ones: track_ID, TrackNumber
};

// A container that is not known, or broken, counts as not protected. Errors: those of the source alone.
[[nodiscard]] std::expected<ProtectionSummary, ReadError> find_protection(ByteSource& source,
                                                                          Generation generation);

}  // namespace freshet::container
