// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The packager: a clear fragmented MP4 becomes one that is protected by Common Encryption. One call a film;
// any thread.
#pragma once

#include "drm/protect/film_writer.h"

namespace freshet::drm {

enum class Layout : std::uint8_t { Fragmented, Flat };

struct ProtectedTrack {
  std::uint32_t id = 0;
  TrackKind kind = TrackKind::Video;
  bool is_protected = false;
};

// Writes into `out`, which is the caller's to keep. Errors: see film_protector.h and film_writer.h.
[[nodiscard]] Result<std::vector<ProtectedTrack>> protect_film(ByteSource& clear, OutputFile& out,
                                                               Layout layout, const ProtectOptions& options,
                                                               std::function<void(double)> progress,
                                                               std::stop_token stop);

}  // namespace freshet::drm
