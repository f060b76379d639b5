// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/swarm/recording_observer.h"

#include <algorithm>

namespace freshet::test {

using streaming::TorrentState;

bool RecordingObserver::Record::saw(TorrentState state) const {
  return std::ranges::find(states, state) != states.end();
}

bool RecordingObserver::Record::warned(std::string_view code) const {
  return std::ranges::any_of(warnings, [&](const Error& warning) { return warning.code == code; });
}

template <class Change>
void RecordingObserver::note(Change change) {
  {
    const std::lock_guard lock(mutex_);
    change(record_);
  }
  changed_.notify_all();
}

void RecordingObserver::on_peers(const streaming::SwarmStats& stats) {
  note([&](Record& record) { record.peers = stats; });
}
void RecordingObserver::on_metadata(const streaming::TorrentMetadata& metadata) {
  note([&](Record& record) { record.metadata = metadata; });
}
void RecordingObserver::on_state(TorrentState state) {
  note([&](Record& record) { record.states.push_back(state); });
}
void RecordingObserver::on_verified() {
  note([](Record& record) { ++record.verified_calls; });
}
void RecordingObserver::on_kept(FileIndex, const std::filesystem::path& path) {
  note([&](Record& record) { record.kept.push_back(path); });
}
void RecordingObserver::on_error(const Error& error) {
  note([&](Record& record) { record.errors.push_back(error); });
}
void RecordingObserver::on_warning(const Error& error) {
  note([&](Record& record) { record.warnings.push_back(error); });
}

bool RecordingObserver::wait_for(const std::function<bool(const Record&)>& condition,
                                 std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [&] { return condition(record_); });
}

bool RecordingObserver::wait_for_metadata() {
  return wait_for([](const Record& record) { return record.metadata.has_value(); });
}

bool RecordingObserver::wait_for_state(TorrentState state) {
  return wait_for([state](const Record& record) { return record.is(state); });
}

RecordingObserver::Record RecordingObserver::record() const {
  const std::lock_guard lock(mutex_);
  return record_;
}

}  // namespace freshet::test
