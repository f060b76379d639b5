// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The Player. One main loop: tasks that other threads posted, one turn of presentation, then sleep until an
// input event, a task or the next deadline. Seven files implement it, by what they are about:
//   player_core.cpp          the loop, tasks, listeners, the playlist
//   player_loading.cpp       from a playlist entry to a running pipeline, and its end
//   player_presentation.cpp  a turn: pictures, sound, ends, reports
//   player_stalls.cpp        waiting for data: when it begins, ends, is given up
//   player_screen.cpp        what the screen says
//   player_pointer.cpp       the seek bar under the mouse, and the preview above it
//   player_controls.cpp      what the viewer does, and the state that others read
// Main thread only, but for post().
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "player/audio/audio_output.h"
#include "player/media/media_clock.h"
#include "player/media/pipeline.h"
#include "player/media/preview.h"
#include "player/playback/audio_gate.h"
#include "player/playback/buffering.h"
#include "player/playback/observer.h"
#include "player/playback/overlay_lift.h"
#include "player/playback/playback_clock.h"
#include "player/playback/player.h"
#include "player/playback/playlist.h"
#include "player/playback/read_ahead.h"
#include "player/playback/source_opener.h"
#include "player/subtitles/subtitle_renderer.h"
#include "player/ui/osd.h"
#include "player/video/video_output.h"

namespace freshet::playback {

class ItemEvents;

// One playlist entry while it is open.
struct Item {
  int id = 0;  // the playlist entry's
  PlaylistEntry entry;
  std::unique_ptr<ItemEvents> events;  // outlives opener and pipeline
  std::unique_ptr<SourceOpener> opener;
  std::shared_ptr<OpenTorrent> torrent;
  OpenedSource source;
  std::unique_ptr<media::Pipeline> pipeline;
  std::unique_ptr<media::Preview> preview;  // since the pointer was first on the bar
  bool preview_tried = false;
  std::optional<media::MediaInfo> info;
  std::optional<MonotonicTime> began;  // its opening; nullopt: with the process
  bool bytes_ready = false;            // a file is chosen; its header is awaited
  bool over_network = false;

  // Where playback is. A restart is the stretch between open or seek and the first picture (or sound).
  Generation generation{};
  bool restarting = true;
  bool picture_ready = false;  // of this restart
  bool first_frame_shown = false;
  bool sidecars_added = false;
  media::FramePointer shown;
  MonotonicTime shown_at{};
  std::int64_t shown_count = 0;
  std::int64_t dropped = 0;
  bool ended = false;            // kept open at its end
  std::optional<MediaTime> end;  // --end, resolved
  int loops_left = 0;            // of --loop-file
  MediaTime entered{0};          // where the last seek or the start led to

  struct Seek {
    MediaTime target;
    media::SeekMode mode;
    MonotonicTime started;
  };
  std::vector<Window> told_ahead;  // to the source
  std::optional<Seek> seek;        // not yet resolved by a picture
  std::optional<Seek> queued;      // waits until that one has shown something

  struct Stall {
    MonotonicTime began;
    MediaTime position;
  };
  std::optional<Stall> stall;
  std::optional<MonotonicTime> starving_since;  // about to become a stall
  std::deque<MonotonicTime> stall_ends;

  MonotonicTime waiting_since{};  // for data, in a phase that needs some
  MonotonicTime network_progress{};
  Bytes network_bytes;
  int reported_peers = -1;

  // The disk is full or fails: what is there is played, the rest is waited for until it can be written again.
  struct StorageTrouble {
    Error error;
    MonotonicTime began;
    std::optional<MonotonicTime> ended{};  // a try to write went well; the next one may fail again
  };
  std::optional<StorageTrouble> storage;
  bool storage_broke_reading = false;  // the pipeline gave up and starts anew when that has ended
};

class PlayerCore final : public Player {
 public:
  // `observer`, `sessions` and `audio_digests` (may be null) outlive the player.
  PlayerCore(Options options, std::unique_ptr<video::VideoOutput> video, SessionProvider& sessions,
             Observer& observer, media::AudioDigestSink* audio_digests);
  ~PlayerCore() override;

  // Plays options.sources, then idles or ends. Returns the process's exit code.
  int run();
  // Gets what happens in the window: keys, the wheel, drops.
  void set_input_handler(std::function<void(const video::InputEvent&)> handler) {
    input_handler_ = std::move(handler);
  }
  // Gets what show_text says, where there is no window to show it in.
  void set_message_handler(std::function<void(const std::string&, std::chrono::milliseconds)> handler) {
    message_handler_ = std::move(handler);
  }
  // A signal's number: ends with 128 + number. Any thread, not a signal handler.
  void interrupt(int signal);

  // Player
  void post(std::function<void()> task) override;
  int add_listener(Listener listener) override;
  void remove_listener(int id) override;
  int load(std::string source, LoadMode mode) override;
  void stop(bool keep_playlist) override;
  void quit(int exit_code) override;
  Result<void> save_position() override;
  Result<void> playlist_next(bool force) override;
  Result<void> playlist_previous() override;
  Result<void> playlist_play(int position) override;
  void playlist_clear() override;
  Result<void> playlist_remove(int position) override;
  Result<void> playlist_move(int from, int to) override;
  void playlist_shuffle() override;
  void playlist_unshuffle() override;
  const std::vector<PlaylistEntry>& playlist() const override { return playlist_.entries(); }
  int playlist_position() const override { return playlist_.position(); }
  Result<void> seek_to(MediaTime target, media::SeekMode mode) override;
  Result<void> seek_by(MediaTime distance, media::SeekMode mode) override;
  Result<void> frame_step() override;
  Result<void> frame_back_step() override;
  void set_paused(bool paused) override;
  void set_speed(double speed) override;
  void set_volume(double percent) override;
  void set_muted(bool muted) override;
  Result<void> select_track(media::TrackKind kind, media::TrackChoice choice) override;
  Result<void> add_subtitles(std::string path_or_url, bool select, std::string title,
                             std::string language) override;
  void set_subtitle_delay(MediaTime delay) override;
  void set_audio_delay(MediaTime delay) override;
  void set_subtitles_visible(bool visible) override;
  void set_fullscreen(bool on) override;
  void set_loop_file(int times) override;
  void set_ab_loop(std::optional<MediaTime> a, std::optional<MediaTime> b) override;
  Result<void> seek_subtitle(int lines) override;
  Result<void> screenshot(const std::string& path, Screenshot what) override;
  void show_text(std::string text, std::chrono::milliseconds duration) override;
  void show_progress() override;
  void show_stats(StatsPage how) override;
  void show_gauge(std::string label, double value, double maximum) override;
  Phase phase() const override;
  bool paused() const override { return paused_; }
  bool paused_for_cache() const override { return item_ && item_->stall.has_value(); }
  bool seeking() const override { return item_ && (item_->seek || item_->queued); }
  bool eof_reached() const override { return item_ && item_->ended; }
  bool core_idle() const override;
  std::optional<MediaTime> position() const override;
  std::optional<MediaTime> duration() const override;
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
  std::string subtitle_text() const override;
  std::optional<media::MediaInfo> media() const override;
  std::vector<media::Track> tracks() const override;
  int selected(media::TrackKind kind) const override;
  std::string path() const override;
  std::string file_name() const override;
  std::string title() const override;
  std::optional<Bytes> file_size() const override;
  CacheState cache() const override;
  std::optional<streaming::SwarmStats> swarm() const override;
  std::vector<streaming::PeerStats> peers() const override;
  std::int64_t dropped_frames() const override { return item_ ? item_->dropped : 0; }
  media::FramePointer shown_frame() const override { return item_ ? item_->shown : nullptr; }
  const Options& options() const override { return options_; }
  std::string wait_reason() const override;

 private:
  friend class ItemEvents;
  using Deadline = std::optional<MonotonicTime>;

  // player_core.cpp
  void run_tasks();
  void emit(const PlayerEvent& event);
  void changed(Change change) { changes_ |= static_cast<std::uint32_t>(change); }
  void flush_changes();
  void handle(const video::InputEvent& event);
  void become_idle(const std::optional<Error>& error);
  void log(LogLevel level, const std::string& text) { observer_.log(level, "player", text); }

  // player_loading.cpp
  void start_current();
  void close_item(EndReason reason, std::optional<Error> error);
  void end_item(EndReason reason, std::optional<Error> error);  // and goes on with the list
  void fail_item(const Error& error);
  void begin_storage_trouble(const Error& error);
  void end_storage_trouble();
  [[nodiscard]] bool disk_fails() const { return item_ && item_->storage && !item_->storage->ended; }
  [[nodiscard]] bool disk_failed_lately(
      MonotonicTime now) const;  // a try to write that went well proves little
  void on_source_opened(OpenedSource opened);
  void on_media_opened(const media::MediaInfo& info);
  void on_duration_learned(MediaTime duration);
  void on_swarm_changed();
  void add_sidecars();
  [[nodiscard]] std::optional<MediaTime> resolve(const std::optional<TimePoint>& point) const;
  [[nodiscard]] bool has_picture() const;  // a video track is active
  [[nodiscard]] bool has_sound() const;

  // player_presentation.cpp
  Deadline turn(MonotonicTime now);
  void restart_turn(MonotonicTime now, Deadline& deadline);
  void picture_turn(MonotonicTime now, Deadline& deadline);
  void sound_turn(MonotonicTime now, Deadline& deadline);
  void end_turn(MonotonicTime now, Deadline& deadline);
  void report_turn(MonotonicTime now, Deadline& deadline);
  void show(const media::FramePointer& frame, MonotonicTime now);
  void show_first(const media::FramePointer& frame, MonotonicTime now);
  void finish_restart(MonotonicTime now);
  void apply_running(MonotonicTime now);  // clock and sound follow pause, stall, restart
  void reach_end(MonotonicTime now);
  [[nodiscard]] std::optional<std::pair<MediaTime, MediaTime>> ab_loop() const;  // in order, when it applies
  [[nodiscard]] MediaTime picture_end() const;  // when the shown picture is over
  static void sooner(Deadline& deadline, MonotonicTime candidate) {
    if (!deadline || candidate < *deadline) deadline = candidate;
  }

  // player_stalls.cpp
  void stall_turn(MonotonicTime now, Deadline& deadline);
  // Enough is there for a start that is not a stall right after.
  [[nodiscard]] bool may_start_now() const;
  // Tells the swarm what will be read, and when.
  void read_ahead_turn(MonotonicTime now);
  // How much a pause is used to have ahead.
  [[nodiscard]] Bytes filled_when_paused() const;
  void begin_stall(MonotonicTime now);
  void end_stall(MonotonicTime now);
  void timeout_turn(MonotonicTime now, Deadline& deadline);
  [[nodiscard]] BufferingInput buffering(MonotonicTime now) const;
  [[nodiscard]] double fill_rate() const;
  [[nodiscard]] bool waits_for_data() const;

  // player_screen.cpp
  void screen_turn(MonotonicTime now, Deadline& deadline);
  void draw(MonotonicTime now);
  [[nodiscard]] std::vector<video::OverlayPointer> subtitle_overlays(const subtitles::Canvas& canvas);
  [[nodiscard]] std::optional<ui::OsdWait> wait_card(MonotonicTime now) const;
  [[nodiscard]] ui::OsdBar progress_bar() const;

  // player_pointer.cpp
  // The mouse: true when it was meant for the seek bar, and for nobody else.
  [[nodiscard]] bool handle_pointer(const video::InputEvent& event, MonotonicTime now);
  void point_at(int x, int y, MonotonicTime now);
  // Whether it is on the bar that is on the screen now.
  void look_under_pointer();
  void let_go_of_bar(MonotonicTime now);
  void request_preview();
  void on_preview(MediaTime at, std::shared_ptr<const media::PreviewPicture> picture);
  // The bar as the pointer keeps it on the screen; before each drawing.
  void show_pointed_bar(MonotonicTime now);

  // player_controls.cpp
  void start_seek(MediaTime target, media::SeekMode mode, MonotonicTime now);
  void restart_at(Generation generation, MediaTime position);
  void start_queued_seek(MonotonicTime now);

  Options options_;
  std::shared_ptr<drm::KeyRing> keys_;  // that the viewer has
  Observer& observer_;
  SessionProvider& sessions_;
  media::AudioDigestSink* audio_digests_;

  std::mutex tasks_mutex_;
  std::vector<std::function<void()>> tasks_;  // guarded by tasks_mutex_

  std::unique_ptr<video::VideoOutput> video_;
  media::MediaClock sound_clock_;
  std::unique_ptr<audio::AudioOutput> audio_;  // null with --no-audio
  std::unique_ptr<AudioGate> gate_;            // before audio_, seen by the pipeline
  std::unique_ptr<subtitles::SubtitleRenderer> subtitles_;
  std::unique_ptr<ui::Osd> osd_;
  PlaybackClock clock_{sound_clock_};
  OverlayLift lift_;

  Playlist playlist_;
  std::shared_ptr<OpenTorrent> torrent_;  // kept between entries of one torrent
  std::unique_ptr<Item> item_;
  Generation last_generation_{0};

  bool paused_ = false;
  double speed_ = 1, volume_ = 100;
  bool muted_ = false, fullscreen_ = false, subtitles_visible_ = true;
  int loop_file_ = 0;
  std::optional<MediaTime> ab_loop_a_, ab_loop_b_;
  MediaTime subtitle_delay_{0}, audio_delay_{0};
  bool step_pending_ = false;
  bool clock_running_ = false;
  bool sound_problem_told_ = false;
  bool sound_waits_ = false;  // sound starts later than the picture: it joins when the clock gets there

  // The mouse in the window.
  struct Pointer {
    int x = 0, y = 0;
    MonotonicTime bar_until{};  // it moved lately: the bar is shown
    std::optional<double> at;   // on the bar, 0..1
    bool pressed = false;       // the button went down, on what is not known yet
    bool dragging = false;
    std::optional<MediaTime> asked;  // for a preview
    std::shared_ptr<const ui::OsdPicture> picture;
  };
  Pointer pointer_;

  bool redraw_ = false;
  std::uint32_t changes_ = 0;
  std::optional<MonotonicTime> next_report_;
  std::optional<MonotonicTime> next_osd_change_;
  std::optional<MediaTime> next_subtitle_change_;
  std::optional<MediaTime> reported_position_;
  std::optional<Phase> reported_phase_;
  std::map<int, Listener> listeners_;
  int next_listener_ = 1;
  std::function<void(const video::InputEvent&)> input_handler_;
  std::function<void(const std::string&, std::chrono::milliseconds)> message_handler_;

  Idle idle_ = Idle::No;
  bool quitting_ = false;
  int exit_code_ = 0;
  std::optional<MonotonicTime> stats_until_;  // the statistics page; max: until it is hidden
  MonotonicTime next_stats_{};
  int openings_ = 0;
};

}  // namespace freshet::playback
