// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/audio/playout.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace freshet::audio {
namespace {

std::uint64_t number(Generation generation) {
  return static_cast<std::uint32_t>(generation);
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
  raise(newest_, number(generation));
  std::size_t done = 0;
  for (;;) {
    const std::uint32_t seen = progress_.seen();
    if (generation < oldest()) return false;
    const auto rest = samples.subspan(done * channels);
    if (rest.size() < channels) return true;
    const std::size_t taken =
        queue_.push(rest, pts + media_length(done, format_.sample_rate, speed), speed, generation);
    done += taken;
    consumer_.ring();
    if (taken == 0) progress_.wait(seen);
  }
}

void Playout::finish(Generation generation) {
  raise(newest_, number(generation));
  raise(finished_, number(generation) + 1);
  consumer_.ring();
}

void Playout::wait_until_taken() {
  for (;;) {
    const std::uint32_t seen = progress_.seen();
    if (queue_.size() == 0 || newest_ < oldest_) return;
    progress_.wait(seen);
  }
}

// --- anybody's
// --------------------------------------------------------------------------------------------------

void Playout::cancel_before(Generation generation) noexcept {
  raise(oldest_, number(generation));
  progress_.ring();
  consumer_.ring();
}

void Playout::set_paused(bool paused) {
  if (paused_.exchange(paused) != paused) consumer_.ring();
}

Generation Playout::oldest() const {
  return static_cast<Generation>(oldest_.load());
}

bool Playout::finished() const {
  return finished_ > std::max(newest_.load(), oldest_.load());
}

bool Playout::drained(Generation generation) const {
  return drained_ > number(generation);
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
  const Generation valid_from = oldest();
  const bool paused = paused_;
  volume_.aim(gain_.load(std::memory_order_relaxed));

  std::size_t done = 0;
  bool sounded = false;
  bool took = false;
  std::optional<SoundQueue::Run> next;
  while (done < frames) {
    const auto rest = out.subspan(done * tail_.size());
    next = queue_.front();
    const bool stale = next && next->generation < valid_from;
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
    if (!segment_ || segment_->generation != next->generation) {
      begin(*next, heard + duration_of(done, setup_.format.sample_rate));
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
  if (setup_.fade.count() == 0 || !segment_ || segment_->generation != run.generation) return 0;
  envelope_.aim(0);
  const std::size_t frames = std::min({envelope_.remaining(), run.frames, out.size() / tail_.size()});
  if (frames > 0) emit(out, frames, 0);
  return frames;
}

// The first sound of a generation is `run`, and would be heard at `heard`.
void Playout::begin(const SoundQueue::Run& run, MonotonicTime heard) {
  // Later sound (a positive delay) begins with silence, so that the first pictures have their time. Earlier
  // sound (a negative one) runs ahead while the clock waits at the run's own place.
  const MediaTime later = std::max(delay(), MediaTime(0));
  segment_ = Segment{
      .at = heard, .position = run.pts + delay() - later, .speed = run.speed, .generation = run.generation};
  generation_start_ = run.pts;
  lead_ = frames_in(later, setup_.format.sample_rate);
  if (run.speed > 0) lead_ = static_cast<std::size_t>(static_cast<double>(lead_) / run.speed);
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
