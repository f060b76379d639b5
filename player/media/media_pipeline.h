// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The Pipeline as it is: see pipeline.h for the contract. This class joins the parts: it owns the demux
// thread, the streams being played and the state that the controller asks for.
//
// Locks, in this order: mutex_ (state), delivery_mutex_ (sinks, so that a stale event cannot slip in behind a
// seek), then the queues' own. The listener is called with none held.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "player/media/avio_reader.h"
#include "player/media/decoder_host.h"
#include "player/media/demuxer.h"
#include "player/media/frame_queue.h"
#include "player/media/index_at_hand.h"
#include "player/media/kept_packets.h"
#include "player/media/pipeline.h"
#include "player/media/playing_stream.h"
#include "player/media/positioning.h"
#include "player/media/subtitle_files.h"
#include "player/media/subtitle_preroll.h"
#include "player/media/vobsub_reader.h"

namespace freshet::media {

class MediaPipeline final : public Pipeline, private DecoderHost {
 public:
  MediaPipeline(std::shared_ptr<ByteSource> source, std::string name, const PipelineOptions& options,
                PipelineListener& listener, AudioSink* audio, SubtitleSink& subtitles,
                AudioDigestSink* audio_digests);
  ~MediaPipeline() override;

  [[nodiscard]] Generation generation() const override;
  [[nodiscard]] FramePointer peek_frame(int index) const override;
  void pop_frame() override;
  [[nodiscard]] bool video_finished() const override;
  [[nodiscard]] bool audio_finished() const override;
  Generation seek(MediaTime target, SeekMode mode) override;
  Generation seek_before(MediaTime shown) override;
  void set_speed(double speed) override;
  void select_track(TrackKind kind, TrackChoice choice, MediaTime position) override;
  [[nodiscard]] int selected(TrackKind kind) const override;
  void add_subtitle_file(SidecarSubtitle sidecar, SidecarSelection select) override;
  [[nodiscard]] BufferState buffer(MediaTime position) const override;
  [[nodiscard]] std::shared_ptr<const TimeMap> time_map() const override;
  void set_late(MediaTime by) override;
  [[nodiscard]] std::vector<Track> tracks() const override;

 private:
  static constexpr std::size_t kinds = 3;
  template <class T>
  using PerKind = std::array<T, kinds>;
  static constexpr std::size_t index_of(TrackKind kind) { return static_cast<std::size_t>(kind); }

  // What the demux thread is to do next; the newest wins.
  struct Request {
    bool restart = false;              // a new generation begins
    std::optional<SeekTarget> seek{};  // …here; nullopt: where the demuxer is (the start of the file)
    bool look_back = false;            // for subtitles that began before the last seek's landing
  };

  struct WaitingSubtitleFile {
    SidecarSubtitle sidecar;
    SidecarSelection select = SidecarSelection::No;
  };

  // DecoderHost
  [[nodiscard]] bool current(Generation generation) const noexcept override;
  [[nodiscard]] double speed() const noexcept override;
  [[nodiscard]] MediaTime late() const noexcept override;
  void frame_queued() override;
  void finished(TrackKind kind, Generation generation) override;
  void produced(TrackKind kind, MonotonicTime complete) override;
  void key_refuted() override;
  void warn(std::string message) override;
  void deliver(SubtitleEvent event) override;
  void deliver(const AudioDigest& digest, Generation generation) override;

  // Controller's thread, mutex_ held.
  Generation begin_generation_locked(std::optional<SeekTarget> target);
  [[nodiscard]] bool read_forward_to_locked(MediaTime target);
  [[nodiscard]] MediaTime clamp_locked(MediaTime target) const;
  [[nodiscard]] const Track* find_track_locked(TrackKind kind, int id) const;
  void choose_tracks_locked(TrackKind kind);
  enum class Switched : std::uint8_t { No, Yes };
  [[nodiscard]] Switched switch_in_place(std::unique_lock<std::mutex>& lock, TrackKind kind,
                                         MediaTime position);
  [[nodiscard]] std::shared_ptr<PlayingStream> prepare_locked(TrackKind kind, int track_id,
                                                              MediaTime position);
  void apply_choices_soon_locked();

  // Demux thread.
  void run();
  [[nodiscard]] bool open();
  void handle(const Request& request, Generation generation);
  void read_on(Generation generation);
  void push(PacketPointer packet, Generation generation);
  void look_back_for_subtitles(Generation generation);
  void keep_packets();
  void keep_locked(const AVPacket& packet, const Demuxer::PacketTimes& times);
  void push_starts(Generation generation, const StartPoint& start);
  void fail(const ReadError& error, Generation generation);
  void end_of_file(Generation generation);
  void learn_duration();
  void learn_index(Generation generation);
  void publish_time_map();
  void set_duration(MediaTime duration);
  void apply_choices();
  [[nodiscard]] std::shared_ptr<PlayingStream> open_stream(TrackKind kind, int track_id);
  // Any thread, no lock held.
  [[nodiscard]] bool start_decoder(PlayingStream& stream);
  template <class Decoder>
  bool start_with(PlayingStream& stream, Result<std::unique_ptr<Decoder>> decoder);
  [[nodiscard]] int timed_stream(TrackKind kind) const;  // FFmpeg's index, -1 for none or a still

  void wake_demuxer();
  [[nodiscard]] bool is_full_locked() const;
  [[nodiscard]] MediaTime buffered_until_locked() const;
  void start_subtitle_file(WaitingSubtitleFile file);
  void subtitle_file_read(int first_id, const std::string& name, const std::string& language,
                          SidecarSelection select, Result<std::vector<SubtitleFile>> files);
  // `from`: the position at which pictures that are read while they play begin. delivery_mutex_ held too.
  void deliver_external_locked(int track_id, MediaTime from);

  const PipelineOptions options_;
  const std::string name_;
  PipelineListener& listener_;
  AudioSink* const audio_;
  SubtitleSink& subtitles_;
  AudioDigestSink* const audio_digests_;
  std::shared_ptr<ByteSource> source_;

  FrameQueue frames_;
  std::atomic<std::uint32_t> generation_;
  std::atomic<double> speed_{1.0};
  std::atomic<std::int64_t> late_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> demuxer_waits_{false};
  std::atomic<int> warnings_{0};

  mutable std::mutex mutex_;
  std::condition_variable work_;  // for the demux thread
  std::optional<Request> pending_;
  bool opened_ = false;
  std::atomic<bool> key_refuted_{false};
  bool failed_ = false;  // a read error: nothing more until the next seek
  bool read_finished_ = false;
  bool full_ = false;
  MediaInfo info_;
  PerKind<TrackChoice> choices_;
  PerKind<int> selected_{};  // what the choices came to
  PerKind<std::shared_ptr<PlayingStream>> streams_;
  PerKind<bool> finished_{};
  PerKind<bool> produced_{};
  std::optional<MediaTime> shown_;                         // the last frame taken out
  std::optional<MediaTime> played_;                        // the same, of this generation
  bool handling_ = false;                                  // the demux thread is at a request
  std::map<std::pair<TrackKind, int>, KeptPackets> kept_;  // by kind and track id: those one can switch to
  std::set<int> added_subtitle_tracks_;
  MediaTime reported_until_{0};  // buffered_until at the last on_buffer_changed
  std::shared_ptr<const TimeMap> time_map_;

  std::vector<WaitingSubtitleFile> waiting_subtitle_files_;  // added before the file was opened
  int last_subtitle_id_ = 0;
  std::unique_ptr<VobSubReader> vobsub_reader_;  // since a pair was first shown

  std::mutex delivery_mutex_;
  std::map<int, SubtitleFile> external_;  // by track id; guarded by delivery_mutex_

  // Demux thread only.
  AvioReader reader_;
  std::unique_ptr<Demuxer> demuxer_;
  IndexAtHand index_;
  std::optional<MediaTime> entry_;                     // where the last seek landed
  bool duration_known_ = true;                         // false: looked for again now and then
  std::unique_ptr<SubtitlePreroll> subtitle_preroll_;  // since a seek first needed it

  SubtitleFiles subtitle_files_;
  std::jthread demux_thread_;  // last: everything it uses outlives it
};

}  // namespace freshet::media
