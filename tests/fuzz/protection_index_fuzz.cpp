// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// How samples are protected: the moov and moof boxes of a file, one after the other.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "drm/index/box_walk.h"
#include "drm/index/protection_index.h"
#include "tests/drm/index/add_box.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet::drm;
  const auto bytes = std::as_bytes(std::span(data, size));
  ProtectionIndex index;
  BoxWalk walk(bytes);
  std::size_t begin = 0;
  while (const auto box = walk.next()) {
    const auto end = box->content_begin + box->content.size();
    const auto whole = bytes.subspan(begin, end - begin);
    if (box->type == "moov") static_cast<void>(add_movie(index, whole));
    if (box->type == "moof") static_cast<void>(add_fragment(index, whole, static_cast<std::int64_t>(begin)));
    begin = end;
  }
  for (const auto& sample : index.samples()) {
    std::uint64_t sum = 0;
    for (const auto& subsample : sample.subsamples)
      sum += std::uint64_t{subsample.clear} + subsample.protected_bytes;
    if (sample.offset < 0 || (!sample.subsamples.empty() && sum != sample.size)) std::abort();
  }
  return 0;
}
