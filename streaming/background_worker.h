// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One thread for slow work on files that nobody waits for: copies, deletions, saved state. Tasks run in
// order. post() may be called from any thread and returns at once. The destructor runs what is queued, with a
// stop request: a task that copies ends early when it sees it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace freshet::streaming {

class BackgroundWorker {
 public:
  using Task = std::function<void(std::stop_token)>;

  BackgroundWorker();
  ~BackgroundWorker();
  BackgroundWorker(const BackgroundWorker&) = delete;
  BackgroundWorker& operator=(const BackgroundWorker&) = delete;

  void post(Task task);

 private:
  void run(std::stop_token stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Task> tasks_;
  std::jthread thread_;
};

}  // namespace freshet::streaming
