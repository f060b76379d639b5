// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Where an HTTP source is being read: the two newest places, told apart by their distance, as a demuxer of a
// badly interleaved file reads at two in turn. Not for several threads: its owner locks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "streaming/base/units.h"

namespace freshet::streaming {

// The plan of requests wants to know when a reader passes `wake_at`.
struct HttpReader {
  std::int64_t position = 0;
  Generation generation{};
  std::uint64_t last_use = 0;
  std::int64_t wake_at = 0;
};

class HttpReaders {
 public:
  static constexpr std::size_t most = 2;
  // A reader within this distance of an older one is the same one.
  static constexpr std::int64_t same_distance = 1 << 20;

  // Somebody reads on at `position`. True: the plan has to be made anew.
  bool note(std::int64_t position, Generation generation) {
    const auto distance = [&](const HttpReader& reader) { return std::abs(reader.position - position); };
    auto reader = std::ranges::min_element(readers_, {}, distance);
    if (reader == readers_.end() || distance(*reader) > same_distance) {
      if (readers_.size() == most)
        readers_.erase(std::ranges::min_element(readers_, {}, &HttpReader::last_use));
      reader = readers_.insert(readers_.end(), HttpReader{.position = position, .generation = generation});
    } else if (reader->generation != generation) {
      reader->wake_at = 0;
    }
    reader->position = position;
    reader->generation = generation;
    reader->last_use = ++uses_;
    return position >= reader->wake_at;
  }

  [[nodiscard]] auto begin() { return readers_.begin(); }
  [[nodiscard]] auto end() { return readers_.end(); }
  [[nodiscard]] auto begin() const { return readers_.begin(); }
  [[nodiscard]] auto end() const { return readers_.end(); }

  // One of them is at most `behind` before and `ahead` after it.
  [[nodiscard]] bool any_follows(std::int64_t position, std::int64_t ahead, std::int64_t behind) const {
    return std::ranges::any_of(readers_, [&](const HttpReader& reader) {
      const std::int64_t lead = position - reader.position;
      return -behind <= lead && lead <= ahead;
    });
  }

 private:
  std::vector<HttpReader> readers_;
  std::uint64_t uses_ = 0;
};

}  // namespace freshet::streaming
