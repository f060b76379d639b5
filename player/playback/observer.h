// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What happens in a playback session, for those who record it: the event lines of --events=json, framemd5,
// the log. The player tells; nobody answers. All calls on the main thread, in order, but log(), which any
// thread may call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "player/media/media_info.h"
#include "player/media/pipeline.h"
#include "player/media/video_frame.h"
#include "player/playback/start_phases.h"
#include "streaming/base/error.h"
#include "streaming/base/units.h"
#include "streaming/session.h"

namespace freshet::playback {

enum class LogLevel : std::uint8_t { Error, Warning, Info, Verbose, Debug };

struct OpenedFile {
  std::string file;  // the media's own name
  std::optional<FileIndex> index;
  std::optional<Bytes> size;
  media::MediaInfo info;
  int video = 0, audio = 0, subtitle = 0;  // active tracks' ids, 0 none
};

struct Progress {
  std::optional<MediaTime> position;
  std::optional<MediaTime> duration;
  std::optional<MediaTime> buffered_until;
  std::optional<streaming::SwarmStats> swarm;
  std::int64_t dropped_frames = 0;
  bool paused = false;
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void source(const std::string& typed, std::string_view kind) { (void)typed, (void)kind; }
  virtual void metadata(const streaming::TorrentMetadata& metadata) { (void)metadata; }
  // The number of peers changed; `peers` are those that are there, the best first.
  virtual void peers(const streaming::SwarmStats& stats, const std::vector<streaming::PeerStats>& peers) {
    (void)stats, (void)peers;
  }
  virtual void open(const OpenedFile& file) { (void)file; }
  virtual void first_frame(MediaTime pts) { (void)pts; }
  // Right after first_frame(). `began`: when the entry was opened; nullopt: with the process.
  virtual void phases(std::optional<MonotonicTime> began, const StartTimes& times) {
    (void)began, (void)times;
  }
  virtual void frame_shown(const media::FramePointer& frame) { (void)frame; }
  virtual void stall_begin(MediaTime position, const std::string& reason) { (void)position, (void)reason; }
  virtual void stall_end(MediaTime position, std::chrono::nanoseconds lasted) {
    (void)position, (void)lasted;
  }
  virtual void seek(MediaTime target, media::SeekMode mode) { (void)target, (void)mode; }
  virtual void seek_done(MediaTime pts, MediaTime target) { (void)pts, (void)target; }
  virtual void seek_cancelled(MediaTime target) { (void)target; }
  // progress() comes once a second while something moves, and while nothing does only if this says so: a
  // paused player that nobody watches does not wake up.
  [[nodiscard]] virtual bool wants_progress() const { return false; }
  virtual void progress(const Progress& progress) { (void)progress; }
  virtual void eof() {}
  virtual void error(const Error& error) { (void)error; }
  virtual void log(LogLevel level, std::string_view room, const std::string& text) {
    (void)level, (void)room, (void)text;
  }
};

}  // namespace freshet::playback
