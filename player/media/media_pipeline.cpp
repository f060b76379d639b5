// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/media_pipeline.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "player/media/track_selection.h"
#include "streaming/base/path.h"

namespace freshet::media {
namespace {

constexpr double slowest = 0.01;
constexpr double fastest = 100;
// A broken file would say the same thousands of times.
constexpr int warnings_limit = 20;
// How far a seek goes by reading on, where the source cannot jump.
constexpr MediaTime longest_read_forward = std::chrono::seconds(60);

}  // namespace

MediaPipeline::MediaPipeline(std::shared_ptr<ByteSource> source, std::string name,
                             const PipelineOptions& options, PipelineListener& listener, AudioSink* audio,
                             SubtitleSink& subtitles, AudioDigestSink* audio_digests)
    : options_(options),
      name_(std::move(name)),
      listener_(listener),
      audio_(audio),
      subtitles_(subtitles),
      audio_digests_(audio_digests),
      source_(std::move(source)),
      generation_(static_cast<std::uint32_t>(options.first_generation)),
      choices_{options.video, options.audio, options.subtitle},
      reader_(source_, [this] { listener_.on_buffer_changed(); }),
      index_(options.layout) {
  if (audio_ == nullptr && audio_digests_ == nullptr) {
    choices_[index_of(TrackKind::Audio)] = {.kind = TrackChoice::Kind::Off};
  }
  frames_.flush(options.first_generation);
  demux_thread_ = std::jthread([this] { run(); });
}

MediaPipeline::~MediaPipeline() {
  stopping_ = true;
  PerKind<std::shared_ptr<PlayingStream>> streams;
  {
    const std::lock_guard lock(mutex_);
    const std::lock_guard delivery(delivery_mutex_);
    ++generation_;  // all that is still decoded is stale
    streams = streams_;
    work_.notify_all();
  }
  source_->cancel_before(generation());
  frames_.stop();
  if (audio_ != nullptr) audio_->cancel_before(generation());
  for (const auto& stream : streams) {
    if (stream) stream->packets().stop();
  }
  demux_thread_.join();
  subtitle_preroll_.reset();
}

// ---- the controller's side

Generation MediaPipeline::generation() const {
  return static_cast<Generation>(generation_.load());
}

FramePointer MediaPipeline::peek_frame(int index) const {
  return index < 0 ? nullptr : frames_.peek(static_cast<std::size_t>(index));
}

void MediaPipeline::pop_frame() {
  if (const FramePointer frame = frames_.peek(0)) {
    const std::lock_guard lock(mutex_);
    shown_ = frame->pts;
    if (frame->generation == generation()) played_ = frame->pts;
  }
  frames_.pop();
}

bool MediaPipeline::video_finished() const {
  const std::lock_guard lock(mutex_);
  if (!opened_ || pending_) return false;
  const bool decoded = selected_[index_of(TrackKind::Video)] == 0 || finished_[index_of(TrackKind::Video)];
  return decoded && frames_.empty();
}

bool MediaPipeline::audio_finished() const {
  const std::lock_guard lock(mutex_);
  if (!opened_ || pending_) return false;
  return selected_[index_of(TrackKind::Audio)] == 0 || finished_[index_of(TrackKind::Audio)];
}

MediaTime MediaPipeline::clamp_locked(MediaTime target) const {
  if (info_.duration) target = std::min(target, *info_.duration);
  return std::max(target, MediaTime{0});
}

Generation MediaPipeline::begin_generation_locked(std::optional<SeekTarget> target) {
  Generation generation{};
  {
    const std::lock_guard delivery(delivery_mutex_);
    generation = static_cast<Generation>(++generation_);
    subtitles_.flush(generation);
    // Text outlives a flush; pictures of a side-car file come from nowhere else.
    const int subtitle = selected_[index_of(TrackKind::Subtitle)];
    if (const auto file = external_.find(subtitle); file != external_.end() && file->second.track.bitmaps) {
      deliver_external_locked(subtitle, target ? target->target : MediaTime{0});
    } else if (vobsub_reader_) {
      vobsub_reader_->play({});
    }
  }
  pending_ = Request{.restart = true, .seek = target};
  played_.reset();
  for (auto& [track, kept] : kept_) kept.clear();
  frames_.flush(generation);
  for (const auto& stream : streams_) {
    if (stream) stream->packets().flush(generation);
  }
  if (audio_ != nullptr) audio_->cancel_before(generation);
  finished_ = {};
  failed_ = false;
  read_finished_ = false;
  full_ = false;
  reported_until_ = MediaTime{0};
  // What opening reads is needed whatever is sought afterwards.
  if (opened_) source_->cancel_before(generation);
  work_.notify_all();
  return generation;
}

bool MediaPipeline::read_forward_to_locked(MediaTime target) {
  const bool forward = target > shown_.value_or(MediaTime{0});
  const bool near = target <= buffered_until_locked() + longest_read_forward;
  const TrackKind leading = selected_[index_of(TrackKind::Video)] != 0 ? TrackKind::Video : TrackKind::Audio;
  if (!forward || !near || pending_ || finished_[index_of(leading)]) {
    return false;
  }
  {
    const std::lock_guard delivery(delivery_mutex_);
    ++generation_;  // subtitles that were delivered stay: nobody delivers them again
    const auto file = external_.find(selected_[index_of(TrackKind::Subtitle)]);
    if (file != external_.end() && file->second.vobsub) deliver_external_locked(file->first, target);
  }
  frames_.flush(generation());
  for (const auto& stream : streams_) {
    if (stream && !stream->still()) {
      stream->packets().carry_over(generation(), {.limit = target + exact_tolerance, .sound_from = target});
    }
  }
  if (audio_ != nullptr) audio_->cancel_before(generation());
  return true;
}

Generation MediaPipeline::seek(MediaTime target, SeekMode mode) {
  std::unique_lock lock(mutex_);
  target = clamp_locked(target);
  if (opened_ && !info_.seekable) {
    const bool possible = read_forward_to_locked(target);
    lock.unlock();
    if (!possible)
      warn("This source is read once, from its start to its end: it can only be sought a little forward");
    return generation();
  }
  return begin_generation_locked(
      SeekTarget{.target = target, .limit = target + exact_tolerance, .mode = mode});
}

Generation MediaPipeline::seek_before(MediaTime shown) {
  std::unique_lock lock(mutex_);
  if (opened_ && !info_.seekable) return generation();
  const MediaTime before = std::max(shown - MediaTime{1}, MediaTime{0});
  return begin_generation_locked(SeekTarget{.target = before, .limit = before, .mode = SeekMode::Exact});
}

void MediaPipeline::set_speed(double speed) {
  if (speed == speed) speed_ = std::clamp(speed, slowest, fastest);
}

void MediaPipeline::set_late(MediaTime by) {
  late_ = by.count();
}

const Track* MediaPipeline::find_track_locked(TrackKind kind, int id) const {
  const auto found = std::ranges::find_if(
      info_.tracks, [&](const Track& track) { return track.kind == kind && track.id == id; });
  return found != info_.tracks.end() ? &*found : nullptr;
}

void MediaPipeline::choose_tracks_locked(TrackKind kind) {
  static const std::vector<std::string> no_languages;
  const std::vector<std::string>& languages = kind == TrackKind::Audio      ? options_.audio_languages
                                              : kind == TrackKind::Subtitle ? options_.subtitle_languages
                                                                            : no_languages;
  selected_[index_of(kind)] = choose_track(info_.tracks, kind, choices_[index_of(kind)], languages);
}

void MediaPipeline::apply_choices_soon_locked() {
  if (!pending_) pending_ = Request{};
  work_.notify_all();
}

int MediaPipeline::selected(TrackKind kind) const {
  const std::lock_guard lock(mutex_);
  return selected_[index_of(kind)];
}

std::vector<Track> MediaPipeline::tracks() const {
  const std::lock_guard lock(mutex_);
  return info_.tracks;
}

MediaTime MediaPipeline::buffered_until_locked() const {
  std::optional<MediaTime> until;
  MediaTime furthest = shown_.value_or(MediaTime{0});
  for (const auto& stream : streams_) {
    if (!stream || stream->still() || stream->kind() == TrackKind::Subtitle) continue;
    const PacketQueue::Level level = stream->packets().level();
    const MediaTime end = level.end.value_or(MediaTime{0});
    furthest = std::max(furthest, end);
    if (!level.finished) until = until ? std::min(*until, end) : end;
  }
  if (read_finished_) return std::max(furthest, info_.duration.value_or(MediaTime{0}));
  return until.value_or(furthest);
}

BufferState MediaPipeline::buffer(MediaTime position) const {
  const std::lock_guard lock(mutex_);
  BufferState state{.generation = generation(),
                    .buffered_until = buffered_until_locked(),
                    .read_at = reader_.position(),
                    .reading = reader_.reading(),
                    .read_finished = read_finished_,
                    .full = full_};
  state.ahead = std::max(state.buffered_until - position, MediaTime{0});
  for (const auto& stream : streams_) {
    if (stream) state.packets += Bytes{stream->packets().level().bytes};
  }
  return state;
}

std::shared_ptr<const TimeMap> MediaPipeline::time_map() const {
  const std::lock_guard lock(mutex_);
  return time_map_;
}

// ---- side-car files

void MediaPipeline::add_subtitle_file(SidecarSubtitle sidecar, SidecarSelection select) {
  WaitingSubtitleFile file{std::move(sidecar), select};
  {
    const std::lock_guard lock(mutex_);
    if (!opened_) {
      waiting_subtitle_files_.push_back(std::move(file));
      return;
    }
  }
  start_subtitle_file(std::move(file));
}

void MediaPipeline::start_subtitle_file(WaitingSubtitleFile file) {
  int id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = ++last_subtitle_id_;
  }
  auto done = [this, id, name = file.sidecar.name, language = file.sidecar.language,
               select = file.select](Result<std::vector<SubtitleFile>> files) {
    subtitle_file_read(id, name, language, select, std::move(files));
  };
  subtitle_files_.read(std::move(file.sidecar), id, std::move(done));
}

void MediaPipeline::subtitle_file_read(int first_id, const std::string& name, const std::string& language,
                                       SidecarSelection select, Result<std::vector<SubtitleFile>> files) {
  if (!files) {
    listener_.on_warning(files.error().message);
    return;
  }
  std::vector<Track> all;
  {
    const std::lock_guard lock(mutex_);
    std::vector<Track> added;
    for (SubtitleFile& file : *files) {
      file.track.id = added.empty() ? first_id : ++last_subtitle_id_;
      added.push_back({.id = file.track.id,
                       .kind = TrackKind::Subtitle,
                       .codec = file.codec,
                       .codec_description = file.codec_description,
                       .title = std::string(last_part(name)),
                       .language = file.language.empty() ? language : file.language,
                       .external = true,
                       .external_filename = name});
    }
    info_.tracks.insert(info_.tracks.end(), added.begin(), added.end());
    all = info_.tracks;
    const int id = choose_track(added, TrackKind::Subtitle, {}, options_.subtitle_languages);
    const auto speaks = [&](const std::string& wanted) {
      return std::ranges::any_of(
          added, [&](const Track& track) { return language_matches(wanted, track.language); });
    };
    if (select == SidecarSelection::Yes || (select == SidecarSelection::ByLanguage &&
                                            std::ranges::any_of(options_.subtitle_languages, speaks))) {
      choices_[index_of(TrackKind::Subtitle)] = {.kind = TrackChoice::Kind::Id, .id = id};
      selected_[index_of(TrackKind::Subtitle)] = id;
      apply_choices_soon_locked();
    }
    const std::lock_guard delivery(delivery_mutex_);
    for (SubtitleFile& file : *files) {
      const int added_id = file.track.id;
      subtitles_.add_track(file.track);
      external_.emplace(added_id, std::move(file));
      if (added_id == selected_[index_of(TrackKind::Subtitle)] || !external_.at(added_id).vobsub) {
        deliver_external_locked(added_id, shown_.value_or(options_.start));
      }
    }
  }
  listener_.on_tracks_changed(all);
}

void MediaPipeline::deliver_external_locked(int track_id, MediaTime from) {
  const auto found = external_.find(track_id);
  if (found == external_.end() || stopping_) return;
  if (found->second.vobsub) {
    if (!vobsub_reader_) {
      DecoderHost& host = *this;
      vobsub_reader_ = std::make_unique<VobSubReader>(host);
    }
    vobsub_reader_->play(
        {.generation = generation(), .track_id = track_id, .track = found->second.vobsub, .from = from});
    vobsub_reader_->advance(buffered_until_locked());
  }
  for (const SubtitleEvent& event : found->second.events) {
    SubtitleEvent copy = event;
    copy.generation = generation();
    subtitles_.add_event(std::move(copy));
  }
}

// ---- DecoderHost

bool MediaPipeline::current(Generation generation) const noexcept {
  return generation_.load() == static_cast<std::uint32_t>(generation);
}
double MediaPipeline::speed() const noexcept {
  return speed_;
}
MediaTime MediaPipeline::late() const noexcept {
  return MediaTime(late_.load());
}
void MediaPipeline::frame_queued() {
  listener_.on_frame_ready();
}

void MediaPipeline::produced(TrackKind kind, MonotonicTime complete) {
  {
    const std::lock_guard lock(mutex_);
    produced_[index_of(kind)] = true;
  }
  if (kind == TrackKind::Video) listener_.on_first_picture(complete);
}

void MediaPipeline::finished(TrackKind kind, Generation generation) {
  bool nothing_at_all = false;
  {
    const std::lock_guard lock(mutex_);
    if (!current(generation)) return;
    finished_[index_of(kind)] = true;
    const auto over = [&](TrackKind which) {
      return !streams_[index_of(which)] || (finished_[index_of(which)] && !produced_[index_of(which)]);
    };
    nothing_at_all = read_finished_ && over(TrackKind::Video) && over(TrackKind::Audio);
  }
  if (nothing_at_all && options_.unlockers) {
    key_refuted();
  } else if (nothing_at_all) {
    listener_.on_failed({ErrorCategory::Media, "no-playable-stream",
                         "\"" + std::string(last_part(name_)) + "\" holds nothing that can be decoded",
                         "The file may be damaged"});
  }
  listener_.on_frame_ready();
  listener_.on_buffer_changed();
}

void MediaPipeline::key_refuted() {
  if (key_refuted_.exchange(true)) return;
  listener_.on_failed({ErrorCategory::Protection, "wrong-key",
                       "What the key unlocks of \"" + std::string(last_part(name_)) +
                           "\" is noise: it is not this film's key",
                       "Ask whoever published it for the right one"});
}

void MediaPipeline::warn(std::string message) {
  const int count = ++warnings_;
  if (stopping_ || count > warnings_limit) return;
  listener_.on_warning(count == warnings_limit ? message + "; further warnings are left out" : message);
}

void MediaPipeline::deliver(SubtitleEvent event) {
  {
    const std::lock_guard lock(delivery_mutex_);
    if (!current(event.generation)) return;
    subtitles_.add_event(std::move(event));
  }
  listener_.on_subtitles_changed();
}

void MediaPipeline::deliver(const AudioDigest& digest, Generation generation) {
  const std::lock_guard lock(delivery_mutex_);
  if (current(generation) && audio_digests_ != nullptr) audio_digests_->add(digest);
}

}  // namespace freshet::media
