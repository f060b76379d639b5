// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/audio/playout.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace freshet::audio {
namespace {

constexpr int take_bits = 32;

std::uint64_t number(Generation generation, std::uint32_t take = 0) {
  return std::uint64_t{static_cast<std::uint32_t>(generation)} << take_bits | take;
}

std::uint64_t with_take(std::uint64_t number, std::uint32_t take) {
  return number >> take_bits << take_bits | take;
}

// Raises `target` to at least `value`.
void raise(std::atomic<std::uint64_t>& target, std::uint64_t value) noexcept {
  std::uint64_t seen = target.load(std::memory_order_relaxed);
  while (seen < value && !target.compare_exchange_weak(seen, value, std::memory_order_acq_rel)) {
  }
}

std::size_t frames_in(std::chrono::nanoseconds time, int sample_rate) {
  return static_cast<std::size_t>(std::llround(to_seconds(time) * sample_rate));
}

MediaTime media_length(std::uint64_t frames, int sample_rate, double speed) {
  const std::chrono::nanoseconds length = duration_of(frames, sample_rate);
  return speed == 1 ? length
                    : MediaTime(static_cast<std::int64_t>(static_cast<double>(length.count()) * speed));
}

}  // namespace

// --- setting up
// -------------------------------------------------------------------------------------------------

void Playout::reset(const Setup& setup) {
  format_ = setup.format;
  queue_.reset(setup.format, frames_in(queue_length, setup.format.sample_rate));
  segment_.reset();
  lead_ = 0;
  heard_until_ = 0;
  tail_.assign(static_cast<std::size_t>(setup.format.channels), 0.0F);
  sample_rate_ = setup.format.sample_rate;
  move_to(setup);
}

void Playout::move_to(const Setup& setup) {
  setup_ = setup;
  device_time_ = {};
  const std::size_t fade = frames_in(setup.fade, setup.format.sample_rate);
  envelope_.set_length(fade);
  envelope_.set(0);
  volume_.set_length(fade);
  volume_.set(gain_);
  resting_ = false;
  starved_ = false;
}

// --- the decoder's side
// -----------------------------------------------------------------------------------------

bool Playout::write(std::span<const float> samples, MediaTime pts, double speed, Generation generation) {
  const auto channels = static_cast<std::size_t>(format_.channels);
  const std::uint32_t take = take_;
  const std::uint64_t mine = number(generation, take);
  std::size_t done = 0;
  for (;;) {
    const std::uint32_t seen = progress_.seen();
    if (retired_ || mine < oldest_) return false;
    raise(newest_, mine);
    if (replaces_.exchange(false)) raise(oldest_, mine);
    const auto rest = samples.subspan(done * channels);
    if (rest.size() < channels) return true;
    const std::size_t taken =
        queue_.push(rest, pts + media_length(done, format_.sample_rate, speed), speed, generation, take);
    done += taken;
    consumer_.ring();
    if (taken == 0) progress_.wait(seen);
  }
}

void Playout::finish(Generation generation) {
  const std::uint64_t mine = number(generation, take_);
  raise(newest_, mine);
  raise(finished_, mine + 1);
  consumer_.ring();
}

void Playout::wait_until_taken() {
  for (;;) {
    const std::uint32_t seen = progress_.seen();
    if (queue_.size() == 0 || newest_ < oldest_ || retired_) return;
    progress_.wait(seen);
  }
}

bool Playout::begin_take() {
  if (!retired_) return false;
  raise(newest_, with_take(newest_, ++take_));
  replaces_ = true;
  retired_ = false;
  return true;
}

void Playout::drop_replaced() {
  replaces_ = false;
  raise(oldest_, newest_);
  consumer_.ring();
}

// --- anybody's
// --------------------------------------------------------------------------------------------------

void Playout::cancel_before(Generation generation) noexcept {
  raise(oldest_, number(generation));
  progress_.ring();
  consumer_.ring();
}

void Playout::retire(media::AudioSink::Queued queued) noexcept {
  retired_ = true;
  if (queued == media::AudioSink::Queued::Dropped) {
    raise(oldest_, with_take(newest_, ++take_));
    line_ended_ = true;
  }
  progress_.ring();
  consumer_.ring();
}

void Playout::set_paused(bool paused) {
  if (paused_.exchange(paused) != paused) consumer_.ring();
}

Generation Playout::oldest() const {
  return static_cast<Generation>(oldest_.load() >> take_bits);
}

bool Playout::finished() const {
  return finished_ > std::max(newest_.load(), oldest_.load());
}

bool Playout::drained(Generation generation) const {
  return drained_ > number(generation, take_);
}

bool Playout::underrun() const {
  return starved_ && !paused_ && queue_.size() == 0 && !finished();
}

MediaTime Playout::queued(MonotonicTime now) const {
  if (newest_ < oldest_) return MediaTime(0);
  const MonotonicTime end{MonotonicTime::duration(heard_until_.load())};
  return duration_of(queue_.size(), sample_rate_) + std::max(end - now, MonotonicTime::duration(0));
}

// --- the device's side
// ------------------------------------------------------------------------------------------

void Playout::fill(std::span<float> out, MonotonicTime now) {
  const std::size_t frames = out.size() / tail_.size();
  const auto length = duration_of(frames, setup_.format.sample_rate);
  const MonotonicTime heard = (setup_.smooth ? device_time_.tick(now, length) : now) + setup_.latency;
  // Asked before the queue is looked into: if the end was known then, an empty queue is the end.
  const bool is_finished = finished();
  const std::uint64_t valid_from = oldest_;
  const bool paused = paused_;
  volume_.aim(gain_.load(std::memory_order_relaxed));
  if (line_ended_.exchange(false)) {
    media::ClockAnchor ended = published_;
    ended.valid = false;
    publish(ended);
  }

  std::size_t done = 0;
  bool sounded = false;
  bool took = false;
  std::optional<SoundQueue::Run> next;
  while (done < frames) {
    const auto rest = out.subspan(done * tail_.size());
    next = queue_.front();
    const bool stale = next && number(next->generation, next->take) < valid_from;
    if (next && (stale || paused)) {
      if (const std::size_t fading = fade_out(*next, rest); fading > 0) {
        done += fading;
      } else if (stale) {
        queue_.discard(next->frames);
      } else {
        break;
      }
      took = true;
      continue;
    }
    if (!next || paused) break;
    if (!segment_ || segment_->generation != next->generation || segment_->take != next->take) {
      begin(*next, heard + duration_of(done, setup_.format.sample_rate));
    }
    if (const std::size_t heard_already = frames_to_skip(*next); heard_already > 0) {
      queue_.discard(heard_already);
      took = true;
      continue;
    }
    const std::size_t silent = std::min(lead_, frames - done);
    if (silent > 0) {
      emit_silence(rest.first(silent * tail_.size()));
      lead_ -= silent;
      done += silent;
    } else {
      const std::size_t count = std::min(next->frames, frames - done);
      segment_->at = heard + duration_of(done, setup_.format.sample_rate);
      segment_->position = next->pts + delay();
      segment_->speed = next->speed;
      emit(rest, count, 1);
      done += count;
      took = true;
    }
    sounded = true;
  }
  emit_silence(out.subspan(done * tail_.size()));
  if (took) progress_.ring();

  const bool dry = !sounded && !paused && !next;
  if (sounded) {
    const MonotonicTime end = setup_.instant ? now : heard + duration_of(done, setup_.format.sample_rate);
    heard_until_ = end.time_since_epoch().count();
    run_clock(now);
  } else if (paused || (dry && !is_finished && !setup_.instant)) {
    stop_clock(now, next);
  }
  // A buffer filled only in part is the beginning of silence too.
  const bool starved = !paused && !is_finished && !setup_.instant && done < frames;
  if (starved_.exchange(starved) != starved) changes_.ring();

  const bool ended = is_finished && queue_.size() == 0;
  const std::uint64_t finished_now = finished_;
  if (ended && now.time_since_epoch().count() >= heard_until_ && drained_ < finished_now) {
    drained_ = finished_now;
    changes_.ring();
  }
  resting_ = !sounded && envelope_.value() == 0 && (paused || dry) && (!ended || drained_ >= finished_now);
}

MediaTime Playout::delay() const {
  return MediaTime(delay_.load(std::memory_order_relaxed));
}

// Gives what is left of the fade to silence out of `run`, and returns its frames; 0 when nothing of it
// sounds.
std::size_t Playout::fade_out(const SoundQueue::Run& run, std::span<float> out) {
  if (setup_.fade.count() == 0 || !segment_ || segment_->generation != run.generation ||
      segment_->take != run.take) {
    return 0;
  }
  envelope_.aim(0);
  const std::size_t frames = std::min({envelope_.remaining(), run.frames, out.size() / tail_.size()});
  if (frames > 0) emit(out, frames, 0);
  return frames;
}

// The first sound of a generation, or of another track in it, is `run`, and would be heard at `heard`.
void Playout::begin(const SoundQueue::Run& run, MonotonicTime heard) {
  const bool takes_over =
      published_.valid && published_.generation == run.generation && last_take_ && *last_take_ != run.take;
  last_take_ = run.take;
  // Later sound (a positive delay) begins with silence, so that the first pictures have their time. Earlier
  // sound (a negative one) runs ahead while the clock waits at the run's own place.
  const MediaTime later = takes_over ? MediaTime(0) : std::max(delay(), MediaTime(0));
  segment_ = Segment{.at = heard,
                     .position = run.pts + delay() - later,
                     .speed = run.speed,
                     .generation = run.generation,
                     .take = run.take};
  lead_ = frames_in(later, setup_.format.sample_rate);
  if (run.speed > 0) lead_ = static_cast<std::size_t>(static_cast<double>(lead_) / run.speed);
  skip_until_.reset();
  if (takes_over) {
    skip_until_ = media::position_at(published_, heard) - delay();
  } else {
    generation_start_ = run.pts;
  }
}

std::size_t Playout::frames_to_skip(const SoundQueue::Run& run) {
  if (!skip_until_) return 0;
  const auto behind = static_cast<double>((*skip_until_ - run.pts).count()) / std::max(run.speed, 0.01);
  const std::size_t early =
      behind > 0 ? frames_in(MediaTime(static_cast<std::int64_t>(behind)), setup_.format.sample_rate) : 0;
  if (early < run.frames) skip_until_.reset();
  return std::min(early, run.frames);
}

void Playout::emit(std::span<float> out, std::size_t frames, float envelope) {
  const std::size_t channels = tail_.size();
  const auto samples = out.first(frames * channels);
  queue_.pop(samples);
  envelope_.aim(envelope);
  apply(samples, channels, envelope_, volume_);
  std::ranges::copy(samples.last(channels), tail_.begin());
}

// Silence, but never from one sample to the next: what was last heard sinks to 0 first.
void Playout::emit_silence(std::span<float> out) {
  envelope_.aim(0);
  while (!out.empty() && !envelope_.steady()) {
    const float before = envelope_.value();
    const float factor = envelope_.step() / before;
    for (std::size_t channel = 0; channel < tail_.size(); ++channel) out[channel] = tail_[channel] *= factor;
    out = out.subspan(tail_.size());
  }
  std::ranges::fill(out, 0.0F);
}

// --- the clock
// --------------------------------------------------------------------------------------------------

void Playout::run_clock(MonotonicTime now) {
  const bool goes_on = published_.valid && published_.generation == segment_->generation;
  publish({.at = segment_->at,
           .position = segment_->position,
           .rate = segment_->speed,
           .floor = goes_on ? media::position_at(published_, now) : generation_start_,
           .generation = segment_->generation,
           .valid = true});
}

void Playout::stop_clock(MonotonicTime now, const std::optional<SoundQueue::Run>& next) {
  media::ClockAnchor anchor = published_;
  anchor.at = now;
  anchor.rate = 0;
  const Generation generation = next ? next->generation : oldest();
  if (published_.valid && published_.generation >= generation) {
    // Stands where it is. It goes on from there without a step: what comes next is heard one latency later.
    if (published_.rate == 0) return;
    if (finished() && drained_ >= finished_) return;  // the controller's now
    anchor.position = anchor.floor = media::position_at(published_, now);
  } else if (next) {
    anchor.position = anchor.floor = next->pts;
    anchor.generation = generation;
    anchor.valid = true;
  } else {
    if (published_.generation == generation) return;
    anchor.position = anchor.floor = MediaTime(0);
    anchor.generation = generation;
    anchor.valid = false;
  }
  publish(anchor);
}

void Playout::publish(const media::ClockAnchor& anchor) {
  const bool news = anchor.valid != published_.valid || anchor.generation != published_.generation ||
                    (anchor.rate == 0) != (published_.rate == 0);
  published_ = anchor;
  clock_.set(anchor);
  if (news) changes_.ring();
}

}  // namespace freshet::audio
