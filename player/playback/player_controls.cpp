// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// What the viewer does, and the state that others read.
#include <algorithm>
#include <utility>

#include "player/playback/item_events.h"
#include "player/playback/player_core.h"

namespace freshet::playback {

namespace {

using namespace std::chrono_literals;
using media::SeekMode;
using media::TrackKind;

constexpr auto stats_duration = std::chrono::seconds(5);  // as mpv's
constexpr auto bar_duration = 1500ms;
constexpr auto seek_queue_window = 300ms;

std::unexpected<Error> nothing_to_seek() {
  return fail(ErrorCategory::Usage, "nothing-to-seek", "Nothing is playing");
}

}  // namespace

// --- seeking

void PlayerCore::restart_at(Generation generation, MediaTime position) {
  Item& item = *item_;
  const auto now = std::chrono::steady_clock::now();
  item.generation = generation;
  item.restarting = true;
  item.picture_ready = false;
  item.ended = false;
  item.waiting_since = now;
  item.network_progress = now;
  sound_waits_ = false;
  step_pending_ = false;
  clock_.restart(generation, position);
  apply_running(now);
}

void PlayerCore::start_seek(MediaTime target, SeekMode mode, MonotonicTime now) {
  Item& item = *item_;
  if (item.stall) end_stall(now);
  if (item.seek) observer_.seek_cancelled(item.seek->target);
  target = std::max(target, MediaTime{0});
  if (const auto whole = duration()) target = std::min(target, *whole);
  item.seek = Item::Seek{.target = target, .mode = mode, .started = now};
  observer_.seek(target, mode);
  restart_at(item.pipeline->seek(target, mode), target);
  emit({.kind = PlayerEvent::Kind::Seek, .entry_id = item.id});
  changed(Change::Position);
}

void PlayerCore::start_queued_seek(MonotonicTime now) {
  const Item::Seek queued = *item_->queued;
  item_->queued.reset();
  start_seek(queued.target, queued.mode, now);
}

Result<void> PlayerCore::seek_to(MediaTime target, SeekMode mode) {
  if (!item_ || !item_->pipeline || !item_->info) return nothing_to_seek();
  item_->queued.reset();
  start_seek(target, mode, std::chrono::steady_clock::now());
  return {};
}

Result<void> PlayerCore::seek_by(MediaTime distance, SeekMode mode) {
  if (!item_ || !item_->pipeline || !item_->info) return nothing_to_seek();
  Item& item = *item_;
  const auto now = std::chrono::steady_clock::now();
  MediaTime from = position().value_or(MediaTime{0});
  if (item.queued) {
    from = item.queued->target;
  } else if (item.seek) {
    from = item.seek->target;
  }
  const MediaTime target = std::max(MediaTime{0}, from + distance);
  // A held key sends seeks faster than pictures come: let each show one first, so that the viewer sees where
  // it goes.
  if (item.seek && !item.picture_ready && now - item.seek->started < seek_queue_window) {
    item.queued = Item::Seek{.target = target, .mode = mode, .started = now};
    return {};
  }
  item.queued.reset();
  // Landing on the key frame before the target would throw a step forward back to where it came from.
  if (mode == SeekMode::Keyframe && distance > MediaTime{0}) mode = SeekMode::KeyframeAfter;
  start_seek(target, mode, now);
  return {};
}

Result<void> PlayerCore::frame_step() {
  if (!item_ || !item_->pipeline || !has_picture()) return nothing_to_seek();
  set_paused(true);
  if (!item_->restarting) step_pending_ = true;
  return {};
}

Result<void> PlayerCore::frame_back_step() {
  if (!item_ || !item_->pipeline || !has_picture() || !item_->shown) return nothing_to_seek();
  set_paused(true);
  const MediaTime shown = item_->shown->pts;
  restart_at(item_->pipeline->seek_before(shown), shown);
  return {};
}

// --- what is set

void PlayerCore::set_paused(bool paused) {
  if (paused_ == paused) return;
  paused_ = paused;
  step_pending_ = false;
  changed(Change::Pause);
  if (!item_) return;
  if (!paused && item_->ended) {
    // Play at the held end starts over, as pressing play on a finished film should.
    start_seek(MediaTime{0}, SeekMode::Exact, std::chrono::steady_clock::now());
    return;
  }
  apply_running(std::chrono::steady_clock::now());
  redraw_ = true;
}

void PlayerCore::set_speed(double speed) {
  speed_ = std::clamp(speed, 0.01, 100.0);
  clock_.set_rate(std::chrono::steady_clock::now(), speed_);
  if (item_ && item_->pipeline) item_->pipeline->set_speed(speed_);
  changed(Change::Speed);
}

void PlayerCore::set_volume(double percent) {
  volume_ = std::clamp(percent, 0.0, 130.0);
  if (audio_) audio_->set_volume(volume_);
  changed(Change::Volume);
}

void PlayerCore::set_muted(bool muted) {
  muted_ = muted;
  if (audio_) audio_->set_mute(muted);
  changed(Change::Volume);
}

Result<void> PlayerCore::select_track(TrackKind kind, media::TrackChoice choice) {
  media::TrackChoice& option = kind == TrackKind::Video   ? options_.video
                               : kind == TrackKind::Audio ? options_.audio
                                                          : options_.subtitle;
  if (choice.kind == media::TrackChoice::Kind::Id) {
    const std::vector<media::Track> all = tracks();
    const bool known = std::ranges::any_of(
        all, [&](const media::Track& track) { return track.kind == kind && track.id == choice.id; });
    if (!known && item_ && item_->info) {
      return fail(ErrorCategory::Usage, "no-such-track", "The file has no such track");
    }
  }
  option = choice;
  changed(Change::Tracks);
  redraw_ = true;
  if (item_ && item_->pipeline && item_->info) {
    item_->pipeline->select_track(kind, choice, position().value_or(MediaTime{0}));
    // Switched in place; what began a new generation is met in the next turn.
    if (kind == TrackKind::Audio && item_->pipeline->generation() == item_->generation &&
        !item_->restarting) {
      const auto now = std::chrono::steady_clock::now();
      sound_waits_ = false;
      if (!has_sound()) clock_.sound_ended(now);
      apply_running(now);
    }
  }
  return {};
}

Result<void> PlayerCore::add_subtitles(std::string path_or_url, bool select, std::string title,
                                       std::string language) {
  if (!item_ || !item_->pipeline || !item_->info) {
    return fail(ErrorCategory::Usage, "nothing-playing", "Nothing is playing that subtitles could belong to");
  }
  if (language.empty()) language = sidecar_language(item_->source.name, path_or_url);
  auto sidecar = open_subtitle_file(path_or_url, std::move(language));
  if (!sidecar) return std::unexpected(sidecar.error());
  if (!title.empty()) sidecar->name = std::move(title);
  item_->pipeline->add_subtitle_file(std::move(*sidecar),
                                     select ? media::SidecarSelection::Yes : media::SidecarSelection::No);
  return {};
}

void PlayerCore::set_subtitle_delay(MediaTime delay) {
  subtitle_delay_ = delay;
  redraw_ = true;
  changed(Change::Other);
}

void PlayerCore::set_audio_delay(MediaTime delay) {
  audio_delay_ = delay;
  if (audio_) audio_->set_delay(delay);
  changed(Change::Other);
}

void PlayerCore::set_subtitles_visible(bool visible) {
  subtitles_visible_ = visible;
  redraw_ = true;
  changed(Change::Other);
}

void PlayerCore::set_fullscreen(bool on) {
  fullscreen_ = on;
  video_->set_fullscreen(on);
  redraw_ = true;
  changed(Change::Window);
}

void PlayerCore::set_loop_file(int times) {
  loop_file_ = times;
  if (item_) item_->loops_left = times;
  changed(Change::Other);
}

void PlayerCore::set_ab_loop(std::optional<MediaTime> a, std::optional<MediaTime> b) {
  ab_loop_a_ = a;
  ab_loop_b_ = b;
  // What the viewer decided counts, not what the command line said.
  options_.ab_loop_a.reset();
  options_.ab_loop_b.reset();
  if (item_) item_->entered = position().value_or(MediaTime{0});
  changed(Change::Other);
}

Result<void> PlayerCore::seek_subtitle(int lines) {
  const int track = selected(TrackKind::Subtitle);
  const auto at = position();
  if (track == 0 || !at || !item_->info) return nothing_to_seek();
  const auto start = subtitles_->line_start(track, *at - subtitle_delay_, lines);
  if (!start) return fail(ErrorCategory::Usage, "no-such-line", "No subtitle line is known there");
  return seek_to(std::max(MediaTime{0}, *start + subtitle_delay_), SeekMode::Exact);
}

Result<void> PlayerCore::screenshot(const std::string& path, Screenshot what) {
  if (!item_ || !item_->shown) {
    return fail(ErrorCategory::Usage, "no-picture", "There is no picture to take");
  }
  const media::VideoFrame& frame = *item_->shown;
  if (what == Screenshot::Video) return media::write_image(frame, path);
  if (what == Screenshot::Subtitles) {
    // In the picture's own size, not the window's.
    const media::ImageSize size = media::upright_size(frame);
    const std::vector<video::OverlayPointer> overlays =
        subtitle_overlays({.width = size.width,
                           .height = size.height,
                           .picture = {.x = 0, .y = 0, .width = size.width, .height = size.height},
                           .video_width = frame.width,
                           .video_height = frame.height});
    std::vector<media::ImageLayer> layers;
    for (const video::OverlayPointer& overlay : overlays) {
      layers.push_back({.x = overlay->x,
                        .y = overlay->y,
                        .width = overlay->width,
                        .height = overlay->height,
                        .bitmap_width = overlay->bitmap_width,
                        .bitmap_height = overlay->bitmap_height,
                        .rgba = overlay->rgba});
    }
    redraw_ = true;  // the renderer's cache now holds the other size
    return media::write_image(frame, path, layers);
  }
  const Result<media::FramePointer> window = video_->capture();
  if (!window) return std::unexpected(window.error());
  return media::write_image(**window, path);
}

void PlayerCore::show_text(std::string text, std::chrono::milliseconds duration) {
  if (options_.video_output == video::OutputKind::Null && message_handler_) message_handler_(text, duration);
  osd_->show_message(std::move(text), duration, std::chrono::steady_clock::now());
  redraw_ = true;
}

void PlayerCore::show_progress() {
  osd_->show_bar(progress_bar(), bar_duration, std::chrono::steady_clock::now());
  redraw_ = true;
}

void PlayerCore::show_stats(StatsPage how) {
  const auto now = std::chrono::steady_clock::now();
  const bool stays = stats_until_ == MonotonicTime::max();
  if (how == StatsPage::Toggle)
    stats_until_ = stays ? std::nullopt : std::optional(MonotonicTime::max());
  else if (!stays)
    stats_until_ = now + stats_duration;
  next_stats_ = now;
  redraw_ = true;
}

void PlayerCore::show_gauge(std::string label, double value, double maximum) {
  osd_->show_gauge(std::move(label), value, maximum, bar_duration, std::chrono::steady_clock::now());
  redraw_ = true;
}

// --- what is read

Phase PlayerCore::phase() const {
  if (!item_) return Phase::Idle;
  const Item& item = *item_;
  if (!item.info) {
    if (item.bytes_ready) {
      const auto stats = swarm();
      return stats && stats->state == streaming::TorrentState::Checking ? Phase::CheckingData
                                                                        : Phase::OpeningMedia;
    }
    const auto stats = swarm();
    if (!stats) return Phase::OpeningMedia;
    if (stats->state == streaming::TorrentState::Checking) return Phase::CheckingData;
    return stats->peers > 0 ? Phase::FetchingMetadata : Phase::FindingPeers;
  }
  if (item.ended) return Phase::Ended;
  if (item.stall) return Phase::Buffering;
  if (item.seek || item.queued) return Phase::Seeking;
  if (item.restarting && !item.picture_ready) return Phase::Starting;
  return paused_ ? Phase::Paused : Phase::Playing;
}

bool PlayerCore::core_idle() const {
  return !item_ || !clock_running_;
}

std::optional<MediaTime> PlayerCore::position() const {
  if (!item_ || !item_->info) return std::nullopt;
  const Item& item = *item_;
  if (item.queued) return item.queued->target;
  if (item.seek) return item.seek->target;
  // As mpv: the position is the shown picture's, so that what a script reads is what the viewer sees.
  if (item.shown && !item.shown->still && item.shown->generation == item.generation && has_picture()) {
    return item.shown->pts;
  }
  return std::max(MediaTime{0}, clock_.position(std::chrono::steady_clock::now()));
}

std::optional<MediaTime> PlayerCore::duration() const {
  return item_ && item_->info ? item_->info->duration : std::nullopt;
}

std::string PlayerCore::subtitle_text() const {
  const int track = selected(TrackKind::Subtitle);
  const auto at = position();
  return track != 0 && at ? subtitles_->text(track, *at - subtitle_delay_) : std::string{};
}

std::optional<media::MediaInfo> PlayerCore::media() const {
  return item_ ? item_->info : std::nullopt;
}

std::vector<media::Track> PlayerCore::tracks() const {
  return item_ && item_->pipeline ? item_->pipeline->tracks() : std::vector<media::Track>{};
}

int PlayerCore::selected(TrackKind kind) const {
  return item_ && item_->pipeline ? item_->pipeline->selected(kind) : 0;
}

std::string PlayerCore::path() const {
  return item_ ? item_->entry.source : std::string{};
}

std::string PlayerCore::file_name() const {
  if (!item_) return {};
  if (!item_->source.name.empty()) return item_->source.name;
  return item_->entry.source;
}

std::string PlayerCore::title() const {
  if (!item_) return {};
  if (item_->info) {
    const auto found = item_->info->metadata.find("title");
    if (found != item_->info->metadata.end() && !found->second.empty()) return found->second;
  }
  return file_name();
}

std::optional<Bytes> PlayerCore::file_size() const {
  return item_ && item_->source.bytes ? item_->source.bytes->size() : std::nullopt;
}

CacheState PlayerCore::cache() const {
  CacheState state;
  if (!item_ || !item_->pipeline || !item_->info) return state;
  const auto now = std::chrono::steady_clock::now();
  const MediaTime at = position().value_or(MediaTime{0});
  const media::BufferState buffer = item_->pipeline->buffer(at);
  state.buffered_until = buffer.buffered_until;
  state.ahead = buffer.ahead;
  state.packets = buffer.packets;
  state.idle = buffer.full || buffer.read_finished;
  state.eof = buffer.read_finished;
  state.underrun = item_->stall.has_value();
  if (item_->stall) state.buffering_percent = percent(buffering(now));
  if (buffer.buffered_until > at) state.seekable_ranges.emplace_back(at, buffer.buffered_until);
  return state;
}

std::optional<streaming::SwarmStats> PlayerCore::swarm() const {
  return item_ && item_->torrent ? std::optional(item_->torrent->torrent->stats()) : std::nullopt;
}

std::vector<streaming::PeerStats> PlayerCore::peers() const {
  if (!item_ || !item_->torrent) return {};
  return item_->torrent->torrent->peers();
}

}  // namespace freshet::playback
