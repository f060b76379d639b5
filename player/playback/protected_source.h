// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Where the rooms of streaming, protection and media meet: bytes of a protected file become what a pipeline
// can play. Any thread.
#pragma once

#include <memory>

#include "drm/container/protection.h"
#include "drm/keys/key_ring.h"
#include "player/media/packet_unlocker.h"
#include "streaming/base/byte_source.h"

namespace freshet::playback {

// What a pipeline needs to read one file.
struct MediaBytes {
  std::shared_ptr<ByteSource> bytes;
  media::PacketUnlockers unlockers{};  // of a protected file
};

// Whether files that are protected so can be played, given their keys.
[[nodiscard]] bool can_unlock(const container::ProtectionSummary& protection);

// `bytes` are of a file that can_unlock(). Without its keys it can be looked at, not played.
[[nodiscard]] MediaBytes unlocked(std::shared_ptr<ByteSource> bytes,
                                  std::shared_ptr<const drm::KeyRing> keys);

}  // namespace freshet::playback
