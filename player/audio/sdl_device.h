// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One open SDL sound device that plays what a Playout gives.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "player/audio/playout.h"
#include "streaming/base/error.h"

namespace freshet::audio {

// SDL's sound system; it is counted by SDL, so several may live. Made and destroyed on the main thread,
// because SDL's counting is not guarded.
class SdlSystem {
 public:
  SdlSystem();
  ~SdlSystem();
  SdlSystem(const SdlSystem&) = delete;
  SdlSystem& operator=(const SdlSystem&) = delete;
  // Why it does not work; nothing when it does.
  [[nodiscard]] const std::optional<Error>& problem() const { return problem_; }

 private:
  std::optional<Error> problem_;
};

// Whether the system may choose another format than the one asked for.
enum class Negotiation : std::uint8_t { Free, Exact };

class SdlDevice {
 public:
  // Opens the system's default device, silent until start(). Any thread, one at a time; blocks while it
  // opens. Errors: Internal "no-audio-device".
  [[nodiscard]] static Result<std::unique_ptr<SdlDevice>> open(Playout& playout,
                                                               const media::AudioFormat& wanted,
                                                               Negotiation negotiation);
  // Plays what was given to the device and closes it.
  virtual ~SdlDevice() = default;
  [[nodiscard]] virtual const media::AudioFormat& format() const = 0;
  [[nodiscard]] virtual Playout::Setup setup() const = 0;
  [[nodiscard]] virtual std::uint32_t id() const = 0;
  // `playout` has been set up with setup().
  virtual void start() = 0;
};

}  // namespace freshet::audio
