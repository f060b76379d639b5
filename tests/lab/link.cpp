// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/link.h"

#include <algorithm>

namespace freshet::lab {
namespace {

using namespace std::chrono_literals;

// A queue shorter than a few packets would make a slow line lose every burst, which no real modem does.
constexpr std::int64_t fewest_queued_bytes = 8LL * 1500;

std::chrono::nanoseconds time_on_line(BitRate rate, std::int64_t bytes) {
  if (rate.bits_per_second <= 0) return 0ns;
  return std::chrono::nanoseconds(bytes * 8 * 1'000'000'000 / rate.bits_per_second);
}

}  // namespace

Link::Link(const LinkOptions& options)
    : options_(options), random_(options.seed), is_lost_(std::clamp(options.loss, 0.0, 1.0)) {
  options_.queue = std::max(options_.queue, time_on_line(options_.rate, fewest_queued_bytes));
}

std::optional<MonotonicTime> Link::send(MonotonicTime now, Bytes size) {
  if (is_cut_ || (options_.loss > 0 && is_lost_(random_))) {
    ++counts_.losses;
    return std::nullopt;
  }
  const auto start = std::max(now, free_at_);
  if (start - now > options_.queue) {
    ++counts_.queue_drops;
    return std::nullopt;
  }
  free_at_ = start + time_on_line(options_.rate, size.value);
  ++counts_.packets;
  counts_.bytes += size;
  return free_at_ + options_.delay;
}

}  // namespace freshet::lab
