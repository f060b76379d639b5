// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A Player without pictures: it keeps what it is told and says it back, with a playlist and a made-up film of
// 100 s that loads at once. post() queues; run_posted() or wait_and_run() play the main loop's part.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

#include "player/playback/player.h"

namespace freshet::control {

class SimplePlayer final : public playback::Player {
 public:
  SimplePlayer() {
    media_.format = "matroska,webm";
    media_.duration = std::chrono::seconds(100);
    media_.metadata = {{"title", "A film"}};
    media_.chapters = {{std::chrono::seconds(0), "Start"},
                       {std::chrono::seconds(40), "Middle"},
                       {std::chrono::seconds(80), ""}};
    const auto track = [](int id, media::TrackKind kind, std::string codec, std::string language) {
      media::Track t;
      t.id = id;
      t.kind = kind;
      t.codec = std::move(codec);
      t.language = std::move(language);
      t.stream_index = id - 1;
      return t;
    };
    media_.tracks = {track(1, media::TrackKind::Video, "h264", ""),
                     track(1, media::TrackKind::Audio, "aac", "eng"),
                     track(2, media::TrackKind::Audio, "opus", "deu"),
                     track(1, media::TrackKind::Subtitle, "subrip", "eng")};
    media_.tracks[0].width = 640;
    media_.tracks[0].height = 360;
    media_.tracks[0].frames_per_second = 24;
    selected_ = {{media::TrackKind::Video, 1}, {media::TrackKind::Audio, 1}, {media::TrackKind::Subtitle, 0}};
  }

  // --- the main loop
  void post(std::function<void()> task) override {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
    posted_.notify_one();
  }
  void run_posted() {
    while (true) {
      std::function<void()> task;
      {
        const std::scoped_lock lock(mutex_);
        if (tasks_.empty()) break;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
      flush();
    }
  }
  // Runs tasks until `done`; false when that takes longer than a test may.
  template <class Done>
  bool run_until(Done done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done()) {
      {
        std::unique_lock lock(mutex_);
        if (!posted_.wait_until(lock, deadline, [&] { return !tasks_.empty(); })) return false;
      }
      run_posted();
    }
    return true;
  }
  // Tells listeners what changed since the last time.
  void flush() {
    if (changes_ == 0) return;
    const std::uint32_t changes = std::exchange(changes_, 0);
    emit({.kind = playback::PlayerEvent::Kind::Changed, .error = {}, .changes = changes});
  }
  void changed(playback::Change change) { changes_ |= static_cast<std::uint32_t>(change); }
  void emit(const playback::PlayerEvent& event) {
    const auto listeners = listeners_;
    for (const auto& [id, listener] : listeners) listener(event);
  }
  int add_listener(Listener listener) override {
    listeners_[++last_listener_] = std::move(listener);
    return last_listener_;
  }
  void remove_listener(int id) override { listeners_.erase(id); }

  // --- playlist
  int load(std::string source, LoadMode mode) override {
    if (mode == LoadMode::Replace) {
      end(playback::EndReason::Stop);
      playlist_.clear();
      position_in_list_ = -1;
    }
    playlist_.push_back({.id = ++last_entry_, .source = std::move(source), .title = {}, .file = {}});
    changed(playback::Change::Playlist);
    if (mode == LoadMode::Replace || (mode == LoadMode::AppendPlay && position_in_list_ < 0)) {
      start(static_cast<int>(playlist_.size()) - 1);
    }
    return last_entry_;
  }
  void stop(bool keep_playlist) override {
    end(playback::EndReason::Stop);
    if (!keep_playlist) playlist_.clear();
    position_in_list_ = -1;
    emit({.kind = playback::PlayerEvent::Kind::Idle, .error = {}});
  }
  void quit(int exit_code) override {
    exit_code_ = exit_code;
    end(playback::EndReason::Quit);
    emit({.kind = playback::PlayerEvent::Kind::Shutdown, .error = {}});
  }
  Result<void> playlist_next(bool force) override {
    if (position_in_list_ + 1 < static_cast<int>(playlist_.size()))
      return playlist_play(position_in_list_ + 1);
    if (!force) return fail(ErrorCategory::Usage, "no-next", "nothing follows");
    stop(false);
    return {};
  }
  Result<void> playlist_previous() override {
    if (position_in_list_ <= 0) return fail(ErrorCategory::Usage, "no-next", "nothing is before");
    return playlist_play(position_in_list_ - 1);
  }
  Result<void> playlist_play(int position) override {
    end(playback::EndReason::Stop);
    start(position);
    return {};
  }
  void playlist_clear() override {
    std::erase_if(playlist_, [&](const auto& entry) { return entry.id != current_id(); });
    position_in_list_ = playlist_.empty() ? -1 : 0;
  }
  Result<void> playlist_remove(int position) override {
    if (position == position_in_list_) end(playback::EndReason::Stop);
    playlist_.erase(playlist_.begin() + position);
    if (position <= position_in_list_) --position_in_list_;
    return {};
  }
  Result<void> playlist_move(int from, int to) override {
    shown_.push_back("<move " + std::to_string(from) + " " + std::to_string(to) + ">");
    return {};
  }
  Result<void> save_position() override {
    shown_.push_back("<saved>");
    return {};
  }
  void playlist_shuffle() override { shown_.push_back("<shuffle>"); }
  void playlist_unshuffle() override { shown_.push_back("<unshuffle>"); }
  const std::vector<playback::PlaylistEntry>& playlist() const override { return playlist_; }
  int playlist_position() const override { return position_in_list_; }

  // --- playing
  Result<void> seek_to(MediaTime target, media::SeekMode mode) override {
    if (!loaded_) return fail(ErrorCategory::Usage, "nothing-to-seek", "nothing plays");
    position_ = std::clamp(target, MediaTime{0}, *media_.duration);
    seek_mode_ = mode;
    changed(playback::Change::Position);
    emit({.kind = playback::PlayerEvent::Kind::Seek, .error = {}});
    emit({.kind = playback::PlayerEvent::Kind::PlaybackRestart, .error = {}});
    return {};
  }
  Result<void> seek_by(MediaTime distance, media::SeekMode mode) override {
    return seek_to(position_ + distance, mode);
  }
  Result<void> frame_step() override {
    ++steps_;
    return {};
  }
  Result<void> frame_back_step() override {
    --steps_;
    return {};
  }
  void set_paused(bool paused) override {
    paused_ = paused;
    changed(playback::Change::Pause);
  }
  void set_speed(double speed) override {
    speed_ = speed;
    changed(playback::Change::Speed);
  }
  void set_volume(double percent) override {
    volume_ = percent;
    changed(playback::Change::Volume);
  }
  void set_muted(bool muted) override {
    muted_ = muted;
    changed(playback::Change::Volume);
  }
  Result<void> select_track(media::TrackKind kind, media::TrackChoice choice) override {
    using Kind = media::TrackChoice::Kind;
    selected_[kind] = choice.kind == Kind::Off ? 0 : choice.kind == Kind::Auto ? 1 : choice.id;
    changed(playback::Change::Tracks);
    return {};
  }
  Result<void> add_subtitles(std::string path, bool select, std::string title,
                             std::string language) override {
    subtitles_.push_back(path + "|" + (select ? "select" : "auto") + "|" + title + "|" + language);
    return {};
  }
  void set_subtitle_delay(MediaTime delay) override { subtitle_delay_ = delay; }
  void set_audio_delay(MediaTime delay) override { audio_delay_ = delay; }
  void set_subtitles_visible(bool visible) override { subtitles_visible_ = visible; }
  void set_fullscreen(bool on) override {
    fullscreen_ = on;
    changed(playback::Change::Window);
  }
  void set_loop_file(int times) override { loop_file_ = times; }
  void set_ab_loop(std::optional<MediaTime> a, std::optional<MediaTime> b) override {
    ab_loop_a_ = a;
    ab_loop_b_ = b;
  }
  Result<void> seek_subtitle(int lines) override {
    shown_.push_back("<line " + std::to_string(lines) + ">");
    return {};
  }
  Result<void> screenshot(const std::string& path, Screenshot what) override {
    if (!loaded_) return fail(ErrorCategory::Usage, "no-picture", "nothing is shown");
    screenshots_.emplace_back(path, what);
    return {};
  }
  void show_text(std::string text, std::chrono::milliseconds) override { shown_.push_back(std::move(text)); }
  void show_progress() override { shown_.push_back("<bar>"); }
  void show_stats(StatsPage how) override {
    shown_.push_back(how == StatsPage::Once ? "<stats>" : "<stats toggled>");
  }
  void show_gauge(std::string label, double value, double) override {
    shown_.push_back("<gauge " + label + " " + std::to_string(static_cast<int>(value)) + ">");
  }

  // --- state
  playback::Phase phase() const override {
    return !loaded_ ? playback::Phase::Idle : paused_ ? playback::Phase::Paused : playback::Phase::Playing;
  }
  bool paused() const override { return paused_; }
  bool paused_for_cache() const override { return false; }
  bool seeking() const override { return false; }
  bool eof_reached() const override { return false; }
  bool core_idle() const override { return !loaded_ || paused_; }
  std::optional<MediaTime> position() const override {
    return loaded_ ? std::optional(position_) : std::nullopt;
  }
  std::optional<MediaTime> duration() const override { return loaded_ ? media_.duration : std::nullopt; }
  double speed() const override { return speed_; }
  double volume() const override { return volume_; }
  bool muted() const override { return muted_; }
  bool fullscreen() const override { return fullscreen_; }
  int loop_file() const override { return loop_file_; }
  std::optional<MediaTime> ab_loop_a() const override { return ab_loop_a_; }
  std::optional<MediaTime> ab_loop_b() const override { return ab_loop_b_; }
  MediaTime subtitle_delay() const override { return subtitle_delay_; }
  MediaTime audio_delay() const override { return audio_delay_; }
  bool subtitles_visible() const override { return subtitles_visible_; }
  std::string subtitle_text() const override { return "said"; }
  std::optional<media::MediaInfo> media() const override {
    return loaded_ ? std::optional(media_) : std::nullopt;
  }
  std::vector<media::Track> tracks() const override {
    return loaded_ ? media_.tracks : std::vector<media::Track>{};
  }
  int selected(media::TrackKind kind) const override { return loaded_ ? selected_.at(kind) : 0; }
  std::string path() const override {
    return position_in_list_ < 0 ? "" : playlist_[static_cast<std::size_t>(position_in_list_)].source;
  }
  std::string file_name() const override {
    const std::string name = path();
    return name.substr(name.rfind('/') + 1);
  }
  std::string title() const override { return loaded_ ? media_.metadata.at("title") : file_name(); }
  std::optional<Bytes> file_size() const override { return loaded_ ? std::optional(mib(3)) : std::nullopt; }
  playback::CacheState cache() const override {
    playback::CacheState cache;
    cache.buffered_until = position_ + std::chrono::seconds(12);
    cache.ahead = std::chrono::seconds(12);
    cache.packets = mib(3);
    cache.eof = cache_eof_;
    cache.seekable_ranges = {{position_, cache.buffered_until}};
    return cache;
  }
  std::optional<streaming::SwarmStats> swarm() const override { return swarm_; }
  std::vector<streaming::PeerStats> peers() const override { return peers_; }
  std::int64_t dropped_frames() const override { return 4; }
  media::FramePointer shown_frame() const override { return frame_; }
  const playback::Options& options() const override { return options_; }
  std::string wait_reason() const override { return wait_reason_; }

  // What the tests look at and set.
  playback::Options options_;
  media::MediaInfo media_;
  MediaTime position_{0};
  std::optional<media::SeekMode> seek_mode_;
  std::map<media::TrackKind, int> selected_;
  bool paused_ = false, muted_ = false, fullscreen_ = false, subtitles_visible_ = true;
  int loop_file_ = 0;
  std::optional<MediaTime> ab_loop_a_, ab_loop_b_;
  bool loaded_ = false;
  double speed_ = 1, volume_ = 100;
  MediaTime subtitle_delay_{0}, audio_delay_{0};
  int steps_ = 0;
  std::optional<int> exit_code_;
  std::vector<std::string> shown_, subtitles_;
  std::vector<std::pair<std::string, Screenshot>> screenshots_;
  std::optional<streaming::SwarmStats> swarm_;
  bool cache_eof_ = false;
  std::vector<streaming::PeerStats> peers_;
  media::FramePointer frame_;
  std::string wait_reason_;
  std::vector<playback::PlaylistEntry> playlist_;
  int position_in_list_ = -1;

 private:
  [[nodiscard]] int current_id() const {
    return position_in_list_ < 0 ? 0 : playlist_[static_cast<std::size_t>(position_in_list_)].id;
  }
  void start(int position) {
    position_in_list_ = position;
    position_ = MediaTime{0};
    emit({.kind = playback::PlayerEvent::Kind::StartFile, .entry_id = current_id(), .error = {}});
    loaded_ = true;
    changed(playback::Change::Media);
    changed(playback::Change::Phase);
    emit({.kind = playback::PlayerEvent::Kind::FileLoaded, .error = {}});
    emit({.kind = playback::PlayerEvent::Kind::PlaybackRestart, .error = {}});
  }
  void end(playback::EndReason reason) {
    if (!loaded_) return;
    loaded_ = false;
    changed(playback::Change::Phase);
    emit({.kind = playback::PlayerEvent::Kind::EndFile,
          .entry_id = current_id(),
          .reason = reason,
          .error = {}});
  }

  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> tasks_;  // guarded by mutex_
  std::map<int, Listener> listeners_;
  int last_listener_ = 0;
  int last_entry_ = 0;
  std::uint32_t changes_ = 0;
};

}  // namespace freshet::control
