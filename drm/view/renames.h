// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What is changed in the headers of a protected MP4 so that they read as those of a clear one: the types of
// some boxes, four bytes each, so that nothing moves. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace freshet::drm {

struct Rename {
  std::int64_t at = 0;  // in the file: of the box's type
  std::array<std::byte, 4> type{};
};

// `moov` is the whole box, which lies at `offset`. Protected sample entries (encv) get the type that they had
// (avc1, of frma); sinf, pssh, senc, saiz and saio become free. Ascending. What is broken stays as it is.
[[nodiscard]] std::vector<Rename> renames_of_movie(std::span<const std::byte> moov, std::int64_t offset);
// The same for a moof box.
[[nodiscard]] std::vector<Rename> renames_of_fragment(std::span<const std::byte> moof, std::int64_t offset);

// Changes what of `bytes`, which lie at `offset`, is named; `renames` ascend.
void apply(std::span<const Rename> renames, std::span<std::byte> bytes, std::int64_t offset);

}  // namespace freshet::drm
