// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One thread for slow work on files that nobody waits for: copies, deletions, saved state. Tasks run in
// order. post() may be called from any thread and returns at once. The destructor runs what is queued, with a
// stop request for tasks that may be given up: one that copies ends early when it sees it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace freshet::streaming {

class BackgroundWorker {
 public:
  using Task = std::function<void(std::stop_token)>;
  enum class AtEnd : std::uint8_t {
    GiveUp,  // is told to stop
    Finish,  // the destructor waits until it is done, however long that takes
  };

  BackgroundWorker();
  ~BackgroundWorker();
  BackgroundWorker(const BackgroundWorker&) = delete;
  BackgroundWorker& operator=(const BackgroundWorker&) = delete;

  void post(Task task, AtEnd at_end = AtEnd::GiveUp);

 private:
  void run(std::stop_token stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Task> tasks_;
  std::jthread thread_;
};

}  // namespace freshet::streaming
