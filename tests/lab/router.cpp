// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/router.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <ctime>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace freshet::lab {
namespace {

using namespace std::chrono_literals;

// Packets due this soon after the next one are delivered with it: a tenth of a millisecond is far below what
// any client notices, and saves most wake-ups at high rates.
constexpr auto together = 50us;
// So that one host that sends without end cannot keep the others waiting.
constexpr int batch = 64;
constexpr std::uint64_t timer_tag = ~std::uint64_t{0}, stop_tag = timer_tag - 1;

void watch(int epoll, int file, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, file, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

void arm(int timer, MonotonicTime when) {
  // steady_clock is CLOCK_MONOTONIC in libstdc++. A time of 0 would disarm.
  const auto time = std::max(when.time_since_epoch(), std::chrono::nanoseconds(1));
  itimerspec wanted{};
  wanted.it_value.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  wanted.it_value.tv_nsec = (time % 1s).count();
  ::timerfd_settime(timer, TFD_TIMER_ABSTIME, &wanted, nullptr);
}

std::chrono::nanoseconds thread_cpu() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Router::Router()
    : started_(std::chrono::steady_clock::now()),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  if (epoll_.get() < 0 || timer_.get() < 0 || stop_event_.get() < 0)
    throw std::system_error(errno, std::generic_category(), "the router's descriptors");
  watch(epoll_.get(), timer_.get(), timer_tag);
  watch(epoll_.get(), stop_event_.get(), stop_tag);
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Router::~Router() {
  thread_.request_stop();
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_event_.get(), &one, sizeof one);
  thread_.join();
}

const Host& Router::add_host(const HostLinks& links, HostIndex& index) {
  const std::lock_guard lock(mutex_);
  index = static_cast<HostIndex>(hosts_.size());
  hosts_.push_back(std::make_unique<Host>(address_of(index)));
  network_.add_host(links);
  watch(epoll_.get(), hosts_.back()->tun(), std::to_underlying(index));
  return *hosts_.back();
}

void Router::cut(HostIndex host) {
  const std::lock_guard lock(mutex_);
  network_.cut(host);
}

Router::Traffic Router::traffic(HostIndex host) const {
  const std::lock_guard lock(mutex_);
  return {network_.uploaded(host), network_.downloaded(host)};
}

void Router::read_from(HostIndex host) {
  const int tun = hosts_[std::to_underlying(host)]->tun();
  for (int count = 0; count < batch; ++count) {
    const auto room = network_.room();
    const auto size = ::read(tun, room.data(), room.size());
    if (size <= 0) return;
    network_.send(std::chrono::steady_clock::now(), host, static_cast<std::size_t>(size));
  }
}

void Router::work(const std::stop_token& stop) {
  // Before the players, so that their load does not become their delay. Refused to all but root: then the
  // report shows what it costs.
  const sched_param priority{.sched_priority = 1};
  ::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &priority);

  std::array<epoll_event, 64> events{};
  const Network::Deliver deliver = [this](HostIndex to, std::span<const std::byte> packet,
                                          MonotonicTime due) {
    const auto late = std::max(std::chrono::steady_clock::now() - due, 0ns);
    const auto power = std::bit_width(static_cast<std::uint64_t>(late / 1us));
    ++lateness_[std::min<std::size_t>(static_cast<std::size_t>(power), lateness_.size() - 1)];
    worst_ = std::max<std::chrono::nanoseconds>(worst_, late);
    // A host whose device is going away takes no more packets.
    [[maybe_unused]] const auto written =
        ::write(hosts_[std::to_underlying(to)]->tun(), packet.data(), packet.size());
  };
  while (!stop.stop_requested()) {
    const int ready = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    if (ready < 0 && errno != EINTR) return;
    const std::lock_guard lock(mutex_);
    for (int index = 0; index < ready; ++index) {
      const auto tag = events[static_cast<std::size_t>(index)].data.u64;
      if (tag == timer_tag) {
        std::uint64_t expirations = 0;
        [[maybe_unused]] const auto size = ::read(timer_.get(), &expirations, sizeof expirations);
      } else if (tag < stop_tag) {
        read_from(static_cast<HostIndex>(tag));
      }
    }
    network_.deliver(std::chrono::steady_clock::now(), deliver);
    if (const auto next = network_.next()) arm(timer_.get(), *next + together);
    cpu_ = thread_cpu();
  }
}

RouterReport Router::report() const {
  const std::lock_guard lock(mutex_);
  RouterReport report;
  for (const auto count : lateness_) report.packets += count;
  const auto quantile = [&](double share) {
    auto left = static_cast<std::int64_t>(static_cast<double>(report.packets) * share);
    for (std::size_t power = 0; power < lateness_.size(); ++power) {
      left -= lateness_[power];
      if (left < 0) return std::chrono::nanoseconds(1us) * (std::int64_t{1} << power);
    }
    return std::chrono::nanoseconds{0};
  };
  report.median_lateness = quantile(0.5);
  report.p99_lateness = quantile(0.99);
  report.worst_lateness = worst_;
  report.cpu = cpu_;
  report.wall = std::chrono::steady_clock::now() - started_;
  return report;
}

}  // namespace freshet::lab
