// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/http_cache.h"

#include <algorithm>
#include <cstring>

namespace freshet::streaming {
namespace {

std::int64_t filled(const auto& block) {
  return static_cast<std::int64_t>(block.bytes.size());
}

}  // namespace

void HttpCache::append(std::int64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::int64_t number = offset / block_size;
    const std::int64_t inside = offset % block_size;
    const auto count = static_cast<std::size_t>(
        std::min<std::int64_t>(block_size - inside, static_cast<std::int64_t>(bytes.size())));
    auto found = blocks_.find(number);
    if (found == blocks_.end() && inside == 0) {
      order_.push_front(number);
      found = blocks_.emplace(number, Block{.bytes = {}, .order = order_.begin()}).first;
      found->second.bytes.reserve(static_cast<std::size_t>(block_size));
    }
    if (found != blocks_.end() && filled(found->second) >= inside) {
      Block& block = found->second;
      const auto known = static_cast<std::size_t>(filled(block) - inside);
      if (known < count) {
        const auto fresh = bytes.subspan(known, count - known);
        block.bytes.insert(block.bytes.end(), fresh.begin(), fresh.end());
      }
      use(block);
    }
    bytes = bytes.subspan(count);
    offset += static_cast<std::int64_t>(count);
  }
}

std::size_t HttpCache::copy(std::int64_t offset, std::span<std::byte> buffer) {
  std::size_t copied = 0;
  while (copied < buffer.size()) {
    const auto found = blocks_.find(offset / block_size);
    const std::int64_t inside = offset % block_size;
    if (found == blocks_.end() || filled(found->second) <= inside) break;
    use(found->second);
    const auto count =
        std::min(buffer.size() - copied, static_cast<std::size_t>(filled(found->second) - inside));
    std::memcpy(buffer.data() + copied, found->second.bytes.data() + inside, count);
    copied += count;
    offset += static_cast<std::int64_t>(count);
  }
  return copied;
}

std::int64_t HttpCache::missing_from(std::int64_t offset, std::int64_t limit) const {
  std::int64_t number = offset / block_size;
  auto found = blocks_.find(number);
  if (found == blocks_.end()) return number * block_size;
  if (filled(found->second) <= offset % block_size) return number * block_size + filled(found->second);
  while (found != blocks_.end() && found->first == number && filled(found->second) == block_size) {
    ++number;
    if (number * block_size >= limit) break;
    ++found;
  }
  if (found == blocks_.end() || found->first != number) return number * block_size;
  return number * block_size + filled(found->second);
}

void HttpCache::shrink(std::span<const ByteRange> keep) {
  const auto kept = [&](std::int64_t number) {
    const ByteRange block{ByteOffset{number * block_size}, ByteOffset{(number + 1) * block_size}};
    return std::ranges::any_of(
        keep, [&](const ByteRange& range) { return range.begin < block.end && block.begin < range.end; });
  };
  // Each block is looked at once: what is kept counts as used now, so that the next call need not pass it
  // again.
  for (std::size_t left = order_.size(); left > 0 && used().value > memory_; --left) {
    const std::int64_t oldest = order_.back();
    if (kept(oldest)) {
      order_.splice(order_.begin(), order_, std::prev(order_.end()));
      continue;
    }
    order_.pop_back();
    blocks_.erase(oldest);
  }
}

std::vector<ByteRange> HttpCache::ranges() const {
  std::vector<ByteRange> ranges;
  for (const auto& [number, block] : blocks_) {
    if (block.bytes.empty()) continue;
    const ByteOffset begin{number * block_size};
    const ByteOffset end{begin.value + filled(block)};
    if (!ranges.empty() && ranges.back().end == begin) {
      ranges.back().end = end;
    } else {
      ranges.push_back({begin, end});
    }
  }
  return ranges;
}

}  // namespace freshet::streaming
