// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A ByteSource in memory that can be awkward: short reads, no size, no seeks, failing. Counts what is read.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "streaming/base/byte_source.h"

namespace freshet::container {

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string bytes) : bytes_(std::move(bytes)) {}

  std::size_t longest_read = 1U << 20U;
  bool size_known = true;
  bool can_seek = true;
  std::int64_t fails_at = -1;  // a read that touches this byte fails
  std::int64_t gap_begin = 0;  // stands for zero bytes in the middle that are not kept in memory:
  std::int64_t gap_size = 0;   // so a test can have a file of many gigabytes
  std::int64_t bytes_read = 0;
  Generation cancelled_before{};

  std::expected<std::size_t, ReadError> read(ByteOffset offset, std::span<std::byte> buffer,
                                             Generation generation) override {
    if (generation < cancelled_before) return std::unexpected(ReadCancelled{});
    const std::int64_t at = offset.value;
    std::int64_t length = std::min(
        {static_cast<std::int64_t>(buffer.size()), static_cast<std::int64_t>(longest_read), end() - at});
    if (length <= 0) return std::size_t{0};
    if (fails_at >= at && fails_at < at + length) {
      return std::unexpected(Error{ErrorCategory::Network, "connection-lost", "the test says so", {}});
    }
    if (at >= gap_begin && at < gap_begin + gap_size) {
      length = std::min(length, gap_begin + gap_size - at);
      std::memset(buffer.data(), 0, static_cast<std::size_t>(length));
    } else {
      if (at < gap_begin) length = std::min(length, gap_size > 0 ? gap_begin - at : length);
      const std::int64_t from = at < gap_begin ? at : at - gap_size;
      std::memcpy(buffer.data(), bytes_.data() + from, static_cast<std::size_t>(length));
    }
    bytes_read += length;
    return static_cast<std::size_t>(length);
  }
  void cancel_before(Generation generation) noexcept override { cancelled_before = generation; }
  [[nodiscard]] std::optional<Bytes> size() const override {
    return size_known ? std::optional{Bytes{end()}} : std::nullopt;
  }
  [[nodiscard]] Seekable seekable() const override { return can_seek ? Seekable::Yes : Seekable::No; }
  [[nodiscard]] std::vector<ByteRange> available() const override { return {}; }
  void set_windows(std::span<const Window>) override {}

 private:
  [[nodiscard]] std::int64_t end() const { return static_cast<std::int64_t>(bytes_.size()) + gap_size; }
  std::string bytes_;
};

// Of a text that lives on.
inline std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

// Big-endian.
inline std::string number(std::uint64_t value, std::size_t length) {
  std::string bytes(length, '\0');
  for (std::size_t i = 0; i < length && i < 8; ++i)
    bytes[length - 1 - i] = static_cast<char>(value >> (8 * i));
  return bytes;
}
inline std::string box(const std::string& type, const std::string& content) {
  return number(content.size() + 8, 4) + type + content;
}
inline std::string full_box(const std::string& type, std::uint64_t version, const std::string& content) {
  return box(type, number(version, 1) + number(0, 3) + content);
}
// An EBML element with a size field of 8 bytes.
inline std::string element(std::uint32_t id, const std::string& content) {
  const std::size_t id_length = id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1;
  return number(id, id_length) + number(content.size() | 1ULL << 56U, 8) + content;
}
inline std::string endless_element(std::uint32_t id, const std::string& content) {
  const std::size_t id_length = id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1;
  return number(id, id_length) + "\xff" + content;
}

}  // namespace freshet::container
