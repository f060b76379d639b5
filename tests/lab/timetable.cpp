// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/timetable.h"

#include <algorithm>
#include <utility>

namespace freshet::lab {

Timetable::Timetable(std::vector<Entry> entries) : entries_(std::move(entries)) {
  std::ranges::sort(entries_, {}, &Entry::at);
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void Timetable::work(const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  for (auto& entry : entries_) {
    never_.wait_until(lock, stop, start + entry.at, [] { return false; });
    if (stop.stop_requested()) return;
    entry.action();
  }
  // What was started stays under this thread's watch: children die with the thread that made them.
  never_.wait(lock, stop, [] { return false; });
}

}  // namespace freshet::lab
