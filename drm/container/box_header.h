// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What stands before the content of each box of an ISO base media file (ISO/IEC 14496-12, 4.2). Pure; any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace freshet::container {

struct BoxHeader {
  std::string_view type;    // four characters of any value; lives as long as the bytes that were read
  std::int64_t header = 8;  // bytes before the content: 8 or 16
  std::int64_t size = 8;    // of all of it, header included; not below `header`, and up to 2^62
};

// The most that a header takes.
inline constexpr std::size_t longest_box_header = 16;

// `bytes` begin with the box, as far as they are known. `enclosing`: from its first byte to the end of what
// it is in, which is where a box ends that says 0. nullopt: too few bytes, or no box.
[[nodiscard]] std::optional<BoxHeader> read_box_header(std::span<const std::byte> bytes,
                                                       std::int64_t enclosing);

}  // namespace freshet::container
