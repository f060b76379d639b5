// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/audio/audio_output.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "player/audio/gain.h"
#include "player/audio/null_device.h"
#include "player/audio/playout.h"
#include "player/audio/sdl_device.h"
#include "player/audio/sdl_unplugged.h"

namespace freshet::audio {
namespace {

class Output final : public AudioOutput {
 public:
  Output(OutputKind kind, const AudioOptions& options, media::MediaClock& clock,
         std::function<void()> on_change)
      : playout_(clock),
        pace_(options.untimed ? Pace::AtOnce : Pace::RealTime),
        on_change_(std::move(on_change)),
        keep_paused_(options.keep_paused),
        wants_pause_(options.paused),
        volume_(options.volume),
        mute_(options.mute) {
    playout_.set_paused(options.paused);
    playout_.set_delay(options.delay);
    apply_gain();
    if (kind == OutputKind::Sdl) {
      pace_ = Pace::RealTime;
      system_.emplace();
      unplugged_.emplace([this](std::uint32_t device) {
        if (device != sdl_id_) return;
        lost_ = true;
        playout_.changes().ring();
      });
      keeper_ = std::jthread([this](std::stop_token stop) { keep_or_release(std::move(stop)); });
    }
    reporter_ = std::jthread([this](std::stop_token stop) { report(std::move(stop)); });
  }

  ~Output() override {
    unplugged_.reset();  // it rings
    reporter_.request_stop();
    playout_.changes().ring();
    reporter_.join();
    keeper_ = {};
    const std::scoped_lock lock(device_mutex_);
    close();
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // --- AudioSink

  Result<media::AudioFormat> configure(const media::AudioFormat& wanted) override {
    if (wanted.sample_rate <= 0 || wanted.channels <= 0) {
      return fail(ErrorCategory::Media, "bad-audio-format", "The sound has no usable format");
    }
    const bool takes_over = playout_.begin_take();
    {
      const std::scoped_lock lock(device_mutex_);
      if (open_locked() && wanted == wanted_) return format_;
    }
    if (takes_over) playout_.drop_replaced();
    // Another format: what is queued in the old one is heard first.
    playout_.wait_until_taken();
    const std::scoped_lock lock(device_mutex_);
    close();
    wanted_ = wanted;
    open(wanted);
    return format_;
  }

  bool write(std::span<const float> samples, MediaTime pts, double speed, Generation generation) override {
    return playout_.write(samples, pts, speed, generation);
  }
  void finish(Generation generation) override { playout_.finish(generation); }
  void cancel_before(Generation generation) noexcept override { playout_.cancel_before(generation); }
  void retire(Queued queued) noexcept override { playout_.retire(queued); }

  // --- AudioOutput

  void set_paused(bool paused) override {
    const std::scoped_lock lock(pause_mutex_);
    wants_pause_ = paused;
    // A device that was given back is fetched first, and only then is sound taken again.
    if (paused || !released_) playout_.set_paused(paused);
    pause_changed_.ring();
  }
  void set_volume(double percent) override {
    volume_ = percent;
    apply_gain();
  }
  void set_mute(bool mute) override {
    mute_ = mute;
    apply_gain();
  }
  void set_delay(MediaTime delay) override { playout_.set_delay(delay); }
  bool drained(Generation generation) const override { return playout_.drained(generation); }
  bool underrun() const override { return playout_.underrun(); }
  MediaTime queued() const override { return playout_.queued(std::chrono::steady_clock::now()); }
  std::optional<Error> problem() const override {
    const std::scoped_lock lock(problem_mutex_);
    return problem_;
  }

 private:
  void apply_gain() { playout_.set_gain(mute_ ? 0 : volume_gain(volume_)); }

  [[nodiscard]] bool open_locked() const { return sdl_ || null_; }

  void close() {
    sdl_id_ = 0;
    sdl_.reset();
    null_.reset();
  }

  void set_problem(std::optional<Error> problem) {
    {
      const std::scoped_lock lock(problem_mutex_);
      problem_ = std::move(problem);
    }
    playout_.changes().ring();
  }

  void open(const media::AudioFormat& wanted) {
    if (system_) {
      if (system_->problem()) {
        set_problem(system_->problem());
      } else if (auto device = SdlDevice::open(playout_, wanted, Negotiation::Free)) {
        set_problem(std::nullopt);
        format_ = (*device)->format();
        playout_.reset((*device)->setup());
        start(std::move(*device));
        end_release();
        return;
      } else {
        set_problem(device.error());
      }
    }
    // Rates and counts that a null device takes as they are, within what makes sense.
    format_ = {.sample_rate = std::clamp(wanted.sample_rate, 8000, 192000),
               .channels = std::clamp(wanted.channels, 1, 8)};
    playout_.reset(NullDevice::setup(format_, pace_));
    null_.emplace(playout_, format_, pace_);
    end_release();
  }

  // There is a device again: what was asked for meanwhile holds now.
  void end_release() {
    const std::scoped_lock lock(pause_mutex_);
    if (std::exchange(released_, false)) playout_.set_paused(wants_pause_);
    pause_changed_.ring();
  }

  void start(std::unique_ptr<SdlDevice> device) {
    sdl_ = std::move(device);
    sdl_id_ = sdl_->id();
    sdl_->start();
  }

  // The queue's sound goes to the device that is the system's default now, or to nobody.
  void reopen() {
    close();
    if (auto device = SdlDevice::open(playout_, format_, Negotiation::Exact)) {
      playout_.move_to((*device)->setup());
      start(std::move(*device));
      return;
    }
    play_to_nobody();
    set_problem(Error{ErrorCategory::Internal, "audio-device-lost", "The sound device is gone",
                      "Playing goes on without sound"});
  }

  void play_to_nobody() {
    playout_.move_to(NullDevice::setup(format_, pace_));
    null_.emplace(playout_, format_, pace_);
  }

  void replace_lost_device() {
    const std::scoped_lock lock(device_mutex_);
    if (lost_.exchange(false) && sdl_) reopen();
  }

  // A thread's work: the device goes after a while of pause, and comes back at its end.
  void keep_or_release(std::stop_token stop) {
    bool changed = false;
    while (!stop.stop_requested()) {
      if (!changed) pause_changed_.wait(stop);
      changed = false;
      if (!device_is_idle()) {
        fetch();
        continue;
      }
      changed = pause_changed_.wait_until(stop, std::chrono::steady_clock::now() + keep_paused_);
      if (!changed && !stop.stop_requested()) release();
    }
  }

  [[nodiscard]] bool device_is_idle() {
    const std::scoped_lock lock(pause_mutex_);
    return wants_pause_ && !released_;
  }

  void release() {
    const std::scoped_lock device_lock(device_mutex_);
    {
      const std::scoped_lock lock(pause_mutex_);
      if (!wants_pause_ || !sdl_) return;
      released_ = true;
    }
    // Meanwhile a null device, which sleeps while paused, sees to seeks.
    close();
    play_to_nobody();
  }

  void fetch() {
    const std::scoped_lock device_lock(device_mutex_);
    {
      const std::scoped_lock lock(pause_mutex_);
      if (wants_pause_ || !released_) return;
    }
    reopen();
    end_release();
  }

  void report(std::stop_token stop) {
    std::uint32_t seen = 0;  // what was rung before this thread came up counts
    for (;;) {
      playout_.changes().wait(seen);
      if (stop.stop_requested()) return;
      seen = playout_.changes().seen();
      if (lost_) replace_lost_device();
      if (on_change_) on_change_();
    }
  }

  Playout playout_;
  Pace pace_;
  const std::function<void()> on_change_;
  const std::chrono::milliseconds keep_paused_;
  std::mutex pause_mutex_;  // what follows; taken after device_mutex_, held for a moment
  bool wants_pause_;
  bool released_ = false;  // the device was given back for a long pause
  TimedBell pause_changed_;
  // The controller's thread.
  double volume_;
  bool mute_;

  mutable std::mutex problem_mutex_;
  std::optional<Error> problem_;

  std::optional<SdlSystem> system_;
  // What follows; held while a device opens, so never taken by the controller's thread.
  std::mutex device_mutex_;
  media::AudioFormat wanted_;
  media::AudioFormat format_;
  std::unique_ptr<SdlDevice> sdl_;
  std::optional<NullDevice> null_;

  std::atomic<std::uint32_t> sdl_id_{0};
  std::atomic<bool> lost_{false};
  std::optional<SdlUnplugged> unplugged_;
  std::jthread reporter_;
  std::jthread keeper_;
};

}  // namespace

std::unique_ptr<AudioOutput> open_audio_output(OutputKind kind, const AudioOptions& options,
                                               media::MediaClock& clock, std::function<void()> on_change) {
  return std::make_unique<Output>(kind, options, clock, std::move(on_change));
}

}  // namespace freshet::audio
