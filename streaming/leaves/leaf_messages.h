// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The messages in which peers exchange leaf hashes, an extension of ours by BEP 10 with the name "fr_leaves".
// Numbers are big-endian and of 32 bits. Pure; any thread.
//
//   ask     0, first piece, number of pieces (1 … most_asked)
//   leaves  1, piece, its leaves one after the other: all of them
//   none    2, piece: asked for, and not to be had here
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "streaming/leaves/leaf_layout.h"

namespace freshet::streaming {

inline constexpr const char* leaf_extension = "fr_leaves";
inline constexpr int most_asked = 64;
// Of one piece: 128 MiB. libtorrent takes no message of more than 1 MiB.
inline constexpr int most_leaves = 8192;

struct AskLeaves {
  int first = 0;
  int pieces = 0;
  bool operator==(const AskLeaves&) const = default;
};
struct HereAreLeaves {
  int piece = 0;
  Leaves leaves;
  bool operator==(const HereAreLeaves&) const = default;
};
struct NoLeaves {
  int piece = 0;
  bool operator==(const NoLeaves&) const = default;
};
using LeafMessage = std::variant<AskLeaves, HereAreLeaves, NoLeaves>;

[[nodiscard]] std::string encode(const LeafMessage& message);
// nullopt: it breaks the rules above.
[[nodiscard]] std::optional<LeafMessage> decode_leaf_message(std::span<const char> body);

}  // namespace freshet::streaming
