// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Records a playback session: event lines on stdout, frame digests in a file, messages in the log. Main
// thread, but for log() and the audio digests (see observer.h and framemd5.h).
#pragma once

#include <memory>
#include <optional>

#include "player/app/log.h"
#include "player/control/event_log.h"
#include "player/control/framemd5.h"
#include "player/playback/observer.h"
#include "player/playback/options.h"
#include "streaming/trace.h"

namespace freshet::app {

class PlayRecorder final : public playback::Observer {
 public:
  // `log` outlives the recorder. Errors: Storage "write-failed" (a framemd5 file that cannot be written).
  [[nodiscard]] static Result<std::unique_ptr<PlayRecorder>> open(const playback::Options& options,
                                                                  MonotonicTime start, Log& log);

  // Null without --trace.
  [[nodiscard]] const std::shared_ptr<streaming::Trace>& trace() const { return trace_; }
  [[nodiscard]] media::AudioDigestSink* audio_digests() { return audio_ ? &*audio_ : nullptr; }
  // The last line and the last flush. Returns `exit_code`, or a failure to write the digests.
  int finish(int exit_code);

  void source(const std::string& typed, std::string_view kind) override;
  void metadata(const streaming::TorrentMetadata& metadata) override;
  void peers(const streaming::SwarmStats& stats, const std::vector<streaming::PeerStats>& peers) override;
  void open(const playback::OpenedFile& file) override;
  void first_frame(MediaTime pts) override;
  void phases(std::optional<MonotonicTime> began, const playback::StartTimes& times) override;
  void frame_shown(const media::FramePointer& frame) override;
  void stall_begin(MediaTime position, const std::string& reason) override;
  void stall_end(MediaTime position, std::chrono::nanoseconds lasted) override;
  void seek(MediaTime target, media::SeekMode mode) override;
  void seek_done(MediaTime pts, MediaTime target) override;
  void seek_cancelled(MediaTime target) override;
  [[nodiscard]] bool wants_progress() const override { return events_ != nullptr || trace_ != nullptr; }
  void progress(const playback::Progress& progress) override;
  void eof() override;
  void error(const Error& error) override;
  void log(playback::LogLevel level, std::string_view room, const std::string& text) override;

 private:
  PlayRecorder(Log& log, MonotonicTime start) : log_(log), start_(start) {}

  Log& log_;
  const MonotonicTime start_;
  MonotonicTime first_frame_at_{};
  std::shared_ptr<streaming::Trace> trace_;    // null without --trace
  std::unique_ptr<control::EventLog> events_;  // null without --events=json
  std::optional<control::FrameMd5Video> video_;
  std::optional<control::FrameMd5Audio> audio_;
};

}  // namespace freshet::app
