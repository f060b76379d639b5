// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/background_worker.h"

#include <utility>

namespace freshet::streaming {

BackgroundWorker::BackgroundWorker() : thread_([this](std::stop_token stop) { run(std::move(stop)); }) {}

BackgroundWorker::~BackgroundWorker() {
  thread_.request_stop();
  thread_.join();
}

void BackgroundWorker::post(Task task, AtEnd at_end) {
  if (at_end == AtEnd::Finish) {
    task = [task = std::move(task)](const std::stop_token&) { task({}); };  // one that never stops
  }
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void BackgroundWorker::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    // False when stopped with nothing left to do.
    if (!changed_.wait(lock, stop, [this] { return !tasks_.empty(); })) return;
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task(stop);
    task = nullptr;
    lock.lock();
  }
}

}  // namespace freshet::streaming
