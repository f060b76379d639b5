// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "drm/container/source_reader.h"

#include <algorithm>
#include <limits>

namespace freshet::container {
namespace {

// A torrent's block; smaller reads would wait for the same bytes.
constexpr std::size_t window_size = 16U << 10U;
// Headers of real files, sample descriptions and all, stay below 1 MiB. What lies between is stepped over.
constexpr std::int64_t read_budget = 8 << 20;
// How far into a source that cannot seek: what was looked at has to stay in its back buffer for the demuxer.
constexpr std::int64_t sequential_limit = 1 << 20;

}  // namespace

std::expected<std::span<const std::byte>, ReadError> SourceReader::read(std::int64_t offset,
                                                                        std::size_t length) {
  const auto held = [&] {
    const std::int64_t skip = offset - window_begin_;
    if (skip < 0 || skip >= static_cast<std::int64_t>(window_.size())) return std::span<const std::byte>{};
    const auto rest = std::span<const std::byte>{window_}.subspan(static_cast<std::size_t>(skip));
    return rest.first(std::min(rest.size(), length));
  };
  if (offset < 0 || offset >= end() || length == 0) return std::span<const std::byte>{};
  if (held().size() == length) return held();

  const std::size_t wanted = static_cast<std::size_t>(
      std::min<std::int64_t>(static_cast<std::int64_t>(std::max(length, window_size)), end() - offset));
  window_.clear();
  window_begin_ = offset;
  while (window_.size() < wanted && read_in_all_ < read_budget) {
    const std::size_t filled = window_.size();
    // No more than needed is waited for: of the window beyond `length` only what comes at once.
    if (filled >= length) break;
    window_.resize(wanted);
    const auto count = source_.read(ByteOffset{offset + static_cast<std::int64_t>(filled)},
                                    std::span{window_}.subspan(filled), generation_);
    window_.resize(filled + count.value_or(0));
    if (!count) return std::unexpected(count.error());
    if (*count == 0) break;
    read_in_all_ += static_cast<std::int64_t>(*count);
  }
  return held();
}

std::int64_t SourceReader::end() const {
  const std::int64_t size =
      source_.size().value_or(Bytes{std::numeric_limits<std::int64_t>::max() / 2}).value;
  return source_.seekable() == Seekable::Yes ? size : std::min(size, sequential_limit);
}

std::uint64_t BigEndian::number(std::size_t length) {
  std::uint64_t value = 0;
  for (const std::byte byte : take(length)) value = (value << 8U) | std::to_integer<std::uint64_t>(byte);
  return value;
}

std::span<const std::byte> BigEndian::take(std::size_t length) {
  if (length > bytes_.size()) {
    ok_ = false;
    bytes_ = {};
    return {};
  }
  const auto taken = bytes_.first(length);
  bytes_ = bytes_.subspan(length);
  return taken;
}

}  // namespace freshet::container
