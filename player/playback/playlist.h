// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The list of what is to be played and the place in it. Pure; one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::playback {

struct PlaylistEntry {
  int id = 0;                     // unique in the process, mpv's playlist_entry_id
  std::string source;             // as typed
  std::string title;              // may be empty
  std::optional<FileIndex> file;  // of a torrent whose files became entries
};

class Playlist {
 public:
  // A list from an IPC client or a torrent of many files stays bounded.
  static constexpr std::size_t max_entries = 100'000;

  [[nodiscard]] const std::vector<PlaylistEntry>& entries() const { return entries_; }
  // 0-based place of the current entry, -1 when there is none.
  [[nodiscard]] int position() const { return position_; }
  [[nodiscard]] const PlaylistEntry* current() const;

  // Returns the new entry's id. The current entry stays current. Past max_entries the last entry is replaced.
  int append(std::string source);
  void clear();  // nothing is current any more
  void clear_but_current();
  // Makes the entry at `position` current; false when there is none.
  bool select(int position);
  // The entry after (or before) the current one becomes current; false at the end.
  bool advance(int step);
  [[nodiscard]] bool has(int position) const;
  // Removes an entry; true when it was the current one (then the one that took its place, if any, is
  // current).
  Result<bool> remove(int position);
  // The entry at `from` takes the place of the one at `to`, which may be one past the last.
  Result<void> move(int from, int to);
  void shuffle();    // the current entry stays current, wherever it goes
  void unshuffle();  // by the order in which the entries came
  // A torrent turned out to hold several files: the current entry becomes that many, the first stays current
  // and keeps its id.
  void expand_current(std::span<const FileIndex> files, std::span<const std::string> titles);
  void set_current_title(std::string title);

 private:
  void find_again(int id);  // the current entry after the order changed

  std::vector<PlaylistEntry> entries_;
  int position_ = -1;
  int next_id_ = 1;
};

// What was dropped or pasted, one source a line; empty lines and comments ('#', as text/uri-list has them)
// are left out. No more than a playlist holds.
[[nodiscard]] std::vector<std::string> sources_of_text(std::string_view text);

}  // namespace freshet::playback
