// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Bits of a codec's headers, most significant first. Beyond the end everything reads as 0 and it is not ok().
// Pure; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace freshet::drm {

// In NAL units a 3 behind two zero bytes is not part of the content (ISO/IEC 14496-10, 7.4.1).
enum class Emulation : std::uint8_t { None, Prevented };

class BitReader {
 public:
  BitReader(std::span<const std::uint8_t> bytes, Emulation emulation)
      : bytes_(bytes), emulation_(emulation) {}

  [[nodiscard]] bool ok() const { return ok_; }
  // Bytes that were begun, those that prevent emulation included.
  [[nodiscard]] std::size_t bytes_begun() const { return at_; }
  [[nodiscard]] std::uint64_t bits_read() const { return read_; }

  // At most 32.
  [[nodiscard]] std::uint32_t bits(unsigned count) {
    std::uint32_t value = 0;
    while (count-- > 0) value = value << 1U | next();
    return value;
  }
  [[nodiscard]] bool flag() { return next() != 0; }
  void skip(std::uint64_t count) {
    while (count-- > 0 && ok_) static_cast<void>(next());
  }

  // Exp-Golomb codes (ISO/IEC 14496-10, 9.1).
  [[nodiscard]] std::uint32_t ue() {
    unsigned zeros = 0;
    while (ok_ && next() == 0) {
      if (++zeros > 31) ok_ = false;
    }
    if (!ok_) return 0;
    return ((std::uint32_t{1} << zeros) - 1) + bits(zeros);
  }
  [[nodiscard]] std::int32_t se() {
    const auto code = ue();
    const auto half = static_cast<std::int32_t>(code / 2 + code % 2);
    return code % 2 == 1 ? half : -half;
  }

 private:
  [[nodiscard]] std::uint32_t next() {
    if (left_ == 0 && !load()) return 0;
    ++read_;
    --left_;
    return static_cast<std::uint32_t>(current_ >> left_) & 1U;
  }
  [[nodiscard]] bool load() {
    if (emulation_ == Emulation::Prevented && zeros_ >= 2 && at_ < bytes_.size() && bytes_[at_] == 3) {
      ++at_;
      zeros_ = 0;
    }
    if (at_ >= bytes_.size()) {
      ok_ = false;
      return false;
    }
    current_ = bytes_[at_++];
    zeros_ = current_ == 0 ? zeros_ + 1 : 0;
    left_ = 8;
    return true;
  }

  std::span<const std::uint8_t> bytes_;
  Emulation emulation_;
  std::size_t at_ = 0;
  std::uint64_t read_ = 0;
  unsigned zeros_ = 0, left_ = 0;
  std::uint8_t current_ = 0;
  bool ok_ = true;
};

}  // namespace freshet::drm
