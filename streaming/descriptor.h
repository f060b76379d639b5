// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Owns a file descriptor of the operating system and closes it. A value; not for several threads at once.
#pragma once

#include <memory>
#include <unistd.h>
#include <utility>

#include "streaming/base/byte_source.h"

namespace freshet::streaming {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

// As open_pipe() and open_local_file() of direct_sources.h, on what is open already; they close it in the
// end.
[[nodiscard]] std::shared_ptr<ByteSource> open_pipe(Descriptor pipe, Bytes memory);
[[nodiscard]] std::shared_ptr<ByteSource> file_source(Descriptor file);

}  // namespace freshet::streaming
