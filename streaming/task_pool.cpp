// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/task_pool.h"

#include <algorithm>
#include <utility>

namespace freshet::streaming {

TaskPool::TaskPool(int threads) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
  }
}

TaskPool::~TaskPool() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

void TaskPool::post(Urgency urgency, Task task) {
  {
    const std::lock_guard lock(mutex_);
    queues_[static_cast<std::size_t>(urgency)].push_back(std::move(task));
  }
  changed_.notify_one();
}

std::deque<TaskPool::Task>* TaskPool::next_locked() {
  const auto queue = std::ranges::find_if(queues_, [](const auto& each) { return !each.empty(); });
  return queue == queues_.end() ? nullptr : &*queue;
}

void TaskPool::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    // False when stopped with nothing left to do.
    if (!changed_.wait(lock, stop, [this] { return next_locked() != nullptr; })) return;
    auto& queue = *next_locked();
    auto task = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
}

}  // namespace freshet::streaming
