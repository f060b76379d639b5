// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The boxes in a part of memory, one after the other. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "drm/container/box_header.h"

namespace freshet::drm {

struct MemoryBox {
  std::string_view type;
  std::span<const std::byte> content;
  std::size_t content_begin = 0;  // in what was walked
};

class BoxWalk {
 public:
  explicit BoxWalk(std::span<const std::byte> bytes) : bytes_(bytes) {}

  // nullopt at the end, or where there is no whole box: then ok() is false.
  [[nodiscard]] std::optional<MemoryBox> next() {
    if (at_ == bytes_.size() || !ok_) return std::nullopt;
    const auto left = bytes_.subspan(at_);
    const auto header = container::read_box_header(left, static_cast<std::int64_t>(left.size()));
    ok_ = header && header->size <= static_cast<std::int64_t>(left.size());
    if (!ok_) return std::nullopt;
    const auto begin = static_cast<std::size_t>(header->header),
               size = static_cast<std::size_t>(header->size);
    const MemoryBox box{header->type, left.subspan(begin, size - begin), at_ + begin};
    at_ += size;
    return box;
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace freshet::drm
