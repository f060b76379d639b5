// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A few threads for work that takes milliseconds: hashing, reading from disk. What somebody waits for goes
// first, the rest in order. Any thread may post. The destructor runs what is queued.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace freshet::streaming {

class TaskPool {
 public:
  using Task = std::function<void()>;
  enum class Urgency : std::uint8_t { Now, Soon, Later };

  explicit TaskPool(int threads);
  ~TaskPool();
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;

  void post(Urgency urgency, Task task);

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] std::deque<Task>* next_locked();

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::array<std::deque<Task>, 3> queues_;  // by urgency
  std::vector<std::jthread> threads_;
};

}  // namespace freshet::streaming
