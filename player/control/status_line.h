// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The one line that tells on a terminal where playback is, as mpv's does:
//   AV: 00:00:01 / 00:00:20 (5%) Cache: 12s/3 MiB  peers 3 ↓1.2 MiB/s
// On a terminal it is rewritten in place; elsewhere (a log, a pipe) a line is written every few seconds.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "player/playback/player.h"
#include "streaming/base/units.h"

namespace freshet::control {

// Main thread.
[[nodiscard]] std::string status_text(const playback::Player& player);

// At most `columns` wide; what is cut ends in an ellipsis.
[[nodiscard]] std::string fit_columns(std::string_view text, int columns);

// Thread-safe, so that a log can take the line away before it writes.
class StatusLine {
 public:
  enum class Kind : std::uint8_t { Rewritten, Lines };
  // Writes to `descriptor`, which stays open.
  StatusLine(int descriptor, Kind kind);
  ~StatusLine();  // leaves the last line standing
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  void update(const std::string& text, MonotonicTime now);
  // Takes the line away; the next update() brings it back.
  void clear();
  // For a while shown in place of the status; as a line of its own at once where lines are written.
  void show_message(std::string text, std::chrono::milliseconds duration, MonotonicTime now);

 private:
  void write_locked(std::string_view text);
  [[nodiscard]] int columns_locked() const;

  const int descriptor_;
  const Kind kind_;
  std::mutex mutex_;
  std::string shown_;  // guarded by mutex_, as all below; empty: nothing stands
  std::string message_;
  MonotonicTime message_until_{};
  std::optional<MonotonicTime> last_line_;
};

}  // namespace freshet::control
