// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/playback/player_core.h"

#include <algorithm>
#include <utility>

#include "player/playback/item_events.h"
#include "player/playback/watch_later.h"

namespace freshet::playback {

PlayerCore::PlayerCore(Options options, std::unique_ptr<video::VideoOutput> video, SessionProvider& sessions,
                       Observer& observer, media::AudioDigestSink* audio_digests)
    : options_(std::move(options)),
      keys_(std::make_shared<drm::KeyRing>()),
      observer_(observer),
      sessions_(sessions),
      audio_digests_(audio_digests),
      video_(std::move(video)),
      subtitles_(subtitles::make_subtitle_renderer()),
      osd_(ui::make_osd()),
      paused_(options_.pause),
      speed_(std::clamp(options_.speed, 0.01, 100.0)),
      volume_(std::clamp(options_.volume, 0.0, 130.0)),
      muted_(options_.mute),
      fullscreen_(options_.fullscreen),
      loop_file_(options_.loop_file),
      subtitle_delay_(options_.subtitle_delay),
      audio_delay_(options_.audio_delay),
      idle_(options_.idle) {
  for (const drm::ContentKey& key : options_.keys) keys_->add(key.id, key.key);
  if (options_.audio.kind != media::TrackChoice::Kind::Off) {
    const audio::AudioOptions sound{.volume = volume_,
                                    .mute = muted_,
                                    .paused = true,
                                    .untimed = options_.untimed,
                                    .delay = audio_delay_};
    // A timed device would hold back a run that should go as fast as it decodes.
    const audio::OutputKind kind = options_.untimed ? audio::OutputKind::Null : options_.audio_output;
    audio_ = audio::open_audio_output(kind, sound, sound_clock_, [this] { video_->wake(); });
    gate_ = std::make_unique<AudioGate>(*audio_, [this] { video_->wake(); });
  }
}

PlayerCore::~PlayerCore() {
  close_item(EndReason::Quit, std::nullopt);
}

int PlayerCore::run() {
  for (std::string& source : options_.sources) playlist_.append(std::move(source));
  options_.sources.clear();
  if (playlist_.select(0)) {
    start_current();
  } else {
    become_idle(std::nullopt);
  }
  while (!quitting_) {
    run_tasks();
    if (quitting_) break;
    const Deadline deadline = turn(std::chrono::steady_clock::now());
    flush_changes();
    if (quitting_) break;
    for (const video::InputEvent& event : video_->wait(deadline)) handle(event);
  }
  close_item(EndReason::Quit, std::nullopt);
  torrent_.reset();
  emit({.kind = PlayerEvent::Kind::Shutdown});
  return exit_code_;
}

void PlayerCore::become_idle(const std::optional<Error>& error) {
  torrent_.reset();
  video_->set_title("Freshet");
  video_->hold_screen_saver(false);
  // The screen explains itself: why it is empty, and what can be done.
  const std::string next = "Drop a magnet link, a torrent or a video here, or paste one with Ctrl+v";
  if (error) {
    osd_->set_card(error->message, {error->hint, next});
  } else {
    osd_->set_card("Freshet", {next});
  }
  redraw_ = true;
  emit({.kind = PlayerEvent::Kind::Idle});
}

void PlayerCore::interrupt(int signal) {
  post([this, signal] { quit(128 + signal); });
}

void PlayerCore::post(std::function<void()> task) {
  {
    const std::scoped_lock lock(tasks_mutex_);
    tasks_.push_back(std::move(task));
  }
  video_->wake();
}

void PlayerCore::run_tasks() {
  std::vector<std::function<void()>> tasks;
  {
    const std::scoped_lock lock(tasks_mutex_);
    tasks.swap(tasks_);
  }
  for (const auto& task : tasks) task();
}

int PlayerCore::add_listener(Listener listener) {
  listeners_.emplace(next_listener_, std::move(listener));
  return next_listener_++;
}

void PlayerCore::remove_listener(int id) {
  listeners_.erase(id);
}

void PlayerCore::emit(const PlayerEvent& event) {
  // A copy of the keys: a listener may remove itself or another one.
  std::vector<int> ids;
  for (const auto& [id, listener] : listeners_) ids.push_back(id);
  for (const int id : ids) {
    const auto found = listeners_.find(id);
    if (found != listeners_.end()) found->second(event);
  }
}

void PlayerCore::flush_changes() {
  if (const Phase now = phase(); reported_phase_ != now) {
    reported_phase_ = now;
    changed(Change::Phase);
    redraw_ = true;
  }
  if (const auto now = position(); now != reported_position_) {
    reported_position_ = now;
    changed(Change::Position);
  }
  if (changes_ == 0) return;
  const std::uint32_t changes = std::exchange(changes_, 0);
  emit({.kind = PlayerEvent::Kind::Changed, .changes = changes});
}

void PlayerCore::handle(const video::InputEvent& event) {
  if (std::holds_alternative<video::WindowChanged>(event)) {
    redraw_ = true;
    changed(Change::Window);
    return;
  }
  if (std::holds_alternative<video::WindowClosed>(event)) {
    quit(0);
    return;
  }
  if (const auto* dropped = std::get_if<video::Dropped>(&event)) {
    LoadMode mode = LoadMode::Replace;
    for (std::string& source : sources_of_text(dropped->text)) {
      load(std::move(source), std::exchange(mode, LoadMode::Append));
    }
    return;
  }
  if (handle_pointer(event, std::chrono::steady_clock::now())) return;
  if (input_handler_) input_handler_(event);
}

// --- the playlist

int PlayerCore::load(std::string source, LoadMode mode) {
  if (mode == LoadMode::Replace) {
    close_item(EndReason::Stop, std::nullopt);
    playlist_.clear();
  }
  const int id = playlist_.append(std::move(source));
  changed(Change::Playlist);
  const int last = static_cast<int>(playlist_.entries().size()) - 1;
  if (mode == LoadMode::Replace || (mode == LoadMode::AppendPlay && !item_)) {
    playlist_.select(last);
    start_current();
  }
  return id;
}

void PlayerCore::stop(bool keep_playlist) {
  close_item(EndReason::Stop, std::nullopt);
  torrent_.reset();
  if (!keep_playlist) playlist_.clear();
  changed(Change::Playlist);
  if (idle_ == Idle::Yes) {
    become_idle(std::nullopt);
  } else {
    quit(exit_code_);
  }
}

Result<void> PlayerCore::save_position() {
  const auto at = position();
  if (!item_ || !item_->info || !at) {
    return fail(ErrorCategory::Usage, "nothing-playing", "Nothing is playing whose place could be kept");
  }
  return save_place(watch_later_folder(options_), {.source = item_->entry.source, .file = item_->source.file},
                    *at);
}

void PlayerCore::quit(int exit_code) {
  // Whoever gives up waiting for a disk without room leaves with that reason.
  if (exit_code == 0 && waits_for_data() && disk_failed_lately(std::chrono::steady_clock::now())) {
    exit_code = freshet::exit_code(item_->storage->error.category);
  }
  exit_code_ = exit_code;
  quitting_ = true;
}

Result<void> PlayerCore::playlist_next(bool force) {
  if (!playlist_.has(playlist_.position() + 1)) {
    if (!force) return fail(ErrorCategory::Usage, "no-next", "This is the last entry of the playlist");
    stop(false);
    return {};
  }
  return playlist_play(playlist_.position() + 1);
}

Result<void> PlayerCore::playlist_previous() {
  return playlist_play(playlist_.position() - 1);
}

Result<void> PlayerCore::playlist_play(int position) {
  if (!playlist_.has(position)) {
    return fail(ErrorCategory::Usage, "no-such-entry", "The playlist has no entry at that place");
  }
  close_item(EndReason::Stop, std::nullopt);
  playlist_.select(position);
  changed(Change::Playlist);
  start_current();
  return {};
}

void PlayerCore::playlist_clear() {
  playlist_.clear_but_current();
  changed(Change::Playlist);
}

Result<void> PlayerCore::playlist_move(int from, int to) {
  auto moved = playlist_.move(from, to);
  if (moved) changed(Change::Playlist);
  return moved;
}

void PlayerCore::playlist_shuffle() {
  playlist_.shuffle();
  changed(Change::Playlist);
}

void PlayerCore::playlist_unshuffle() {
  playlist_.unshuffle();
  changed(Change::Playlist);
}

Result<void> PlayerCore::playlist_remove(int position) {
  const Result<bool> was_current = playlist_.remove(position);
  if (!was_current) return std::unexpected(was_current.error());
  changed(Change::Playlist);
  if (!*was_current) return {};
  close_item(EndReason::Stop, std::nullopt);
  if (playlist_.current()) {
    start_current();
  } else {
    stop(false);
  }
  return {};
}

}  // namespace freshet::playback
