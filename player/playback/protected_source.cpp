// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/playback/protected_source.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "drm/keys/sample_unlocker.h"

namespace freshet::playback {
namespace {

class Unlocker final : public media::PacketUnlocker {
 public:
  Unlocker(std::shared_ptr<const drm::ProtectedView> view, std::shared_ptr<const drm::KeyRing> keys)
      : samples_(std::move(view), std::move(keys)) {}

  Result<void> unlock(std::int64_t place, std::span<std::uint8_t> packet) override {
    return samples_.unlock(place, packet);
  }

 private:
  drm::SampleUnlocker samples_;
};

}  // namespace

bool can_unlock(const container::ProtectionSummary& protection) {
  constexpr std::array<std::string_view, 4> schemes = {"cenc", "cens", "cbc1", "cbcs"};
  return std::ranges::find(schemes, protection.scheme) != schemes.end();
}

MediaBytes unlocked(std::shared_ptr<ByteSource> bytes, std::shared_ptr<const drm::KeyRing> keys) {
  auto view = std::make_shared<drm::ProtectedView>(std::move(bytes));
  return {view, [view, keys = std::move(keys)] { return std::make_unique<Unlocker>(view, keys); }};
}

}  // namespace freshet::playback
