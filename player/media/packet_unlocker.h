// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What stands between the packets of a protected file and their decoders. The pipeline knows of a packet only
// where it lies; who holds the keys lives elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "streaming/base/error.h"

namespace freshet::media {

class PacketUnlocker {
 public:
  virtual ~PacketUnlocker() = default;
  // Decrypts a whole packet, which begins at byte `place` of the file, in place; a clear one it leaves alone.
  // The thread of the demuxer that it belongs to. After an error the packet is never decoded.
  [[nodiscard]] virtual Result<void> unlock(std::int64_t place, std::span<std::uint8_t> packet) = 0;
};

// Makes one for each demuxer of a file; any thread. Empty: the file is clear.
using PacketUnlockers = std::function<std::unique_ptr<PacketUnlocker>()>;
[[nodiscard]] inline std::unique_ptr<PacketUnlocker> make_unlocker(const PacketUnlockers& unlockers) {
  return unlockers ? unlockers() : nullptr;
}

}  // namespace freshet::media
