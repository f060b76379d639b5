// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/audio_decoder.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "player/media/codec.h"
#include "player/media/decoder_loop.h"

namespace freshet::media {
namespace {

// Containers round time stamps (Matroska to 1 ms, AVI to a packet): within this, sound goes on without a
// seam.
constexpr MediaTime seam_tolerance = std::chrono::milliseconds(20);
// A hole up to this long is silence; a longer one is a jump in the file's time stamps.
constexpr MediaTime longest_silence = std::chrono::seconds(60);
constexpr MediaTime silence_step = std::chrono::milliseconds(100);
constexpr int channels_limit = 8;
constexpr double same_speed = 1e-6;
// More than a second without one packet that can be decoded is not damage where every byte is as it was
// published.
constexpr int noise_limit = 64;

}  // namespace

Result<std::unique_ptr<AudioDecoder>> AudioDecoder::open(std::shared_ptr<const StreamDescription> stream,
                                                         Digests digests, PacketQueue& packets,
                                                         AudioSink* sink, DecoderHost& host) {
  auto codec = open_codec(*stream, 1);
  if (!codec) return std::unexpected(codec.error());
  return std::unique_ptr<AudioDecoder>(
      new AudioDecoder(std::move(stream), std::move(*codec), digests, packets, sink, host));
}

AudioDecoder::AudioDecoder(std::shared_ptr<const StreamDescription> stream, CodecContextPointer codec,
                           Digests digests, PacketQueue& packets, AudioSink* sink, DecoderHost& host)
    : stream_(std::move(stream)), codec_(std::move(codec)), packets_(packets), sink_(sink), host_(host) {
  if (digests == Digests::Yes) digester_.emplace(stream_->index, stream_->time_base);
}

void AudioDecoder::run() {
  decode_queue(
      packets_, host_, [this](const QueueItem& item) { begin(item); },
      [this](const AVPacket& packet) { decode(packet); }, [this] { drain(); });
}

void AudioDecoder::begin(const QueueItem& item) {
  generation_ = item.generation;
  sound_from_ = item.start.sound_from;
  failed_ = 0;
  if (!item.start.continues) {
    avcodec_flush_buffers(codec_.get());
    position_.reset();
    drained_ = false;
  } else if (drained_ && sink_ != nullptr && !sink_failed_) {
    sink_->finish(generation_);  // all its sound was played in the generation before
  }
  written_until_.reset();
  tempo_.reset();
  if (resampler_) resampler_->reset();
  if (digester_) digester_->reset();
  if (sink_failed_) host_.finished(TrackKind::Audio, generation_);
}

void AudioDecoder::decode(const AVPacket& packet) {
  const AVPacket* origin = &packet;
  const int error = decode_packet(
      *codec_, &packet, [&](AvFramePointer frame) { return take(*frame, std::exchange(origin, nullptr)); });
  failed_ = error < 0 ? failed_ + 1 : 0;
  if (stream_->is_unlocked && failed_ >= noise_limit) host_.key_refuted();
  if (error < 0) host_.warn("Some sound cannot be decoded and is skipped (" + error_text(error) + ")");
}

void AudioDecoder::drain() {
  decode_packet(*codec_, nullptr, [&](AvFramePointer frame) { return take(*frame, nullptr); });
  avcodec_flush_buffers(codec_.get());
  if (sink_ != nullptr && !sink_failed_) {
    if (resampler_ && position_) {
      samples_.clear();
      resampler_->drain(samples_);
      if (!play()) return;
    }
    if (tempo_) {
      stretched_.clear();
      tempo_->drain(stretched_);
      if (!write(stretched_)) return;
      tempo_.reset();
    }
    sink_->finish(generation_);
  }
  drained_ = true;
  host_.finished(TrackKind::Audio, generation_);
}

MediaTime AudioDecoder::duration(std::size_t samples) const {
  const AudioFormat& format = resampler_->target();
  return MediaTime(av_rescale(static_cast<std::int64_t>(samples / static_cast<std::size_t>(format.channels)),
                              nanoseconds_base.den, format.sample_rate));
}

bool AudioDecoder::configure(const AVFrame& frame) {
  const AudioFormat wanted{.sample_rate = frame.sample_rate,
                           .channels = std::clamp(frame.ch_layout.nb_channels, 1, channels_limit)};
  if (resampler_ && wanted == wanted_) return true;
  const auto format = sink_->configure(wanted);
  if (!format) {
    host_.warn("There is no sound: " + format.error().message);
    sink_failed_ = true;
    host_.finished(TrackKind::Audio, generation_);
    return false;
  }
  wanted_ = wanted;
  tempo_.reset();
  resampler_.emplace(*format);
  return true;
}

bool AudioDecoder::take(const AVFrame& frame, const AVPacket* packet) {
  if (!host_.current(generation_)) return false;
  if (frame.nb_samples <= 0 || frame.sample_rate <= 0) return true;
  if (!produced_) {
    produced_ = true;
    host_.produced(TrackKind::Audio, packets_.fed_at());
  }
  auto pts = to_media_time(frame.best_effort_timestamp, stream_->time_base);
  if (pts) *pts -= stream_->start_time;
  const MediaTime length(av_rescale(frame.nb_samples, nanoseconds_base.den, frame.sample_rate));
  if (digester_ && (!sound_from_ || !pts || *pts + length > *sound_from_)) {
    if (const auto digest = digester_->digest(frame, packet)) host_.deliver(*digest, generation_);
  }
  if (sink_ == nullptr || sink_failed_) return true;
  if (!configure(frame)) return host_.current(generation_);
  const MediaTime held = resampler_->delay();
  samples_.clear();
  if (!resampler_->convert(frame, samples_)) {
    host_.warn("Some sound has a format that cannot be converted");
    return true;
  }
  if (pts && !place(*pts - held)) return false;
  if (!position_) position_ = sound_from_.value_or(MediaTime{0});
  return play();
}

bool AudioDecoder::place(MediaTime pts) {
  if (!position_) {
    // The line begins at the target (or the file's start), so that pictures before the first sound have a
    // clock.
    const MediaTime from = sound_from_.value_or(MediaTime{0});
    position_ = pts > from && pts - from <= longest_silence ? from : pts;
  }
  const MediaTime gap = pts - *position_;
  if (gap > -seam_tolerance && gap < seam_tolerance) return true;
  if (gap > longest_silence || gap < MediaTime{0}) {
    position_ = pts;
    tempo_.reset();
    written_until_.reset();
    return true;
  }
  const AudioFormat& format = resampler_->target();
  const std::vector<float> decoded = std::exchange(samples_, {});
  while (*position_ < pts) {
    const MediaTime step = std::min(silence_step, pts - *position_);
    const auto count =
        static_cast<std::size_t>(av_rescale(step.count(), format.sample_rate, nanoseconds_base.den));
    if (count == 0) break;
    samples_.assign(count * static_cast<std::size_t>(format.channels), 0.0F);
    if (!play()) return false;
  }
  position_ = pts;
  samples_ = decoded;
  return true;
}

bool AudioDecoder::play() {
  std::span<const float> samples = samples_;
  const AudioFormat& format = resampler_->target();
  const auto channels = static_cast<std::size_t>(format.channels);
  if (sound_from_ && *position_ < *sound_from_) {
    const auto early = static_cast<std::size_t>(av_rescale_rnd(
        (*sound_from_ - *position_).count(), format.sample_rate, nanoseconds_base.den, AV_ROUND_UP));
    const std::size_t cut = std::min(early, samples.size() / channels) * channels;
    *position_ += duration(cut);
    samples = samples.subspan(cut);
  }
  if (samples.empty()) return true;
  return stretch_and_write(samples);
}

bool AudioDecoder::stretch_and_write(std::span<const float> samples) {
  const double speed = host_.speed();
  const bool plain = std::abs(speed - 1.0) < same_speed;
  if (tempo_ && (plain || std::abs(tempo_->speed() - speed) > same_speed)) {
    stretched_.clear();
    tempo_->drain(stretched_);
    if (!write(stretched_)) return false;
    tempo_.reset();
    written_until_.reset();
  }
  if (!written_until_) written_until_ = position_;
  *position_ += duration(samples.size());
  if (plain) return write(samples);
  if (!tempo_) tempo_.emplace(resampler_->target(), speed);
  stretched_.clear();
  if (!tempo_->usable() || !tempo_->push(samples, stretched_)) {
    host_.warn("The sound cannot be played at this speed");
    return true;
  }
  return write(stretched_);
}

bool AudioDecoder::write(std::span<const float> samples) {
  if (samples.empty()) return true;
  const double speed = tempo_ ? tempo_->speed() : 1.0;
  if (!sink_->write(samples, *written_until_, speed, generation_)) return false;
  *written_until_ +=
      MediaTime(static_cast<std::int64_t>(static_cast<double>(duration(samples.size()).count()) * speed));
  return true;
}

}  // namespace freshet::media
