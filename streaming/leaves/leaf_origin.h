// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Leaf hashes from a web server: the file of leaves beside the .torrent's URL or a web seed's. Only what is
// wanted is fetched, by ranges, on a thread of its own that ends when no address has a file that fits.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "streaming/direct_sources.h"
#include "streaming/leaves/leaf_layout.h"

namespace freshet::streaming {

class LeafOrigin {
 public:
  // On the origin's thread; unchecked.
  using Deliver = std::function<void(int piece, Leaves leaves)>;

  // `urls` are tried in order.
  LeafOrigin(std::vector<std::string> urls, HttpOptions options, const lt::sha256_hash& infohash,
             LeafLayout layout, Deliver deliver);
  LeafOrigin(const LeafOrigin&) = delete;
  LeafOrigin& operator=(const LeafOrigin&) = delete;

  // The most urgent first; each piece is asked for once. Any thread.
  void want(std::span<const int> pieces);

 private:
  struct Group {
    int first_piece = 0;
    int end_piece = 0;
    LeafRun run;
  };
  void run(const std::stop_token& stop);
  // The next pieces that lie together, within a request's size.
  [[nodiscard]] Group next_locked();

  const std::vector<std::string> urls_;
  const HttpOptions options_;
  const lt::sha256_hash infohash_;
  const LeafLayout layout_;
  const Deliver deliver_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<int> wanted_;
  std::set<int> asked_;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace freshet::streaming
