// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/audio/sdl_device.h"

#include <SDL.h>
#include <algorithm>
#include <bit>
#include <string>
#include <utility>

namespace freshet::audio {
namespace {

Error no_device() {
  return {ErrorCategory::Internal, "no-audio-device",
          std::string("No sound device can be used: ") + SDL_GetError(), "Playing goes on without sound"};
}

// SDL and FFmpeg name the same speakers in the same order but for 4 (quad against 4.0) and 5 (4.1
// against 5.0) channels; six hold both.
int speakers_for(int channels) {
  const int known = std::clamp(channels, 1, 8);
  return known == 4 || known == 5 ? 6 : known;
}

// 1024 frames at 48 kHz, and about as long (21 ms) at other rates. Shorter ones starve on a busy machine;
// longer ones make pause and seek late.
std::uint16_t period_for(int sample_rate) {
  return static_cast<std::uint16_t>(std::bit_ceil(static_cast<unsigned>(sample_rate) / 48));
}

class OpenSdlDevice final : public SdlDevice {
 public:
  OpenSdlDevice(Playout& playout, const SDL_AudioSpec& wanted, int allowed) : playout_(playout) {
    SDL_AudioSpec asked = wanted;
    asked.callback = [](void* self, Uint8* bytes, int length) {
      static_cast<OpenSdlDevice*>(self)->play(bytes, length);
    };
    asked.userdata = this;
    SDL_AudioSpec obtained{};
    id_ = SDL_OpenAudioDevice(nullptr, 0, &asked, &obtained, allowed);
    format_ = {.sample_rate = obtained.freq, .channels = obtained.channels};
    period_ = obtained.samples;
  }
  ~OpenSdlDevice() override {
    if (id_ != 0) SDL_CloseAudioDevice(id_);
  }
  OpenSdlDevice(const OpenSdlDevice&) = delete;
  OpenSdlDevice& operator=(const OpenSdlDevice&) = delete;

  [[nodiscard]] const media::AudioFormat& format() const override { return format_; }
  [[nodiscard]] Playout::Setup setup() const override {
    // SDL cannot tell how late sound is heard. Its back ends hold one buffer that plays and one that waits,
    // so a new one is heard after two; ffplay and mpv assume the same.
    return {.format = format_,
            .latency = 2 * duration_of(period_, format_.sample_rate),
            .fade = std::chrono::milliseconds(5),
            .smooth = true};
  }
  [[nodiscard]] std::uint32_t id() const override { return id_; }
  void start() override { SDL_PauseAudioDevice(id_, 0); }

 private:
  void play(Uint8* bytes, int length) {
    // SDL's buffers are aligned for any sample type.
    const std::span<float> out(static_cast<float*>(static_cast<void*>(bytes)),
                               static_cast<std::size_t>(length) / sizeof(float));
    playout_.fill(out, std::chrono::steady_clock::now());
  }

  Playout& playout_;
  SDL_AudioDeviceID id_ = 0;
  media::AudioFormat format_;
  std::uint64_t period_ = 0;
};

}  // namespace

SdlSystem::SdlSystem() {
  // Signals belong to the program: SDL would turn SIGINT into an event of a window that may not exist.
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
  SDL_SetHint(SDL_HINT_AUDIO_DEVICE_APP_NAME, "Freshet");
  SDL_SetHint(SDL_HINT_AUDIO_DEVICE_STREAM_NAME, "Freshet");
  SDL_SetHint(SDL_HINT_AUDIO_DEVICE_STREAM_ROLE, "video");
  if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0) problem_ = no_device();
}

SdlSystem::~SdlSystem() {
  if (!problem_) SDL_QuitSubSystem(SDL_INIT_AUDIO);
}

Result<std::unique_ptr<SdlDevice>> SdlDevice::open(Playout& playout, const media::AudioFormat& wanted,
                                                   Negotiation negotiation) {
  SDL_AudioSpec asked{};
  asked.freq = std::clamp(wanted.sample_rate, 8000, 192000);
  asked.format = AUDIO_F32SYS;
  asked.channels = static_cast<Uint8>(speakers_for(wanted.channels));
  asked.samples = period_for(asked.freq);
  const int allowed = negotiation == Negotiation::Exact
                          ? 0
                          : SDL_AUDIO_ALLOW_FREQUENCY_CHANGE | SDL_AUDIO_ALLOW_CHANNELS_CHANGE |
                                SDL_AUDIO_ALLOW_SAMPLES_CHANGE;
  auto device = std::make_unique<OpenSdlDevice>(playout, asked, allowed);
  if (device->id() == 0) return std::unexpected(no_device());
  const media::AudioFormat got = device->format();
  if (got.channels != speakers_for(got.channels) || got.sample_rate < 8000 || got.sample_rate > 192000) {
    // A device whose speakers FFmpeg would order otherwise: SDL shall do the mixing.
    device.reset();
    asked.channels = 2;
    asked.freq = 48000;
    asked.samples = period_for(asked.freq);
    device = std::make_unique<OpenSdlDevice>(playout, asked, 0);
    if (device->id() == 0) return std::unexpected(no_device());
  }
  return device;
}

}  // namespace freshet::audio
