// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One turn of the main loop: which picture, when its sound starts, whether it is over, what is reported. Each
// part may move the deadline of the next turn forward; nothing here waits.
#include <algorithm>
#include <utility>

#include "player/playback/frame_choice.h"
#include "player/playback/item_events.h"
#include "player/playback/player_core.h"

namespace freshet::playback {

namespace {

using namespace std::chrono_literals;

// Held arrow keys: the next seek waits this long for the last one to show a picture.
constexpr auto longest_seek_queue = 300ms;
// A picture whose duration nobody knows is taken to last this long.
constexpr auto default_frame_duration = 40ms;
// A single picture (cover art without sound, an image file) is shown this long.
constexpr auto still_duration = 1s;
// Sound that begins later than the picture by less than this starts with it.
constexpr auto sound_tolerance = 30ms;
// Later than this, the decoder is told to catch up.
constexpr auto late_pictures = 100ms;

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
  if (item_) read_ahead_turn(now);
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
      if (!may_start_now()) return;
      item.pipeline->pop_frame();
      item.picture_ready = true;
      show_first(frame, now);
      if (!item_) return;
    } else if (item.pipeline->video_finished()) {
      item.picture_ready = true;
    }
  }
  if (item.queued) {
    // Keys that came while the seek was on its way: go on once it has shown something, or when it takes too
    // long.
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
    item.events->moments().note(StartMoment::Frame);
    observer_.phases(item.began, item.events->moments().times());
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
  // Sound that was switched on later.
  if (!clock_.follows_sound() && !options_.untimed && !sound_waits_ && gate_->first_sound(item.generation) &&
      !audio_->drained(item.generation)) {
    apply_running(now);
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
    if (clock_.rate() > 0)
      sooner(deadline, now + from_seconds(to_seconds(*item.end - position) / clock_.rate()));
  }
  if (!clock_running_) return;
  if (has_sound()) {
    if (!item.pipeline->audio_finished() ||
        !(audio_->drained(item.generation) || !gate_->first_sound(item.generation))) {
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
    observer_.progress(
        {.position = position(),
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

}  // namespace freshet::playback
