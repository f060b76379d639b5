// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Headers of codecs, written a field at a time.
#pragma once

#include <cstdint>
#include <vector>

namespace freshet::drm {

using Bytes8 = std::vector<std::uint8_t>;

class BitWriter {
 public:
  BitWriter& bits(std::uint64_t value, unsigned count) {
    while (count-- > 0) {
      if (used_ == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (value >> count & 1U) << (7 - used_));
      used_ = (used_ + 1) % 8;
    }
    return *this;
  }
  BitWriter& ue(std::uint32_t value) {
    unsigned length = 0;
    while ((value + 1) >> (length + 1) != 0) ++length;
    return bits(0, length).bits(value + 1, length + 1);
  }
  BitWriter& se(std::int32_t value) {
    return ue(value > 0 ? static_cast<std::uint32_t>(2 * value - 1) : static_cast<std::uint32_t>(-2 * value));
  }
  [[nodiscard]] const Bytes8& take() const { return bytes_; }

 private:
  Bytes8 bytes_;
  unsigned used_ = 0;
};

// As NAL units have it: no two zero bytes before one below 4.
inline Bytes8 prevented(const Bytes8& raw) {
  Bytes8 nal;
  unsigned zeros = 0;
  for (const auto byte : raw) {
    if (zeros >= 2 && byte <= 3) {
      nal.push_back(3);
      zeros = 0;
    }
    nal.push_back(byte);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
  return nal;
}

inline Bytes8 operator+(Bytes8 left, const Bytes8& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

}  // namespace freshet::drm
