// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Decrypts the samples of a ProtectedView, found by their place, with the keys of a ring. One thread; several
// unlockers may share a view and a ring.
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "drm/decrypt/sample_decryptor.h"
#include "drm/keys/key_ring.h"
#include "drm/view/protected_view.h"

namespace freshet::drm {

class SampleUnlocker {
 public:
  SampleUnlocker(std::shared_ptr<const ProtectedView> view, std::shared_ptr<const KeyRing> keys)
      : view_(std::move(view)), keys_(std::move(keys)) {}

  // `sample` begins at `offset` of the file and is all of it; decrypted in place, and a clear one left alone.
  // On an error its bytes are of no use. Errors: Protection "key-missing"; Media "bad-protection", when the
  // file does not say how this sample is protected, or says what cannot be.
  [[nodiscard]] Result<void> unlock(std::int64_t offset, std::span<std::uint8_t> sample);

 private:
  [[nodiscard]] Result<SampleDecryptor*> decryptor_for(const SampleDefaults& defaults);

  const std::shared_ptr<const ProtectedView> view_;
  const std::shared_ptr<const KeyRing> keys_;
  std::map<std::pair<KeyId16, Scheme>, SampleDecryptor> decryptors_;
};

}  // namespace freshet::drm
