// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The content keys that the viewer has, by their key ids. Any thread. Keys are wiped when it goes.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "drm/index/protection_index.h"

namespace freshet::drm {

class KeyRing {
 public:
  KeyRing() = default;
  ~KeyRing();
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;

  // A key id that is known already gets the new key.
  void add(const KeyId16& id, const AesKey& key);
  [[nodiscard]] std::optional<AesKey> find(const KeyId16& id) const;
  [[nodiscard]] bool empty() const;

 private:
  mutable std::mutex mutex_;
  std::map<KeyId16, AesKey> keys_;
};

}  // namespace freshet::drm
