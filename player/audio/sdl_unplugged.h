// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Hears from SDL when a playback device is unplugged, whoever takes SDL's events from their queue.
#pragma once

#include <cstdint>
#include <functional>

namespace freshet::audio {

class SdlUnplugged {
 public:
  // `on_removed` gets the device's id, on any thread, with SDL's event lock held: it must only set flags.
  explicit SdlUnplugged(std::function<void(std::uint32_t)> on_removed);
  // Afterwards it is not called any more.
  ~SdlUnplugged();
  SdlUnplugged(const SdlUnplugged&) = delete;
  SdlUnplugged& operator=(const SdlUnplugged&) = delete;

 private:
  std::function<void(std::uint32_t)> on_removed_;
};

}  // namespace freshet::audio
