// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Does things at times after its start, on a thread of its own; those of one time in any order. What has not
// come yet when it is destroyed is left undone.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace freshet::lab {

class Timetable {
 public:
  struct Entry {
    std::chrono::milliseconds at;
    std::function<void()> action;  // throws nothing that anybody would hear
  };
  explicit Timetable(std::vector<Entry> entries);

 private:
  void work(const std::stop_token& stop);

  std::vector<Entry> entries_;
  std::mutex mutex_;
  std::condition_variable_any never_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace freshet::lab
