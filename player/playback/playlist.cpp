// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/playlist.h"

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

namespace freshet::playback {

namespace {
std::size_t index_of(int position) {
  return static_cast<std::size_t>(position);
}
}  // namespace

bool Playlist::has(int position) const {
  return position >= 0 && index_of(position) < entries_.size();
}

const PlaylistEntry* Playlist::current() const {
  return has(position_) ? &entries_[index_of(position_)] : nullptr;
}

int Playlist::append(std::string source) {
  if (entries_.size() >= max_entries) entries_.pop_back();
  entries_.push_back({.id = next_id_++, .source = std::move(source), .title = {}, .file = {}});
  return entries_.back().id;
}

void Playlist::clear() {
  entries_.clear();
  position_ = -1;
}

void Playlist::clear_but_current() {
  if (!has(position_)) return clear();
  PlaylistEntry kept = std::move(entries_[index_of(position_)]);
  entries_.clear();
  entries_.push_back(std::move(kept));
  position_ = 0;
}

bool Playlist::select(int position) {
  if (!has(position)) return false;
  position_ = position;
  return true;
}

bool Playlist::advance(int step) {
  return select(position_ + step);
}

Result<bool> Playlist::remove(int position) {
  if (!has(position)) {
    return fail(ErrorCategory::Usage, "no-such-entry", "The playlist has no entry at that place");
  }
  const bool was_current = position == position_;
  entries_.erase(std::next(entries_.begin(), position));
  if (position < position_) --position_;
  if (was_current && !has(position_)) position_ = -1;
  return was_current;
}

void Playlist::find_again(int id) {
  const auto found = std::ranges::find(entries_, id, &PlaylistEntry::id);
  position_ = found == entries_.end() ? -1 : static_cast<int>(found - entries_.begin());
}

Result<void> Playlist::move(int from, int to) {
  if (!has(from) || (!has(to) && to != static_cast<int>(entries_.size()))) {
    return fail(ErrorCategory::Usage, "no-such-entry", "The playlist has no entry at that place");
  }
  const int id = current() ? current()->id : 0;
  const auto entry = std::next(entries_.begin(), from);
  const auto place = std::next(entries_.begin(), to);
  if (from < to) {
    std::rotate(entry, std::next(entry), place);
  } else {
    std::rotate(place, entry, std::next(entry));
  }
  find_again(id);
  return {};
}

void Playlist::shuffle() {
  const int id = current() ? current()->id : 0;
  std::ranges::shuffle(entries_, std::mt19937(std::random_device()()));
  find_again(id);
}

void Playlist::unshuffle() {
  const int id = current() ? current()->id : 0;
  std::ranges::sort(entries_, {}, &PlaylistEntry::id);
  find_again(id);
}

void Playlist::expand_current(std::span<const FileIndex> files, std::span<const std::string> titles) {
  if (!has(position_) || files.empty()) return;
  PlaylistEntry& first = entries_[index_of(position_)];
  first.file = files.front();
  if (!titles.empty()) first.title = titles.front();
  const std::string source = first.source;
  const std::size_t room = max_entries - std::min(max_entries, entries_.size());
  std::vector<PlaylistEntry> more;
  for (std::size_t i = 1; i < files.size() && more.size() < room; ++i) {
    more.push_back({.id = next_id_++,
                    .source = source,
                    .title = i < titles.size() ? titles[i] : std::string{},
                    .file = files[i]});
  }
  entries_.insert(std::next(entries_.begin(), position_ + 1), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

void Playlist::set_current_title(std::string title) {
  if (has(position_)) entries_[index_of(position_)].title = std::move(title);
}

std::vector<std::string> sources_of_text(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  std::vector<std::string> sources;
  while (!text.empty() && sources.size() < Playlist::max_entries) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    const auto first = line.find_first_not_of(blanks);
    if (first == std::string_view::npos || line[first] == '#') continue;
    line = line.substr(first, line.find_last_not_of(blanks) + 1 - first);
    sources.emplace_back(line);
  }
  return sources;
}

}  // namespace freshet::playback
