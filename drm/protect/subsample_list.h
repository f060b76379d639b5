// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The subsamples of one sample as they are found, clear and protected parts in any order, in the form that
// senc has them (ISO/IEC 23001-7, 7.2 and 9.5). Pure; one thread.
#pragma once

#include <cstddef>
#include <vector>

#include "drm/decrypt/protected_sample.h"

namespace freshet::drm {

// Whether protected parts are whole blocks: cenc, cens and cbc1 ask for it (9.5.2, 10), and so does the
// binding of VP9 for all schemes. What does not fill a block is clear, at the part's beginning.
enum class BlockAlignment : std::uint8_t { None, Whole };

class SubsampleList {
 public:
  explicit SubsampleList(BlockAlignment alignment) : alignment_(alignment) {}

  void add_clear(std::size_t bytes) { clear_ += bytes; }
  void add_protected(std::size_t bytes);
  // At most as many as one byte can say the size of beside an IV of 16 bytes (saiz): of more parts the
  // smallest stay clear.
  [[nodiscard]] std::vector<Subsample> take();

 private:
  struct Part {
    std::size_t clear = 0, protected_bytes = 0;
  };
  void drop_smallest();

  BlockAlignment alignment_;
  std::vector<Part> parts_;
  std::size_t clear_ = 0;  // behind the last part
};

}  // namespace freshet::drm
