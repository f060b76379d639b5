// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Small reads at scattered places of a ByteSource, for the readers of containers: keeps the last window it
// read, and stops when what it read in all exceeds its budget, so that no file, however made, is read whole.
//
// Threads: one at a time. read() blocks as ByteSource::read does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "streaming/base/byte_source.h"

namespace freshet::container {

class SourceReader {
 public:
  // The source outlives the reader.
  SourceReader(ByteSource& source, Generation generation) : source_(source), generation_(generation) {}

  // `length` bytes at `offset`, or fewer where the file or the budget ends. Valid until the next call.
  [[nodiscard]] std::expected<std::span<const std::byte>, ReadError> read(std::int64_t offset,
                                                                          std::size_t length);

  // The end of what may be read: the file's size, less where the source cannot seek, or a number no file
  // reaches.
  [[nodiscard]] std::int64_t end() const;

 private:
  ByteSource& source_;
  Generation generation_;
  std::vector<std::byte> window_;
  std::int64_t window_begin_ = 0;
  std::int64_t read_in_all_ = 0;
};

// Big-endian numbers from memory. What lies beyond the end reads as 0 and makes it not ok().
class BigEndian {
 public:
  explicit BigEndian(std::span<const std::byte> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size(); }
  // At most 8 bytes.
  [[nodiscard]] std::uint64_t number(std::size_t length);
  [[nodiscard]] std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }
  [[nodiscard]] std::uint32_t word() { return static_cast<std::uint32_t>(number(4)); }
  // Empty and not ok() when there are fewer.
  [[nodiscard]] std::span<const std::byte> take(std::size_t length);
  void skip(std::size_t length) { static_cast<void>(take(length)); }

 private:
  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

}  // namespace freshet::container
