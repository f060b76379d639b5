// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// From a playlist entry to a running pipeline, and its end.
#include <algorithm>
#include <utility>

#include "player/playback/item_events.h"
#include "player/playback/player_core.h"
#include "player/playback/swarm_relay.h"
#include "player/playback/watch_later.h"

namespace freshet::playback {

namespace {

using media::TrackChoice;
using media::TrackKind;

// A film with more side-car files than this is a collection of subtitles; the rest can be added by hand.
constexpr std::size_t max_sidecars = 16;

constexpr auto storage_message_duration = std::chrono::seconds(8);
// A full disk takes a block now and then. What fails again this soon never was over.
constexpr auto storage_calm = std::chrono::seconds(10);

bool matches_language(const std::string& language, const std::vector<std::string>& wanted) {
  if (language.empty()) return false;
  return std::ranges::any_of(wanted, [&](const std::string& want) {
    return !want.empty() && (language.starts_with(want.substr(0, 2)));
  });
}

}  // namespace

bool PlayerCore::has_picture() const {
  return item_ && item_->pipeline && item_->pipeline->selected(TrackKind::Video) != 0;
}

bool PlayerCore::has_sound() const {
  return audio_ && item_ && item_->pipeline && item_->pipeline->selected(TrackKind::Audio) != 0;
}

void PlayerCore::start_current() {
  const PlaylistEntry* entry = playlist_.current();
  if (!entry) return;
  close_item(EndReason::Stop, std::nullopt);
  const auto now = std::chrono::steady_clock::now();

  item_ = std::make_unique<Item>();
  item_->id = entry->id;
  item_->entry = *entry;
  item_->loops_left = loop_file_;
  if (idle_ == Idle::Once) idle_ = Idle::No;  // it has waited
  if (openings_ > 0) item_->began = now;
  item_->events = std::make_unique<ItemEvents>(*this, ++openings_);
  item_->waiting_since = now;
  item_->network_progress = now;
  item_->shown_at = now;
  if (torrent_ && torrent_->source != entry->source) torrent_.reset();
  osd_->set_card(std::nullopt, {});
  emit({.kind = PlayerEvent::Kind::StartFile, .entry_id = item_->id});
  changed(Change::Playlist);
  changed(Change::Media);
  item_->opener =
      std::make_unique<SourceOpener>(OpenRequest{.source = entry->source,
                                                 .file = entry->file,
                                                 .wanted = entry->file ? std::nullopt : options_.file,
                                                 .torrent = torrent_,
                                                 .keys = keys_},
                                     sessions_, *item_->events);
  next_report_.reset();  // the first report comes after what is opened was named
}

void PlayerCore::on_source_opened(OpenedSource opened) {
  Item& item = *item_;
  if (opened.all_files.size() > 1) {
    playlist_.expand_current(opened.all_files, opened.all_titles);
    item.entry = *playlist_.current();
    changed(Change::Playlist);
  }
  item.source = std::move(opened);
  item.over_network = item.torrent != nullptr || item.entry.source.starts_with("http");
  playlist_.set_current_title(item.source.name);

  media::PipelineOptions pipeline{.video = options_.video,
                                  .audio = options_.audio,
                                  .subtitle = options_.subtitle,
                                  .audio_languages = options_.audio_languages,
                                  .subtitle_languages = options_.subtitle_languages,
                                  .frame_formats = video_->formats(),
                                  .digests = options_.framemd5.has_value(),
                                  .layout = item.source.layout,
                                  .unlockers = item.source.unlockers};
  if (options_.start && options_.start->kind == TimePoint::Kind::FromStart) {
    pipeline.start = options_.start->time;
    pipeline.start_mode = options_.hr_seek == HrSeek::No ? media::SeekMode::Keyframe : media::SeekMode::Exact;
  }
  // What the viewer asks for now counts more than where somebody stopped once.
  if (const auto place = options_.resume_playback
                             ? take_place(watch_later_folder(options_), {item.entry.source, item.source.file})
                             : std::nullopt;
      place && !options_.start) {
    pipeline.start = *place;
    log(LogLevel::Info, "Going on where it was left; --no-resume-playback starts at the beginning");
  }
  last_generation_ = next(last_generation_);
  pipeline.first_generation = last_generation_;
  item.generation = last_generation_;
  clock_.restart(item.generation, pipeline.start);
  subtitles_->reset();
  item.pipeline = media::Pipeline::open(item.source.bytes, item.source.name, pipeline, *item.events,
                                        gate_.get(), *subtitles_, audio_digests_);
  if (speed_ != 1) item.pipeline->set_speed(speed_);
}

std::optional<MediaTime> PlayerCore::resolve(const std::optional<TimePoint>& point) const {
  if (!point) return std::nullopt;
  const std::optional<MediaTime> whole = duration();
  switch (point->kind) {
    case TimePoint::Kind::FromStart: return point->time;
    case TimePoint::Kind::FromEnd:
      return whole ? std::optional(std::max(MediaTime{0}, *whole - point->time)) : std::nullopt;
    case TimePoint::Kind::Percent:
      return whole ? std::optional(from_seconds(to_seconds(*whole) * point->percent / 100)) : std::nullopt;
  }
  return std::nullopt;
}

void PlayerCore::on_media_opened(const media::MediaInfo& info) {
  Item& item = *item_;
  item.info = info;
  for (const std::string& skipped : info.skipped) log(LogLevel::Warning, skipped);
  item.end = resolve(options_.end);
  if (!ab_loop_a_) ab_loop_a_ = resolve(options_.ab_loop_a);
  if (!ab_loop_b_) ab_loop_b_ = resolve(options_.ab_loop_b);
  observer_.open({.file = item.source.name,
                  .index = item.source.file,
                  .size = item.source.bytes->size(),
                  .info = info,
                  .video = item.pipeline->selected(TrackKind::Video),
                  .audio = audio_ ? item.pipeline->selected(TrackKind::Audio) : 0,
                  .subtitle = item.pipeline->selected(TrackKind::Subtitle)});
  video_->set_title(title() + " - Freshet");
  changed(Change::Media);
  changed(Change::Tracks);
  emit({.kind = PlayerEvent::Kind::FileLoaded, .entry_id = item.id});
  if (options_.start && options_.start->kind != TimePoint::Kind::FromStart) {
    if (const auto target = resolve(options_.start)) {
      restart_at(item.pipeline->seek(*target, options_.hr_seek == HrSeek::No ? media::SeekMode::Keyframe
                                                                             : media::SeekMode::Exact),
                 *target);
    }
  }
  redraw_ = true;
}

void PlayerCore::on_duration_learned(MediaTime duration) {
  Item& item = *item_;
  if (!item.info) return;
  item.info->duration = duration;
  item.end = resolve(options_.end);
  changed(Change::Media);
  redraw_ = true;
}

void PlayerCore::add_sidecars() {
  Item& item = *item_;
  if (item.sidecars_added) return;
  item.sidecars_added = true;
  const bool automatic = options_.subtitle.kind == TrackChoice::Kind::Auto;
  bool selected_one = false;
  using Selection = media::SidecarSelection;
  for (const std::string& path : options_.subtitle_files) {
    auto sidecar = open_subtitle_file(path, sidecar_language(item.source.name, path));
    const Selection select = automatic && !selected_one ? Selection::Yes : Selection::No;
    selected_one = true;
    if (!sidecar) {
      log(LogLevel::Warning, sidecar.error().message);
      continue;
    }
    item.pipeline->add_subtitle_file(std::move(*sidecar), select);
  }
  std::size_t added = 0;
  for (const SidecarFile& found : item.source.sidecars) {
    if (++added > max_sidecars) break;
    Selection select = Selection::No;
    if (automatic && !selected_one) {
      if (options_.subtitle_languages.empty()) {
        select = found.exact ? Selection::Yes : Selection::No;
      } else if (found.open_pictures && found.language.empty()) {
        select = Selection::ByLanguage;  // only its index tells which languages it holds
      } else if (matches_language(found.language, options_.subtitle_languages)) {
        select = Selection::Yes;
      }
    }
    selected_one = selected_one || select == Selection::Yes;
    auto bytes = found.open();
    auto pictures = found.open_pictures ? found.open_pictures() : nullptr;
    for (const auto* half : {&bytes, &pictures}) {
      if (!*half) log(LogLevel::Warning, half->error().message);
    }
    if (!bytes || !pictures) continue;
    item.pipeline->add_subtitle_file({.bytes = std::move(*bytes),
                                      .name = found.name,
                                      .language = found.language,
                                      .pictures = std::move(*pictures)},
                                     select);
  }
}

void PlayerCore::on_swarm_changed() {
  Item& item = *item_;
  const std::optional<streaming::SwarmStats> stats = swarm();
  if (!stats) return;
  if (stats->bytes_down > item.network_bytes) {
    item.network_bytes = stats->bytes_down;
    item.network_progress = std::chrono::steady_clock::now();
  }
  if (stats->peers != item.reported_peers) {
    item.reported_peers = stats->peers;
    observer_.peers(*stats, peers());
  }
  if (disk_fails() && stats->state != streaming::TorrentState::Failed) end_storage_trouble();
  changed(Change::Cache);
  redraw_ = redraw_ || waits_for_data();
}

void PlayerCore::begin_storage_trouble(const Error& error) {
  Item& item = *item_;
  const auto now = std::chrono::steady_clock::now();
  redraw_ = true;
  changed(Change::Cache);
  if (disk_failed_lately(now)) {
    item.storage->ended.reset();  // it is still the same trouble
    return;
  }
  item.storage = Item::StorageTrouble{.error = error, .began = now};
  observer_.error(error);
  show_text(error.message, storage_message_duration);
}

bool PlayerCore::disk_failed_lately(MonotonicTime now) const {
  return item_ && item_->storage && (!item_->storage->ended || now - *item_->storage->ended < storage_calm);
}

void PlayerCore::end_storage_trouble() {
  Item& item = *item_;
  item.storage->ended = std::chrono::steady_clock::now();
  redraw_ = true;
  log(LogLevel::Info, "The disk can be written again");
  if (std::exchange(item.storage_broke_reading, false) && item.pipeline && item.info) {
    const MediaTime at = position().value_or(MediaTime{0});
    restart_at(item.pipeline->seek(at, media::SeekMode::Exact), at);
  }
}

void PlayerCore::close_item(EndReason reason, std::optional<Error> error) {
  if (!item_) return;
  const auto now = std::chrono::steady_clock::now();
  if (item_->stall) end_stall(now);
  if (item_->seek) observer_.seek_cancelled(item_->seek->target);
  if (audio_) audio_->set_paused(true);
  clock_running_ = false;
  sound_waits_ = false;
  if (item_->pipeline) last_generation_ = std::max(last_generation_, item_->pipeline->generation());
  const int id = item_->id;
  if (item_->torrent) item_->torrent->relay->set_target(nullptr);
  pointer_ = {};
  // Reading ends first, then what it read from.
  item_->preview.reset();
  item_->pipeline.reset();
  item_->opener.reset();
  item_.reset();
  emit({.kind = PlayerEvent::Kind::EndFile, .entry_id = id, .reason = reason, .error = std::move(error)});
  changed(Change::Media);
  changed(Change::Tracks);
  redraw_ = true;
}

void PlayerCore::end_item(EndReason reason, std::optional<Error> error) {
  const std::optional<Error> shown = error;
  close_item(reason, std::move(error));
  if (playlist_.advance(1)) {
    start_current();
  } else if (idle_ == Idle::Yes) {
    become_idle(shown);
  } else {
    quit(exit_code_);
  }
}

void PlayerCore::fail_item(const Error& error) {
  const bool told = item_ && item_->storage && item_->storage->error.code == error.code;
  if (!told) observer_.error(error);
  // With several sources the first failure is the one that the exit code tells.
  if (exit_code_ == 0) exit_code_ = exit_code(error.category);
  end_item(EndReason::Error, error);
}

}  // namespace freshet::playback
