// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Memory for one piece straight from the kernel: pages that no byte was written to cost nothing and read as
// zeros, and what is given back is gone from the process at once, which the heap does not promise. One owner;
// not for several threads at once, but for reading.
#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <sys/mman.h>

namespace freshet::streaming {

class PieceBuffer {
 public:
  // Throws std::bad_alloc.
  explicit PieceBuffer(std::size_t size)
      : size_(size),
        data_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (data_ == MAP_FAILED) throw std::bad_alloc();
  }
  ~PieceBuffer() { ::munmap(data_, size_); }
  PieceBuffer(const PieceBuffer&) = delete;
  PieceBuffer& operator=(const PieceBuffer&) = delete;

  [[nodiscard]] std::span<char> bytes() { return {static_cast<char*>(data_), size_}; }
  // Gives the memory of [begin, begin + size) back; it reads as zeros then. Only whole pages can be given
  // back: `begin` is a multiple of 4096.
  void forget(std::size_t begin, std::size_t size) {
    ::madvise(static_cast<char*>(data_) + begin, size, MADV_DONTNEED);
  }

 private:
  std::size_t size_;
  void* data_;
};

}  // namespace freshet::streaming
