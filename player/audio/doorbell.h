// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Two ways for one thread to wake another, for two kinds of callers.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <utility>

namespace freshet::audio {

// Rung from a sound callback: no lock, no allocation; a system call only while somebody waits. A ring between
// seen() and wait() is not lost, because wait() compares.
class Bell {
 public:
  [[nodiscard]] std::uint32_t seen() const noexcept { return count_.load(std::memory_order_acquire); }
  void ring() noexcept {
    count_.fetch_add(1, std::memory_order_release);
    count_.notify_all();
  }
  // Returns once it was rung after `seen`.
  void wait(std::uint32_t seen) const noexcept { count_.wait(seen, std::memory_order_acquire); }

 private:
  std::atomic<std::uint32_t> count_{0};  // 32 bits: the width of a futex, so that notify needs no lock
};

// Rung by ordinary threads for one that also waits for a time. Nobody holds the lock for longer than it takes
// to set a flag.
class TimedBell {
 public:
  void ring() noexcept {
    {
      const std::scoped_lock lock(mutex_);
      rung_ = true;
    }
    rung_changed_.notify_one();
  }
  void wait(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    rung_changed_.wait(lock, stop, [this] { return rung_; });
    rung_ = false;
  }
  // Whether it was rung before `time`.
  bool wait_until(std::stop_token stop, std::chrono::steady_clock::time_point time) {
    std::unique_lock lock(mutex_);
    rung_changed_.wait_until(lock, stop, time, [this] { return rung_; });
    return std::exchange(rung_, false);
  }
  // Rings do not shorten it; they are kept for wait().
  void sleep_until(std::stop_token stop, std::chrono::steady_clock::time_point time) {
    std::unique_lock lock(mutex_);
    rung_changed_.wait_until(lock, stop, time, [] { return false; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any rung_changed_;
  bool rung_ = false;
};

}  // namespace freshet::audio
