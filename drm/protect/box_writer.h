// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Boxes of an ISO base media file (ISO/IEC 14496-12, 4.2) as they grow in memory, numbers big-endian. One
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace freshet::drm {

class BoxWriter {
 public:
  void number(std::uint64_t value, std::size_t length) {
    while (length-- > 0) bytes_.push_back(static_cast<std::byte>(value >> (8 * length)));
  }
  void byte(std::uint8_t value) { number(value, 1); }
  void half(std::uint16_t value) { number(value, 2); }
  void word(std::uint32_t value) { number(value, 4); }
  void wide(std::uint64_t value) { number(value, 8); }
  void text(std::string_view characters) { bytes(std::as_bytes(std::span(characters))); }
  void bytes(std::span<const std::byte> more) { bytes_.insert(bytes_.end(), more.begin(), more.end()); }
  void zeros(std::size_t count) { bytes_.resize(bytes_.size() + count); }

  // `fill` writes the content.
  template <class Fill>
  void box(std::string_view type, Fill fill) {
    const auto begin = bytes_.size();
    word(0);
    text(type);
    fill();
    const auto size = bytes_.size() - begin;
    if (size > std::numeric_limits<std::uint32_t>::max()) ok_ = false;
    set(begin, size, 4);
  }
  template <class Fill>
  void full_box(std::string_view type, std::uint8_t version, std::uint32_t flags, Fill fill) {
    box(type, [&] {
      word(std::uint32_t{version} << 24U | flags);
      fill();
    });
  }

  // Of what was written already.
  void set(std::size_t at, std::uint64_t value, std::size_t length) {
    for (; length > 0; ++at) bytes_[at] = static_cast<std::byte>(value >> (8 * --length));
  }

  // False: a box is larger than it can say.
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::span<const std::byte> view() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
  bool ok_ = true;
};

}  // namespace freshet::drm
