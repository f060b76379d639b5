// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/play_recorder.h"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

#include "player/app/human_text.h"

namespace freshet::app {

using playback::LogLevel;

Result<std::unique_ptr<PlayRecorder>> PlayRecorder::open(const playback::Options& options,
                                                         MonotonicTime start, Log& log) {
  std::unique_ptr<PlayRecorder> recorder(new PlayRecorder(log, start));
  if (options.trace) {
    auto trace = streaming::Trace::create(*options.trace, start);
    if (!trace) return std::unexpected(trace.error());
    recorder->trace_ = std::move(*trace);
  }
  if (options.events_json) recorder->events_ = std::make_unique<control::EventLog>(STDOUT_FILENO, start);
  if (options.framemd5) {
    auto file = control::FrameMd5File::create(*options.framemd5);
    if (!file) return std::unexpected(file.error());
    recorder->video_.emplace(std::move(*file));
  }
  if (options.framemd5_audio) {
    auto file = control::FrameMd5File::create(*options.framemd5_audio);
    if (!file) return std::unexpected(file.error());
    recorder->audio_.emplace(std::move(*file));
  }
  return recorder;
}

int PlayRecorder::finish(int exit_code) {
  const auto flush = [&](Result<void> written) {
    if (written || exit_code != 0) return;
    error(written.error());
    exit_code = freshet::exit_code(written.error().category);
  };
  if (video_) flush(video_->finish());
  if (audio_) flush(audio_->finish());
  if (trace_) flush(trace_->finish());
  if (events_) events_->exit(exit_code);
  return exit_code;
}

void PlayRecorder::source(const std::string& typed, std::string_view kind) {
  if (events_) events_->source(typed, kind);
  log_.write(LogLevel::Verbose, "player", fmt::format("Opening {} ({})", typed, kind));
}

void PlayRecorder::metadata(const streaming::TorrentMetadata& metadata) {
  if (events_) events_->metadata(metadata);
  log_.write(
      LogLevel::Info, "swarm",
      fmt::format("{}: {} files, {}", metadata.name, metadata.files.size(), size_text(metadata.total)));
}

void PlayRecorder::peers(const streaming::SwarmStats& stats, const std::vector<streaming::PeerStats>& peers) {
  if (events_) events_->peers(stats, peers);
}

void PlayRecorder::open(const playback::OpenedFile& file) {
  if (events_) {
    events_->open({.file = file.file,
                   .index = file.index,
                   .size = file.size,
                   .media = file.info,
                   .video = file.video,
                   .audio = file.audio,
                   .subtitle = file.subtitle});
  }
  log_.write(LogLevel::Info, "player", fmt::format("Playing {}", file.file));
  for (const media::Track& track : file.info.tracks) {
    const bool active = track.id == (track.kind == media::TrackKind::Video   ? file.video
                                     : track.kind == media::TrackKind::Audio ? file.audio
                                                                             : file.subtitle);
    const char* kind = track.kind == media::TrackKind::Video   ? "Video"
                       : track.kind == media::TrackKind::Audio ? "Audio"
                                                               : "Subs ";
    const std::string option = track.kind == media::TrackKind::Video   ? "vid"
                               : track.kind == media::TrackKind::Audio ? "aid"
                                                                       : "sid";
    std::string line = fmt::format("{} {} --{}={}", active ? "(+)" : "   ", kind, option, track.id);
    if (!track.language.empty()) line += " --" + option.substr(0, 1) + "lang=" + track.language;
    if (!track.title.empty()) line += " '" + track.title + "'";
    line += " (" + track.codec;
    if (track.kind == media::TrackKind::Video) line += fmt::format(" {}x{}", track.width, track.height);
    if (track.kind == media::TrackKind::Audio)
      line += fmt::format(" {}ch {}Hz", track.channels, track.sample_rate);
    log_.write(LogLevel::Info, "player", line + ")");
  }
}

void PlayRecorder::first_frame(MediaTime pts) {
  first_frame_at_ = events_ ? events_->first_frame(pts) : std::chrono::steady_clock::now();
  if (trace_) trace_->first_frame();
}

void PlayRecorder::phases(std::optional<MonotonicTime> began, const playback::StartTimes& times) {
  if (!events_) return;
  auto told = times;
  // As first_frame's line says, so that the phases add up to it.
  told[static_cast<std::size_t>(playback::StartMoment::Frame)] = first_frame_at_;
  const auto begin = began.value_or(start_);
  events_->phases(begin, playback::start_phases(begin, told));
}

void PlayRecorder::frame_shown(const media::FramePointer& frame) {
  if (video_) video_->add(*frame);
}

void PlayRecorder::stall_begin(MediaTime position, const std::string& reason) {
  if (events_) events_->stall_begin(position, reason);
  if (trace_) trace_->stall_begin();
  log_.write(LogLevel::Verbose, "player", fmt::format("Stalled at {}: {}", time_text(position), reason));
}

void PlayRecorder::stall_end(MediaTime position, std::chrono::nanoseconds lasted) {
  if (events_) events_->stall_end(position, lasted);
  if (trace_) trace_->stall_end();
  log_.write(LogLevel::Verbose, "player", fmt::format("Going on after {:.2f} s", to_seconds(lasted)));
}

void PlayRecorder::seek(MediaTime target, media::SeekMode mode) {
  if (events_) events_->seek(target, mode);
  if (trace_) trace_->seek(target);
}

void PlayRecorder::seek_done(MediaTime pts, MediaTime target) {
  if (events_) events_->seek_done(pts, target);
  if (trace_) trace_->seek_done();
}

void PlayRecorder::seek_cancelled(MediaTime target) {
  if (events_) events_->seek_cancelled(target);
}

void PlayRecorder::progress(const playback::Progress& progress) {
  if (trace_) {
    using Counter = streaming::Trace::Counter;
    if (progress.position && progress.buffered_until)
      trace_->counter(Counter::Buffered,
                      std::max(0.0, to_seconds(*progress.buffered_until - *progress.position)));
    if (progress.swarm) {
      trace_->counter(Counter::DownRate, static_cast<double>(progress.swarm->down_rate.value));
      trace_->counter(Counter::UpRate, static_cast<double>(progress.swarm->up_rate.value));
      trace_->counter(Counter::Peers, progress.swarm->peers);
    }
  }
  if (!events_) return;
  events_->progress({.position = progress.position,
                     .duration = progress.duration,
                     .buffered_until = progress.buffered_until,
                     .swarm = progress.swarm,
                     .dropped_frames = progress.dropped_frames,
                     .paused = progress.paused});
}

void PlayRecorder::eof() {
  if (events_) events_->eof();
}

void PlayRecorder::error(const Error& error) {
  if (events_) events_->error(error);
  log_.error(error);
}

void PlayRecorder::log(LogLevel level, std::string_view room, const std::string& text) {
  log_.write(level, room, text);
}

}  // namespace freshet::app
