// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/keys/key_ring.h"

#include <openssl/crypto.h>

namespace freshet::drm {

KeyRing::~KeyRing() {
  for (auto& [id, key] : keys_) OPENSSL_cleanse(key.data(), key.size());
}

void KeyRing::add(const KeyId16& id, const AesKey& key) {
  const std::lock_guard lock(mutex_);
  keys_[id] = key;
}

std::optional<AesKey> KeyRing::find(const KeyId16& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(id);
  return found == keys_.end() ? std::nullopt : std::optional(found->second);
}

bool KeyRing::empty() const {
  const std::lock_guard lock(mutex_);
  return keys_.empty();
}

}  // namespace freshet::drm
