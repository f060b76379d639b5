// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A pipeline with recording sinks and a listener that a test can wait on: the smallest possible player.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "player/media/pipeline.h"
#include "tests/player/media/clips.h"
#include "tests/player/media/scripted_source.h"

namespace freshet::media::test {

// Takes what it is given at once (or, while held, keeps write() waiting as a full device does).
class RecordingAudio final : public AudioSink {
 public:
  Result<AudioFormat> configure(const AudioFormat& wanted) override {
    const std::lock_guard lock(mutex_);
    if (refuse_) return fail(ErrorCategory::Internal, "no-audio-device", "The test has no device");
    format = forced_format.value_or(wanted);
    retired_ = false;
    return format;
  }
  bool write(std::span<const float> samples, MediaTime pts, double speed, Generation generation) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !held_ || generation < oldest_ || retired_; });
    if (generation < oldest_ || retired_) return false;
    blocks.push_back({pts, speed, generation, {samples.begin(), samples.end()}});
    changed_.notify_all();
    return true;
  }
  void finish(Generation generation) override {
    const std::lock_guard lock(mutex_);
    finished = generation;
  }
  void cancel_before(Generation generation) noexcept override {
    const std::lock_guard lock(mutex_);
    oldest_ = std::max(oldest_, generation);
    changed_.notify_all();
  }
  void retire(Queued queued) noexcept override {
    const std::lock_guard lock(mutex_);
    retired_ = true;
    retirements.push_back(queued);
    changed_.notify_all();
  }
  void hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  void refuse() { refuse_ = true; }

  struct Block {
    MediaTime pts;
    double speed;
    Generation generation;
    std::vector<float> samples;
  };
  // Waits until some sound was written; false: none was in 20 seconds.
  bool wait_recorded() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return !blocks.empty(); });
  }
  std::vector<Block> recorded() {
    const std::lock_guard lock(mutex_);
    return blocks;
  }
  AudioFormat format;
  std::optional<AudioFormat> forced_format;
  std::optional<Generation> finished;
  std::vector<Queued> retirements;

 private:
  std::vector<Block> blocks;
  bool retired_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  Generation oldest_{};
  bool held_ = false;
  bool refuse_ = false;
};

class RecordingSubtitles final : public SubtitleSink {
 public:
  void add_track(const SubtitleTrack& track) override {
    const std::lock_guard lock(mutex_);
    tracks_.push_back(track);
  }
  void add_font(const FontAttachment& font) override {
    const std::lock_guard lock(mutex_);
    fonts_.push_back(font);
  }
  void add_event(SubtitleEvent event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  void flush(Generation generation) override {
    const std::lock_guard lock(mutex_);
    flushed_ = generation;
    events_.clear();
  }
  std::vector<SubtitleEvent> events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  std::vector<SubtitleTrack> tracks() {
    const std::lock_guard lock(mutex_);
    return tracks_;
  }
  std::vector<FontAttachment> fonts() {
    const std::lock_guard lock(mutex_);
    return fonts_;
  }

 private:
  std::mutex mutex_;
  std::vector<SubtitleTrack> tracks_;
  std::vector<FontAttachment> fonts_;
  std::vector<SubtitleEvent> events_;
  Generation flushed_{};
};

class RecordingDigests final : public AudioDigestSink {
 public:
  void add(const AudioDigest& digest) override {
    const std::lock_guard lock(mutex_);
    digests_.push_back(digest);
  }
  std::vector<AudioDigest> digests() {
    const std::lock_guard lock(mutex_);
    return digests_;
  }

 private:
  std::mutex mutex_;
  std::vector<AudioDigest> digests_;
};

class TestPlayer final : private PipelineListener {
 public:
  explicit TestPlayer(std::shared_ptr<ByteSource> source, const PipelineOptions& options = {.digests = true},
                      std::string name = "clip");
  explicit TestPlayer(const std::filesystem::path& clip, const PipelineOptions& options = {.digests = true});
  ~TestPlayer() override;

  // Waits until the file is open; false when it failed (see error()).
  bool wait_open();
  // The next frame of the newest generation, taken out of the queue; null at the end or after an error.
  FramePointer next_frame();
  std::vector<FramePointer> all_frames();
  // Waits until no more sound comes.
  bool wait_sound_finished();
  bool wait_subtitle_events(std::size_t count);
  bool wait_tracks(std::size_t count);

  std::optional<MediaInfo> info();
  std::optional<MediaTime> learnt_duration();
  std::optional<Error> error();
  std::vector<std::string> warnings();

  // Waits until `condition` holds, looked at after each callback; false after 20 s (a hang, not a slow
  // machine).
  template <class Condition>
  bool wait_for(Condition condition) {
    std::unique_lock lock(mutex_);
    for (;;) {
      const int seen = changes_;
      lock.unlock();
      if (condition()) return true;
      lock.lock();
      if (!changed_.wait_for(lock, std::chrono::seconds(20), [&] { return changes_ != seen; })) return false;
    }
  }

  RecordingAudio audio;
  RecordingSubtitles subtitles;
  RecordingDigests digests;
  std::unique_ptr<Pipeline> pipeline;  // last: it uses all the others

 private:
  void on_opened(const MediaInfo& info) override;
  void on_failed(const Error& error) override;
  void on_warning(const std::string& message) override;
  void on_frame_ready() override { changed(); }
  void on_buffer_changed() override { changed(); }
  void on_duration_learned(MediaTime duration) override;
  void on_subtitles_changed() override { changed(); }
  void on_tracks_changed(const std::vector<Track>& tracks) override;
  void changed();

  std::mutex mutex_;
  std::condition_variable changed_;
  int changes_ = 0;
  std::optional<MediaInfo> info_;
  std::optional<MediaTime> learnt_duration_;
  std::optional<Error> error_;
  std::vector<std::string> warnings_;
};

[[nodiscard]] std::string hex(const std::array<std::uint8_t, 16>& md5);
[[nodiscard]] std::shared_ptr<ScriptedSource> source_of(const std::filesystem::path& clip);

}  // namespace freshet::media::test
