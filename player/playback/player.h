// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The playback controller: it owns the playlist, the opened item (swarm, pipeline, outputs) and the state
// that the viewer sees, and it runs the main loop. Keys, the terminal, IPC and the command line all act
// through the functions below. Main thread only, but for post().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "player/media/media_info.h"
#include "player/media/pipeline.h"
#include "player/playback/options.h"
#include "player/playback/playlist.h"
#include "streaming/base/error.h"
#include "streaming/base/units.h"
#include "streaming/session.h"

namespace freshet::playback {

// What the viewer waits for or looks at, in one state model for window, terminal, events and IPC.
enum class Phase : std::uint8_t {
  Idle,  // nothing to play
  FindingPeers,
  FetchingMetadata,
  CheckingData,  // what is on disk, after a crash
  OpeningMedia,  // header and index
  Starting,      // opened, before the first frame
  Playing,
  Paused,
  Seeking,
  Buffering,  // a stall
  Ended,      // --keep-open holds the last frame
};

enum class EndReason : std::uint8_t { Eof, Stop, Quit, Error, Redirect };

// What changed; listeners re-read what they show. Bits of one set, posted once a main-loop turn.
enum class Change : std::uint32_t {
  Phase = 1u << 0,
  Position = 1u << 1,
  Pause = 1u << 2,
  Speed = 1u << 3,
  Volume = 1u << 4,
  Tracks = 1u << 5,
  Playlist = 1u << 6,
  Media = 1u << 7,
  Cache = 1u << 8,
  Window = 1u << 9,
  Other = 1u << 10,
};

struct PlayerEvent {
  enum class Kind { StartFile, FileLoaded, EndFile, Seek, PlaybackRestart, Idle, Shutdown, Changed } kind;
  int entry_id = 0;                   // StartFile, EndFile
  EndReason reason = EndReason::Eof;  // EndFile
  std::optional<Error> error{};       // EndFile by Error
  std::uint32_t changes = 0;          // Changed: set of Change
};

struct CacheState {
  MediaTime buffered_until{0};
  MediaTime ahead{0};
  Bytes packets;
  bool idle = false;  // nothing more is read ahead
  bool underrun = false;
  bool eof = false;
  int buffering_percent = 100;                                   // mpv's cache-buffering-state
  std::vector<std::pair<MediaTime, MediaTime>> seekable_ranges;  // what plays without waiting
};

class Player {
 public:
  virtual ~Player() = default;

  // --- threads and listeners
  virtual void post(std::function<void()> task) = 0;  // any thread; runs on the main thread
  using Listener = std::function<void(const PlayerEvent&)>;
  virtual int add_listener(Listener listener) = 0;
  virtual void remove_listener(int id) = 0;

  // --- playlist
  enum class LoadMode : std::uint8_t { Replace, Append, AppendPlay };
  virtual int load(std::string source, LoadMode mode) = 0;  // entry id
  virtual void stop(bool keep_playlist) = 0;
  virtual void quit(int exit_code) = 0;
  // Kept until the same file is opened again, which then goes on from here (--resume-playback). Errors: Usage
  // "nothing-playing", Storage "write-failed".
  virtual Result<void> save_position() = 0;
  virtual Result<void> playlist_next(bool force) = 0;  // Errors: Usage "no-next"
  virtual Result<void> playlist_previous() = 0;
  virtual Result<void> playlist_play(int position) = 0;  // 0-based
  virtual void playlist_clear() = 0;                     // all but the playing one
  virtual Result<void> playlist_remove(int position) = 0;
  // The entry at `from` takes the place of the one at `to`, which may be one past the last.
  virtual Result<void> playlist_move(int from, int to) = 0;
  virtual void playlist_shuffle() = 0;
  virtual void playlist_unshuffle() = 0;  // back to the order in which the entries came
  [[nodiscard]] virtual const std::vector<PlaylistEntry>& playlist() const = 0;
  [[nodiscard]] virtual int playlist_position() const = 0;  // -1: none

  // --- playing
  virtual Result<void> seek_to(MediaTime target,
                               media::SeekMode mode) = 0;  // Errors: Usage "nothing-to-seek"
  virtual Result<void> seek_by(MediaTime distance, media::SeekMode mode) = 0;
  virtual Result<void> frame_step() = 0;  // shows the next frame and stays paused
  virtual Result<void> frame_back_step() = 0;
  virtual void set_paused(bool paused) = 0;
  virtual void set_speed(double speed) = 0;     // clamped to 0.01 … 100
  virtual void set_volume(double percent) = 0;  // clamped to 0 … 130
  virtual void set_muted(bool muted) = 0;
  virtual Result<void> select_track(media::TrackKind kind, media::TrackChoice choice) = 0;
  virtual Result<void> add_subtitles(std::string path_or_url, bool select, std::string title,
                                     std::string language) = 0;
  virtual void set_subtitle_delay(MediaTime delay) = 0;
  virtual void set_audio_delay(MediaTime delay) = 0;
  virtual void set_subtitles_visible(bool visible) = 0;
  virtual void set_fullscreen(bool on) = 0;
  virtual void set_loop_file(int times) = 0;  // from here on; loop_forever
  // Playback that reaches B goes back to A; both must be set, in either order.
  virtual void set_ab_loop(std::optional<MediaTime> a, std::optional<MediaTime> b) = 0;
  // To the subtitle line `lines` after (before) the one that is shown or was shown last. Errors: Usage
  // "nothing-to-seek", "no-such-line" (none is known there: it may not have been read yet).
  virtual Result<void> seek_subtitle(int lines) = 0;
  enum class Screenshot : std::uint8_t { Video, Subtitles, Window };
  virtual Result<void> screenshot(const std::string& path, Screenshot what) = 0;
  // On the screen and, without a window, on the terminal's status line.
  virtual void show_text(std::string text, std::chrono::milliseconds duration) = 0;
  // The bar with times (mpv's show-progress) and a gauge (volume).
  virtual void show_progress() = 0;
  // The statistics page: for five seconds, or until it is toggled again.
  enum class StatsPage : std::uint8_t { Once, Toggle };
  virtual void show_stats(StatsPage how) = 0;
  virtual void show_gauge(std::string label, double value, double maximum) = 0;

  // --- state
  [[nodiscard]] virtual Phase phase() const = 0;
  [[nodiscard]] virtual bool paused() const = 0;  // the viewer's wish
  [[nodiscard]] virtual bool paused_for_cache() const = 0;
  [[nodiscard]] virtual bool seeking() const = 0;
  [[nodiscard]] virtual bool eof_reached() const = 0;
  [[nodiscard]] virtual bool core_idle() const = 0;  // nothing moves
  [[nodiscard]] virtual std::optional<MediaTime> position() const = 0;
  [[nodiscard]] virtual std::optional<MediaTime> duration() const = 0;
  [[nodiscard]] virtual double speed() const = 0;
  [[nodiscard]] virtual double volume() const = 0;
  [[nodiscard]] virtual bool muted() const = 0;
  [[nodiscard]] virtual bool fullscreen() const = 0;
  [[nodiscard]] virtual int loop_file() const = 0;
  [[nodiscard]] virtual std::optional<MediaTime> ab_loop_a() const = 0;
  [[nodiscard]] virtual std::optional<MediaTime> ab_loop_b() const = 0;
  [[nodiscard]] virtual MediaTime subtitle_delay() const = 0;
  [[nodiscard]] virtual MediaTime audio_delay() const = 0;
  [[nodiscard]] virtual bool subtitles_visible() const = 0;
  [[nodiscard]] virtual std::string subtitle_text() const = 0;
  [[nodiscard]] virtual std::optional<media::MediaInfo> media() const = 0;
  [[nodiscard]] virtual std::vector<media::Track> tracks() const = 0;
  [[nodiscard]] virtual int selected(media::TrackKind kind) const = 0;
  [[nodiscard]] virtual std::string path() const = 0;       // as typed; empty while idle
  [[nodiscard]] virtual std::string file_name() const = 0;  // of the media: last part of its path
  [[nodiscard]] virtual std::string title() const = 0;      // the file's own title, else its name
  [[nodiscard]] virtual std::optional<Bytes> file_size() const = 0;
  [[nodiscard]] virtual CacheState cache() const = 0;
  [[nodiscard]] virtual std::optional<streaming::SwarmStats> swarm() const = 0;
  [[nodiscard]] virtual std::vector<streaming::PeerStats> peers() const = 0;  // of the swarm, the best first
  [[nodiscard]] virtual std::int64_t dropped_frames() const = 0;
  [[nodiscard]] virtual media::FramePointer shown_frame() const = 0;
  [[nodiscard]] virtual const Options& options() const = 0;
  // One line that names what is waited for, or empty: "Finding peers", "Buffering: 3 peers, 1.2 MiB/s, about
  // 4 s".
  [[nodiscard]] virtual std::string wait_reason() const = 0;
};

}  // namespace freshet::playback
