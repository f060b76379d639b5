// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Where sound goes: SDL's device, or a null device that takes samples at the pace of real time. It is the
// pipeline's AudioSink and, while sound plays, the writer of the MediaClock.
//
// Threads: the AudioSink half as sinks.h says; the rest from the controller's thread, never blocking but for
// the device's opening. The device's callback touches one lock-free ring and the clock, nothing else.
//
// The clock. From the first sample of a generation the output writes an anchor with each buffer. It stands
// (rate 0) while paused and in an underrun. Once drained(), the output leaves it alone until newer sound
// comes: who goes on then reads the last anchor and keeps a line of its own.
//
// Without a device, or when it is unplugged, sound is taken at the pace of real time and nobody hears it:
// problem() says so, and playing goes on.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "player/media/media_clock.h"
#include "player/media/sinks.h"
#include "streaming/base/error.h"
#include "streaming/base/units.h"

namespace freshet::audio {

enum class OutputKind : std::uint8_t { Sdl, Null };

struct AudioOptions {
  double volume = 100;  // percent, 0 … 130; cubic as mpv's, above 100 amplified and clipped
  bool mute = false;
  bool paused = true;
  bool untimed = false;  // Null only: takes samples as fast as they come
  // A pause this long gives the device back to the system: nothing of it runs then, and others may have it. A
  // shorter one keeps it, because opening takes some ten milliseconds.
  std::chrono::milliseconds keep_paused{3000};
  MediaTime delay{0};  // added to the sound's place on the clock (mpv's --audio-delay)
};

class AudioOutput : public media::AudioSink {
 public:
  virtual void set_paused(bool paused) = 0;  // the clock stands (rate 0) while paused
  virtual void set_volume(double percent) = 0;
  virtual void set_mute(bool mute) = 0;
  virtual void set_delay(MediaTime delay) = 0;
  // All samples of a finished generation have been heard.
  [[nodiscard]] virtual bool drained(Generation generation) const = 0;
  // The device plays silence though it should play sound: nothing is queued, and the stream is not finished.
  [[nodiscard]] virtual bool underrun() const = 0;
  // Sound queued and not yet heard.
  [[nodiscard]] virtual MediaTime queued() const = 0;
  // Why nothing is heard: Internal "no-audio-device", "audio-device-lost". Nothing when all is well.
  [[nodiscard]] virtual std::optional<Error> problem() const = 0;
};

// `clock` outlives the output. `on_change` is called, on a thread of the output's own, when drained(),
// underrun(), problem() or the clock's running may have changed; it must return at once.
[[nodiscard]] std::unique_ptr<AudioOutput> open_audio_output(OutputKind kind, const AudioOptions& options,
                                                             media::MediaClock& clock,
                                                             std::function<void()> on_change);

}  // namespace freshet::audio
