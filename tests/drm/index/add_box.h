// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Reads a box and adds what it says, in one step.
#pragma once

#include "drm/index/protection_index.h"

namespace freshet::drm {

inline IndexStatus add_movie(ProtectionIndex& index, std::span<const std::byte> moov, std::int64_t offset = 0,
                             const ReadBytes& read = {}) {
  auto part = ProtectionIndex::read_movie(moov, offset, read);
  return part ? index.add(std::move(*part)) : part.error();
}

inline IndexStatus add_fragment(ProtectionIndex& index, std::span<const std::byte> moof, std::int64_t offset,
                                const ReadBytes& read = {}) {
  auto part = index.read_fragment(moof, offset, read);
  return part ? index.add(std::move(*part)) : part.error();
}

}  // namespace freshet::drm
