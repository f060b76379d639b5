// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// --events=json: what happens, one JSON object a line. Scripts rely on it: fields may be added, never
// renamed. Each line begins with "event" and "t", the seconds since the process started (monotonic,
// microsecond digits), and is written by one write(2), so that lines of several threads never mix. All
// positions are seconds.
//
// Any thread; a call blocks only while the reader of the pipe does not read. When the reader is gone the log
// falls silent: the player goes on. The process must ignore SIGPIPE.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "player/media/media_info.h"
#include "player/media/pipeline.h"
#include "player/playback/start_phases.h"
#include "streaming/base/error.h"
#include "streaming/base/units.h"
#include "streaming/session.h"

namespace freshet::control {

// What is not known is null on the line.
struct ProgressEvent {
  std::optional<MediaTime> position;
  std::optional<MediaTime> duration;
  std::optional<MediaTime> buffered_until;
  std::optional<streaming::SwarmStats> swarm;  // nullopt: rates, peers and bytes are 0
  std::int64_t dropped_frames = 0;
  bool paused = false;
};

struct OpenEvent {
  std::string file;                // the media's own name
  std::optional<FileIndex> index;  // in its torrent
  std::optional<Bytes> size;
  media::MediaInfo media;
  int video = 0, audio = 0, subtitle = 0;  // active tracks' ids, 0 none
};

class EventLog {
 public:
  using Now = std::function<MonotonicTime()>;
  // Writes to `descriptor`, which stays open and is not closed. `start` is when the process started.
  EventLog(int descriptor, MonotonicTime start, Now now = std::chrono::steady_clock::now);

  // `kind` names what was understood: magnet, torrent-file, file, url, stdin…
  void source(std::string_view source, std::string_view kind);
  void metadata(const streaming::TorrentMetadata& metadata);
  // `peers`: the best first; so many of them are told.
  static constexpr std::size_t most_peers = 16;
  void peers(const streaming::SwarmStats& stats, std::span<const streaming::PeerStats> peers);
  void open(const OpenEvent& open);
  // When it was told: its "t".
  MonotonicTime first_frame(MediaTime pts);
  // `begin`: when the entry was opened.
  void phases(MonotonicTime begin, const playback::StartPhases& phases);
  void stall_begin(MediaTime position, std::string_view reason);
  void stall_end(MediaTime position, std::chrono::nanoseconds length);
  void seek(MediaTime target, media::SeekMode mode);
  void seek_done(MediaTime pts, MediaTime target);
  void seek_cancelled(MediaTime target);
  void progress(const ProgressEvent& progress);
  void eof();
  void error(const Error& error);
  void warning(const Error& error);
  void exit(int code);
  // `freshet seed`: the torrent is served. port 0: nobody can connect from outside.
  void seeding(std::string_view magnet, std::uint16_t port);

 private:
  MonotonicTime write(std::string_view event, std::string_view fields);  // when

  const int descriptor_;
  const MonotonicTime start_;
  const Now now_;
  std::mutex mutex_;
  MonotonicTime last_{};  // guarded by mutex_; "t" never steps back between lines
  bool closed_ = false;   // guarded by mutex_: the reader is gone
};

}  // namespace freshet::control
