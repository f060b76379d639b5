// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One turn of the main loop: which picture, whether to wait for data, whether it is over, what the screen says. Each
// part may move the deadline of the next turn forward; nothing here waits.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "player/playback/frame_choice.h"
#include "player/playback/item_events.h"
#include "player/playback/player_core.h"

namespace freshet::playback {

namespace {

using namespace std::chrono_literals;

// Nothing is said about a wait shorter than this: a card that flashes up explains nothing.
constexpr auto quiet_wait = 300ms;
// Held arrow keys: the next seek waits this long for the last one to show a picture.
constexpr auto longest_seek_queue = 300ms;
// A picture whose duration nobody knows is taken to last this long.
constexpr auto default_frame_duration = 40ms;
// A single picture (cover art without sound, an image file) is shown this long.
constexpr auto still_duration = 1s;
// Stalls count as recent, for the resume threshold, within this time.
constexpr auto stall_memory = 60s;
// A read from a disk or a fast peer is over within this time: that is no stall.
constexpr auto stall_patience = 40ms;
// Sound that begins later than the picture by less than this starts with it.
constexpr auto sound_tolerance = 30ms;
// Later than this, the decoder is told to catch up.
constexpr auto late_pictures = 100ms;

void sooner(std::optional<MonotonicTime>& deadline, MonotonicTime candidate) {
  if (!deadline || candidate < *deadline) deadline = candidate;
}

std::string rate_text(Bytes rate) {
  const double bytes = static_cast<double>(rate.value);
  if (bytes >= 1024.0 * 1024.0) return fmt::format("{:.1f} MiB/s", bytes / (1024.0 * 1024.0));
  return fmt::format("{:.0f} KiB/s", bytes / 1024.0);
}

std::string peers_text(int peers) { return fmt::format("{} {}", peers, peers == 1 ? "peer" : "peers"); }

}  // namespace

PlayerCore::Deadline PlayerCore::turn(MonotonicTime now) {
  Deadline deadline;
  if (item_ && item_->pipeline && item_->info && !item_->ended) {
    // A change of a track starts a new generation without a seek.
    const Generation newest = item_->pipeline->generation();
    if (newest != item_->generation) restart_at(newest, position().value_or(MediaTime{0}));
    if (item_->restarting) restart_turn(now, deadline);
    if (!item_->restarting) {
      sound_turn(now, deadline);
      picture_turn(now, deadline);
      stall_turn(now, deadline);
      end_turn(now, deadline);  // may close the item
    }
  }
  if (item_) report_turn(now, deadline);
  if (item_) timeout_turn(now, deadline);
  if (!quitting_) screen_turn(now, deadline);
  return deadline;
}

void PlayerCore::restart_turn(MonotonicTime now, Deadline& deadline) {
  Item& item = *item_;
  if (!item.picture_ready) {
    if (!has_picture()) {
      item.picture_ready = true;
    } else if (const media::FramePointer frame = item.pipeline->peek_frame(0)) {
      item.pipeline->pop_frame();
      item.picture_ready = true;
      show_first(frame, now);
      if (!item_) return;
    } else if (item.pipeline->video_finished()) {
      item.picture_ready = true;
    }
  }
  if (item.queued) {
    // Keys that came while the seek was on its way: go on once it has shown something, or when it takes too long.
    const auto patience = item.seek ? item.seek->started + longest_seek_queue : now;
    if (item.picture_ready || now >= patience) return start_queued_seek(now);
    sooner(deadline, patience);
  }
  const bool sound_ready =
      !has_sound() || gate_->first_sound(item.generation) || item.pipeline->audio_finished();
  if (item.picture_ready && sound_ready) finish_restart(now);
}

void PlayerCore::show_first(const media::FramePointer& frame, MonotonicTime now) {
  Item& item = *item_;
  const bool first = !item.first_frame_shown;
  if (first) video_->fit_to(*frame);
  clock_.restart(item.generation, frame->pts);
  item.first_frame_shown = true;
  show(frame, now);
  if (!item_) return;
  if (first) {
    observer_.first_frame(frame->pts);
    add_sidecars();
  }
  if (item.seek) {
    observer_.seek_done(frame->pts, item.seek->target);
    item.seek.reset();
  }
}

void PlayerCore::finish_restart(MonotonicTime now) {
  Item& item = *item_;
  item.restarting = false;
  const std::optional<MediaTime> sound = has_sound() ? gate_->first_sound(item.generation) : std::nullopt;
  const bool picture = item.shown && item.shown->generation == item.generation;
  if (!picture) clock_.restart(item.generation, sound.value_or(clock_.position(now)));
  if (item.seek) {  // a file without a picture
    observer_.seek_done(clock_.position(now), item.seek->target);
    item.seek.reset();
  }
  sound_waits_ = sound && picture && *sound > item.shown->pts + sound_tolerance;
  if (!picture) add_sidecars();
  emit({.kind = PlayerEvent::Kind::PlaybackRestart, .entry_id = item.id});
  item.entered = picture ? item.shown->pts : clock_.position(now);
  apply_running(now);
}

void PlayerCore::apply_running(MonotonicTime now) {
  if (!item_) return;
  const Item& item = *item_;
  const bool runs = !paused_ && !item.stall && !item.restarting && !item.ended;
  const bool sound = has_sound() && gate_->first_sound(item.generation).has_value() && !sound_waits_ &&
                     !audio_->drained(item.generation);
  if (runs) {
    clock_.start(now, speed_, sound && !options_.untimed);
  } else {
    clock_.hold(now);
  }
  if (audio_) audio_->set_paused(!(runs && sound));
  clock_running_ = runs;
  video_->hold_screen_saver(runs && has_picture());
}

void PlayerCore::sound_turn(MonotonicTime now, Deadline& deadline) {
  Item& item = *item_;
  if (!has_sound() || !clock_running_) return;
  if (sound_waits_) {
    const std::optional<MediaTime> first = gate_->first_sound(item.generation);
    const MediaTime position = clock_.position(now);
    if (!first || position >= *first) {
      sound_waits_ = false;
      apply_running(now);
    } else if (clock_.rate() > 0) {
      sooner(deadline, now + from_seconds(to_seconds(*first - position) / clock_.rate()));
    }
  }
  if (clock_.follows_sound() && audio_->drained(item.generation)) clock_.sound_ended(now);
}

void PlayerCore::picture_turn(MonotonicTime now, Deadline& deadline) {
  Item& item = *item_;
  if (!has_picture()) return;
  if (step_pending_) {
    if (const media::FramePointer frame = item.pipeline->peek_frame(0)) {
      item.pipeline->pop_frame();
      step_pending_ = false;
      clock_.restart(item.generation, frame->pts);
      show(frame, now);
    }
    return;
  }
  if (!clock_running_) return;
  for (;;) {
    const media::FramePointer frame = item.pipeline->peek_frame(0);
    if (!frame) return;
    const media::FramePointer following = item.pipeline->peek_frame(1);
    const MediaTime position = clock_.position(now);
    FrameAnswer answer;
    if (options_.untimed) {
      answer.action = FrameAnswer::Action::Show;
    } else {
      answer = choose_frame({.first = frame->pts,
                             .second = following ? std::optional(following->pts) : std::nullopt,
                             .position = position,
                             .rate = clock_.rate(),
                             .may_drop = !options_.framemd5 && !frame->still,
                             .since_shown = now - item.shown_at});
    }
    if (answer.action == FrameAnswer::Action::Wait) {
      if (answer.delay) sooner(deadline, now + *answer.delay);
      return;
    }
    item.pipeline->pop_frame();
    if (answer.action == FrameAnswer::Action::Drop) {
      ++item.dropped;
      continue;
    }
    if (!options_.untimed && !options_.framemd5) {
      const MediaTime late = position - frame->pts;
      item.pipeline->set_late(late > late_pictures ? late : MediaTime{0});
    }
    if (options_.untimed) clock_.restart(item.generation, frame->pts);
    show(frame, now);
    sooner(deadline, now);  // the next one is looked at after tasks and input
    return;
  }
}

void PlayerCore::show(const media::FramePointer& frame, MonotonicTime now) {
  Item& item = *item_;
  item.shown = frame;
  item.shown_at = now;
  draw(now);
  observer_.frame_shown(frame);
  ++item.shown_count;
  if (options_.untimed && item.pipeline) apply_running(now);
  if (options_.frames && item.shown_count >= *options_.frames) quit(exit_code_);
}

MediaTime PlayerCore::picture_end() const {
  const media::FramePointer& frame = item_->shown;
  if (!frame) return MediaTime{0};
  if (frame->duration > MediaTime{0}) return frame->pts + frame->duration;
  return frame->pts + (frame->still ? MediaTime{still_duration} : MediaTime{default_frame_duration});
}

bool PlayerCore::waits_for_data() const {
  if (!item_) return false;
  return !item_->info || (item_->restarting && !item_->picture_ready) || item_->stall;
}

double PlayerCore::fill_rate() const {
  const std::optional<streaming::SwarmStats> stats = swarm();
  const std::optional<Bytes> size = file_size();
  const std::optional<MediaTime> whole = duration();
  if (!stats || !size || !whole || size->value <= 0 || *whole <= MediaTime{0}) return 0;
  const double bytes_a_second = static_cast<double>(size->value) / to_seconds(*whole);
  return static_cast<double>(stats->down_rate.value) / bytes_a_second;
}

BufferingInput PlayerCore::buffering(MonotonicTime now) const {
  const Item& item = *item_;
  const MediaTime position = clock_.position(now);
  const media::BufferState buffer = item.pipeline->buffer(position);
  const bool picture_missing = has_picture() && !(item.shown && item.shown->still) &&
                               !item.pipeline->video_finished() && !item.pipeline->peek_frame(0) &&
                               position >= picture_end();
  const bool sound_missing = has_sound() && !sound_waits_ && !item.pipeline->audio_finished() && audio_->underrun();
  const std::optional<MediaTime> whole = duration();
  return {.starved = picture_missing || sound_missing || (options_.untimed && !item.pipeline->peek_frame(0)),
          .reading = buffer.reading,
          .read_finished = buffer.read_finished,
          .full = buffer.full,
          .ahead = buffer.ahead,
          .remaining = whole ? std::max(MediaTime{0}, *whole - position) : MediaTime{0},
          .fill_rate = fill_rate(),
          .recent_stalls = static_cast<int>(item.stall_ends.size())};
}

void PlayerCore::stall_turn(MonotonicTime now, Deadline& deadline) {
  Item& item = *item_;
  while (!item.stall_ends.empty() && now - item.stall_ends.front() > stall_memory) item.stall_ends.pop_front();
  if (item.stall) {
    if (may_resume(buffering(now))) end_stall(now);
    return;
  }
  if (!clock_running_) return;
  const BufferingInput input = buffering(now);
  if (must_pause(input)) {
    if (!item.starving_since) item.starving_since = now;
    const MonotonicTime patience_ends = *item.starving_since + stall_patience;
    if (now >= patience_ends) return begin_stall(now);
    sooner(deadline, patience_ends);
    return;
  }
  item.starving_since.reset();
  // The shown picture will be over then, and a missing one becomes a stall.
  if (has_picture() && !item.pipeline->peek_frame(0) && !item.pipeline->video_finished() && clock_.rate() > 0) {
    const MediaTime left = picture_end() - clock_.position(now);
    if (left > MediaTime{0}) sooner(deadline, now + from_seconds(to_seconds(left) / clock_.rate()));
  }
}

void PlayerCore::begin_stall(MonotonicTime now) {
  Item& item = *item_;
  item.stall = Item::Stall{.began = item.starving_since.value_or(now), .position = clock_.position(now)};
  item.starving_since.reset();
  item.waiting_since = now;
  item.network_progress = now;
  apply_running(now);
  changed(Change::Cache);
  observer_.stall_begin(item.stall->position, wait_reason());
}

void PlayerCore::end_stall(MonotonicTime now) {
  Item& item = *item_;
  const auto lasted = now - item.stall->began;
  const MediaTime position = item.stall->position;
  item.stall.reset();
  item.stall_ends.push_back(now);
  observer_.stall_end(position, lasted);
  changed(Change::Cache);
  apply_running(now);
}

void PlayerCore::end_turn(MonotonicTime now, Deadline& deadline) {
  Item& item = *item_;
  if (quitting_) return;
  const MediaTime position = clock_.position(now);
  if (const auto loop = ab_loop(); loop && clock_running_) {
    if (position >= loop->second || (item.shown && item.shown->pts >= loop->second)) {
      return start_seek(loop->first, media::SeekMode::Exact, now);
    }
    if (clock_.rate() > 0) {
      sooner(deadline, now + from_seconds(to_seconds(loop->second - position) / clock_.rate()));
    }
  }
  if (item.end && clock_running_) {
    if (position >= *item.end || (item.shown && item.shown->pts >= *item.end)) return reach_end(now);
    if (clock_.rate() > 0) sooner(deadline, now + from_seconds(to_seconds(*item.end - position) / clock_.rate()));
  }
  if (!clock_running_) return;
  if (has_sound()) {
    if (!item.pipeline->audio_finished() || !(audio_->drained(item.generation) || !gate_->first_sound(item.generation))) {
      return;
    }
  }
  if (has_picture()) {
    if (!item.pipeline->video_finished() || item.pipeline->peek_frame(0)) return;
    const bool still_with_sound = item.shown && item.shown->still && has_sound();
    if (!still_with_sound && !options_.untimed) {
      if (clock_.follows_sound()) clock_.sound_ended(now);
      const MediaTime left = picture_end() - position;
      if (left > MediaTime{0}) {
        if (clock_.rate() > 0) sooner(deadline, now + from_seconds(to_seconds(left) / clock_.rate()));
        return;
      }
    }
  }
  reach_end(now);
}

std::optional<std::pair<MediaTime, MediaTime>> PlayerCore::ab_loop() const {
  if (!item_ || !ab_loop_a_ || !ab_loop_b_ || *ab_loop_a_ == *ab_loop_b_) return std::nullopt;
  const auto [from, to] = std::minmax(*ab_loop_a_, *ab_loop_b_);
  // As mpv: who seeks behind B wants to be there.
  if (item_->entered >= to) return std::nullopt;
  return std::pair(from, to);
}

void PlayerCore::reach_end(MonotonicTime now) {
  Item& item = *item_;
  if (const auto loop = ab_loop()) return start_seek(loop->first, media::SeekMode::Exact, now);
  if (item.loops_left != 0) {
    if (item.loops_left > 0) --item.loops_left;
    start_seek(MediaTime{0}, media::SeekMode::Exact, now);
    return;
  }
  observer_.eof();
  const bool last = !playlist_.has(playlist_.position() + 1);
  if (options_.keep_open && last) {
    item.ended = true;
    paused_ = true;
    changed(Change::Pause);
    apply_running(now);
    return;
  }
  end_item(EndReason::Eof, std::nullopt);
}

void PlayerCore::report_turn(MonotonicTime now, Deadline& deadline) {
  if (audio_ && !sound_problem_told_) {
    if (const auto problem = audio_->problem()) {
      sound_problem_told_ = true;
      log(LogLevel::Warning, problem->message);
      show_text(problem->message, 4s);
    }
  }
  const bool still = !clock_running_ && !waits_for_data() && !observer_.wants_progress();
  if (still) return;
  if (next_report_ && now >= *next_report_) {
    next_report_ = now + 1s;
    on_swarm_changed();
    const media::BufferState buffer =
        item_->pipeline ? item_->pipeline->buffer(clock_.position(now)) : media::BufferState{};
    observer_.progress({.position = position(),
                        .duration = duration(),
                        .buffered_until = item_->pipeline ? std::optional(buffer.buffered_until) : std::nullopt,
                        .swarm = swarm(),
                        .dropped_frames = item_->dropped,
                        .paused = paused_});
    changed(Change::Cache);
    if (waits_for_data()) redraw_ = true;
  }
  if (next_report_) sooner(deadline, *next_report_);
}

void PlayerCore::timeout_turn(MonotonicTime now, Deadline& deadline) {
  using std::chrono::seconds;
  const bool headless = options_.video_output == video::OutputKind::Null;
  const seconds timeout = options_.network_timeout.value_or(headless ? seconds(60) : seconds(0));
  const bool network = item_->torrent || item_->over_network || !item_->bytes_ready;
  if (timeout <= 0s || !network || !waits_for_data()) {
    item_->network_progress = now;
    return;
  }
  if (disk_failed_lately(now)) {
    // What comes from the network meanwhile is no progress: it cannot be kept.
    const MonotonicTime end = std::max(item_->storage->began, item_->waiting_since) + timeout;
    if (now >= end) return fail_item(item_->storage->error);
    return sooner(deadline, end);
  }
  const MonotonicTime end = item_->network_progress + timeout;
  if (now < end) return sooner(deadline, end);
  const std::optional<streaming::SwarmStats> stats = swarm();
  const std::string seconds_text = fmt::format("{} s", timeout.count());
  if (stats && stats->peers == 0) {
    return fail_item({ErrorCategory::Network, "no-peers", "No peer was found in " + seconds_text,
                      "Check the link and your connection, name a peer with --peer=IP:PORT, or wait longer with "
                      "--network-timeout=SECONDS (0: for ever)"});
  }
  fail_item({ErrorCategory::Network, "no-data", "Nothing came from the network in " + seconds_text,
             "Try again later, or wait longer with --network-timeout=SECONDS (0: for ever)"});
}

std::optional<ui::OsdWait> PlayerCore::wait_card(MonotonicTime now) const {
  if (!item_ || !waits_for_data() || now - item_->waiting_since < quiet_wait) return std::nullopt;
  const Phase phase_now = phase();
  ui::OsdWait card;
  const std::optional<streaming::SwarmStats> stats = swarm();
  if (disk_fails()) {
    card.title = "Waiting for the disk";
    card.detail = item_->storage->error.message;
    return card;
  }
  if (stats && stats->peers > 0) card.detail = peers_text(stats->peers) + " · " + rate_text(stats->down_rate);
  switch (phase_now) {
    case Phase::FindingPeers:
      card.title = "Finding peers";
      card.detail = "None has answered yet";
      break;
    case Phase::FetchingMetadata: card.title = "Fetching the file list"; break;
    case Phase::CheckingData:
      card.title = "Checking what is on disk";
      if (stats) card.progress = stats->checking_progress;
      break;
    case Phase::OpeningMedia: card.title = "Opening"; break;
    case Phase::Starting: card.title = "Starting"; break;
    case Phase::Seeking: card.title = "Seeking"; break;
    case Phase::Buffering: {
      const BufferingInput input = buffering(now);
      card.title = "Buffering";
      card.progress = percent(input) / 100.0;
      if (stats && stats->peers == 0) {
        card.detail = "No peers: waiting for one to come back";
      } else if (const auto left = time_to_resume(input); left && stats) {
        card.detail += fmt::format(" · about {:.0f} s", std::max(1.0, std::ceil(to_seconds(*left))));
      }
      break;
    }
    default: return std::nullopt;
  }
  return card;
}

std::string PlayerCore::wait_reason() const {
  if (!item_ || !waits_for_data()) return {};
  if (disk_fails()) return "Waiting for the disk: " + item_->storage->error.message;
  switch (phase()) {
    case Phase::FindingPeers: return "Finding peers";
    case Phase::FetchingMetadata: return "Fetching the file list";
    case Phase::CheckingData: return "Checking what is on disk";
    case Phase::OpeningMedia: return "Opening";
    case Phase::Starting: return "Starting";
    case Phase::Seeking: return "Seeking";
    case Phase::Buffering: break;
    default: return {};
  }
  const std::optional<streaming::SwarmStats> stats = swarm();
  if (!stats) return "Buffering";
  if (stats->peers == 0) return "Buffering: no peers";
  std::string text = "Buffering: " + peers_text(stats->peers) + ", " + rate_text(stats->down_rate);
  const BufferingInput input = buffering(std::chrono::steady_clock::now());
  if (const auto left = time_to_resume(input)) {
    text += fmt::format(", about {:.0f} s", std::max(1.0, std::ceil(to_seconds(*left))));
  }
  return text;
}

ui::OsdBar PlayerCore::progress_bar() const {
  ui::OsdBar bar{.position = position().value_or(MediaTime{0}), .duration = duration(), .buffered = {}};
  const std::optional<Bytes> size = file_size();
  if (item_ && item_->source.bytes && size && size->value > 0 && item_->over_network) {
    for (const ByteRange& range : item_->source.bytes->available()) {
      bar.buffered.emplace_back(static_cast<double>(range.begin.value) / static_cast<double>(size->value),
                                static_cast<double>(range.end.value) / static_cast<double>(size->value));
    }
  }
  return bar;
}

void PlayerCore::screen_turn(MonotonicTime now, Deadline& deadline) {
  if (options_.video_output == video::OutputKind::Null) return;
  osd_->set_wait(wait_card(now));
  if (item_ && waits_for_data() && now - item_->waiting_since < quiet_wait) {
    sooner(deadline, item_->waiting_since + quiet_wait);
    redraw_ = true;
  }
  if (next_osd_change_ && now >= *next_osd_change_) redraw_ = true;
  if (item_ && item_->shown && clock_running_ && subtitles_visible_ && clock_.rate() > 0) {
    // Subtitles change under a picture that stays: a still, or a slow frame rate.
    const int track = item_->pipeline->selected(media::TrackKind::Subtitle);
    const MediaTime at = clock_.position(now) - subtitle_delay_;
    if (track != 0) {
      if (next_subtitle_change_ && at >= *next_subtitle_change_) redraw_ = true;
      next_subtitle_change_ = subtitles_->next_change(track, at);
      if (next_subtitle_change_) {
        sooner(deadline, now + from_seconds(to_seconds(*next_subtitle_change_ - at) / clock_.rate()));
      }
    }
  }
  if (redraw_) draw(now);
  next_osd_change_ = osd_->next_change(now);
  if (next_osd_change_) sooner(deadline, *next_osd_change_);
}

std::vector<video::OverlayPointer> PlayerCore::subtitle_overlays(const subtitles::Canvas& canvas) {
  if (!item_ || !item_->pipeline || !subtitles_visible_) return {};
  const media::FramePointer& frame = item_->shown;
  const int track = item_->pipeline->selected(media::TrackKind::Subtitle);
  const MediaTime at =
      (frame && !frame->still ? frame->pts : clock_.position(std::chrono::steady_clock::now())) - subtitle_delay_;
  return subtitles_->render(track, at, canvas);
}

void PlayerCore::draw(MonotonicTime now) {
  redraw_ = false;
  static const media::FramePointer no_frame;
  const media::FramePointer& frame = item_ ? item_->shown : no_frame;
  std::vector<video::OverlayPointer> overlays;
  if (options_.video_output != video::OutputKind::Null) {
    const video::VideoOutput::Surface surface = video_->surface();
    subtitles::Canvas canvas{.width = surface.width,
                             .height = surface.height,
                             .picture = {.x = 0, .y = 0, .width = surface.width, .height = surface.height}};
    if (frame) {
      canvas.picture = video_->picture_rectangle(*frame);
      canvas.video_width = frame->width;
      canvas.video_height = frame->height;
    }
    std::vector<video::OverlayPointer> display = osd_->render(surface.width, surface.height, surface.scale, now);
    overlays = lift_.above(subtitle_overlays(canvas), surface.height - osd_->bottom_inset());
    overlays.insert(overlays.end(), std::make_move_iterator(display.begin()), std::make_move_iterator(display.end()));
  }
  if (const Result<void> shown = video_->show(frame, overlays); !shown) {
    log(LogLevel::Error, shown.error().message);
  }
}

}  // namespace freshet::playback
