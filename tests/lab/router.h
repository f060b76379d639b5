// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Carries packets between the TUN devices of hosts, as a Network says. One thread of its own, woken by
// packets and by one timer; its functions may be called from any other.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "tests/lab/host.h"
#include "tests/lab/network.h"

namespace freshet::lab {

// How late packets were, against when they were due, and what the router itself cost.
struct RouterReport {
  std::int64_t packets = 0;
  std::chrono::nanoseconds median_lateness{};  // upper bounds: powers of two of a microsecond
  std::chrono::nanoseconds p99_lateness{};
  std::chrono::nanoseconds worst_lateness{};
  std::chrono::nanoseconds cpu{};
  std::chrono::nanoseconds wall{};
};

class Router {
 public:
  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // A new host behind these links. Throws std::system_error.
  const Host& add_host(const HostLinks& links, HostIndex& index);
  void cut(HostIndex host);

  struct Traffic {
    Link::Counts up, down;
  };
  [[nodiscard]] Traffic traffic(HostIndex host) const;
  [[nodiscard]] RouterReport report() const;

 private:
  void work(const std::stop_token& stop);
  void read_from(HostIndex host);

  mutable std::mutex mutex_;  // held while packets move, never while waiting
  Network network_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::array<std::int64_t, 40> lateness_{};  // by the power of two of microseconds
  std::chrono::nanoseconds worst_{};
  std::chrono::nanoseconds cpu_{};
  MonotonicTime started_;
  FileDescriptor epoll_, timer_, stop_event_;
  std::jthread thread_;
};

}  // namespace freshet::lab
