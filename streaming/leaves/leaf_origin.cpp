// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/leaves/leaf_origin.h"

#include <utility>

#include "streaming/leaves/leaf_file.h"

namespace freshet::streaming {
namespace {

// A request brings the leaves of so many blocks (64 KiB of leaves, 32 MiB of film): half a minute.
constexpr int leaves_at_once = 2048;
// Then it is left alone.
constexpr int most_failures = 3;

}  // namespace

LeafOrigin::LeafOrigin(std::vector<std::string> urls, HttpOptions options, const lt::sha256_hash& infohash,
                       LeafLayout layout, Deliver deliver)
    : urls_(std::move(urls)),
      options_(std::move(options)),
      infohash_(infohash),
      layout_(std::move(layout)),
      deliver_(std::move(deliver)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void LeafOrigin::want(std::span<const int> pieces) {
  {
    const std::lock_guard lock(mutex_);
    wanted_.clear();
    for (const int piece : pieces) {
      if (!asked_.contains(piece)) wanted_.push_back(piece);
    }
    if (wanted_.empty()) return;
  }
  changed_.notify_all();
}

LeafOrigin::Group LeafOrigin::next_locked() {
  Group group{wanted_.front(), wanted_.front(), {}};
  wanted_.pop_front();
  for (int piece = group.first_piece; group.run.count < leaves_at_once; ++piece) {
    const auto run = layout_.of_piece(piece);
    if (run.count == 0 || (group.run.count > 0 && run.first != group.run.first + group.run.count)) break;
    if (!asked_.insert(piece).second) break;
    if (group.run.count == 0) group.run.first = run.first;
    group.run.count += run.count;
    group.end_piece = piece + 1;
  }
  return group;
}

void LeafOrigin::run(const std::stop_token& stop) {
  const auto at = [](std::int64_t leaf) {
    return ByteOffset{static_cast<std::int64_t>(leaf_header_size) +
                      leaf * static_cast<std::int64_t>(leaf_size)};
  };
  const auto url = [&]() -> std::string {
    for (const auto& each : urls_) {
      const auto header = http_get_range(each, {{0}, at(0)}, options_, stop);
      if (stop.stop_requested()) return {};
      if (header && check_leaf_header(*header, infohash_, layout_)) return each;
    }
    return {};
  }();
  for (int failures = 0; !url.empty() && failures < most_failures;) {
    Group group;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [&] { return !wanted_.empty(); })) return;
      group = next_locked();
    }
    if (group.run.count == 0) continue;
    const auto bytes =
        http_get_range(url, {at(group.run.first), at(group.run.first + group.run.count)}, options_, stop);
    if (stop.stop_requested()) return;
    if (!bytes) {
      ++failures;
      continue;
    }
    const auto leaves = leaves_from(*bytes);
    for (int piece = group.first_piece; piece < group.end_piece; ++piece) {
      const auto run = layout_.of_piece(piece);
      const auto begin = leaves.begin() + (run.first - group.run.first);
      deliver_(piece, Leaves(begin, begin + run.count));
    }
  }
}

}  // namespace freshet::streaming
