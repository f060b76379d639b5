// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The four schemes once more, as plainly as the standard tells them: byte by byte, with nothing but AES of
// one block. What the real one is compared with.
#pragma once

#include <span>

#include "drm/decrypt/protected_sample.h"

namespace freshet::drm {

void decrypt_plainly(Scheme scheme, const AesKey& key, std::span<std::uint8_t> sample,
                     const ProtectedSample& how);

}  // namespace freshet::drm
