// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/audio/sound_queue.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace freshet::audio {

std::chrono::nanoseconds duration_of(std::uint64_t frames, int sample_rate) {
  const auto rate = static_cast<std::uint64_t>(sample_rate);
  const std::uint64_t rest = (frames % rate) * 1'000'000'000 / rate;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(frames / rate * 1'000'000'000 + rest));
}

void SoundQueue::reset(const media::AudioFormat& format, std::size_t frames) {
  channels_ = static_cast<std::size_t>(format.channels);
  sample_rate_ = format.sample_rate;
  limit_ = frames * channels_;
  samples_.assign(std::bit_ceil(limit_), 0.0F);
  mask_ = samples_.size() - 1;
  last_mark_.reset();
  read_ = 0;
  write_ = 0;
  marks_read_ = 0;
  marks_write_ = 0;
}

MediaTime SoundQueue::pts_at(const Mark& mark, std::size_t index) const {
  const std::chrono::nanoseconds passed = duration_of((index - mark.index) / channels_, sample_rate_);
  if (mark.speed == 1.0) return mark.pts + passed;
  return mark.pts + MediaTime(static_cast<std::int64_t>(static_cast<double>(passed.count()) * mark.speed));
}

std::size_t SoundQueue::push(std::span<const float> samples, MediaTime pts, double speed,
                             Generation generation, std::uint32_t take) {
  if (samples_.empty()) return 0;
  const std::size_t write = write_.load(std::memory_order_relaxed);
  const std::size_t used = write - read_.load(std::memory_order_acquire);
  const std::size_t room = (limit_ - used) / channels_ * channels_;
  const std::size_t count = std::min(room, samples.size() / channels_ * channels_);
  if (count == 0) return 0;

  const bool goes_on = last_mark_ && last_mark_->generation == generation && last_mark_->take == take &&
                       last_mark_->speed == speed &&
                       std::chrono::abs(pts_at(*last_mark_, write) - pts) <= jitter;
  if (!goes_on) {
    const std::size_t marks_write = marks_write_.load(std::memory_order_relaxed);
    if (marks_write - marks_read_.load(std::memory_order_acquire) >= mark_count) return 0;
    last_mark_ = Mark{.index = write, .pts = pts, .speed = speed, .generation = generation, .take = take};
    marks_[marks_write % mark_count] = *last_mark_;
    marks_write_.store(marks_write + 1, std::memory_order_release);
  }

  const std::size_t place = write & mask_;
  const std::size_t first = std::min(count, samples_.size() - place);
  // A broken float stream holds anything; what is no number would stay in every filter behind us.
  const auto sane = [](float sample) { return std::isfinite(sample) ? sample : 0.0F; };
  std::ranges::transform(samples.first(first), samples_.data() + place, sane);
  std::ranges::transform(samples.subspan(first, count - first), samples_.data(), sane);
  write_.store(write + count, std::memory_order_release);
  return count / channels_;
}

std::optional<SoundQueue::Run> SoundQueue::front() {
  const std::size_t read = read_.load(std::memory_order_relaxed);
  std::size_t end = write_.load(std::memory_order_acquire);
  if (read == end) return std::nullopt;
  const std::size_t marks_end = marks_write_.load(std::memory_order_acquire);
  std::size_t mark = marks_read_.load(std::memory_order_relaxed);
  while (mark + 1 < marks_end && marks_[(mark + 1) % mark_count].index <= read) ++mark;
  marks_read_.store(mark, std::memory_order_release);
  // A mark may be seen before its samples are: it then lies at `end` and cuts nothing.
  if (mark + 1 < marks_end) end = std::min(end, marks_[(mark + 1) % mark_count].index);
  const Mark& here = marks_[mark % mark_count];
  return Run{.frames = (end - read) / channels_,
             .pts = pts_at(here, read),
             .speed = here.speed,
             .generation = here.generation,
             .take = here.take};
}

void SoundQueue::pop(std::span<float> out) {
  const std::size_t read = read_.load(std::memory_order_relaxed);
  assert(out.size() <= write_.load(std::memory_order_relaxed) - read);
  const std::size_t place = read & mask_;
  const std::size_t first = std::min(out.size(), samples_.size() - place);
  std::copy_n(samples_.data() + place, first, out.data());
  std::copy_n(samples_.data(), out.size() - first, out.data() + first);
  read_.store(read + out.size(), std::memory_order_release);
}

void SoundQueue::discard(std::size_t frames) {
  read_.store(read_.load(std::memory_order_relaxed) + frames * channels_, std::memory_order_release);
}

std::size_t SoundQueue::size() const {
  // Read first: the difference can then only be too large by what was popped meanwhile, never negative.
  const std::size_t read = read_.load(std::memory_order_acquire);
  return (write_.load(std::memory_order_acquire) - read) / channels_;
}

}  // namespace freshet::audio
