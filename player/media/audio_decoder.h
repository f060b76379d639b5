// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Decodes one sound stream into the AudioSink: converted, stretched to the speed, cut off before the seek's
// target, gaps filled with silence so that the sink sees one unbroken line of samples. run() is the body of
// its thread and returns when its packet queue is stopped; the sink's cancel_before() wakes it from a full
// sink.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "player/media/audio_converter.h"
#include "player/media/audio_digest.h"
#include "player/media/decoder_host.h"
#include "player/media/packet_queue.h"
#include "player/media/sinks.h"
#include "player/media/stream_description.h"
#include "streaming/base/error.h"

namespace freshet::media {

enum class Digests : bool { No, Yes };

class AudioDecoder {
 public:
  // The queue, the host and the sink (null: nobody listens, digests only) outlive the decoder. Errors: Media
  // "unsupported-codec".
  [[nodiscard]] static Result<std::unique_ptr<AudioDecoder>> open(
      std::shared_ptr<const StreamDescription> stream, Digests digests, PacketQueue& packets, AudioSink* sink,
      DecoderHost& host);
  void run();

 private:
  AudioDecoder(std::shared_ptr<const StreamDescription> stream, CodecContextPointer codec, Digests digests,
               PacketQueue& packets, AudioSink* sink, DecoderHost& host);

  void begin(const QueueItem& item);
  void decode(const AVPacket& packet);
  void drain();
  [[nodiscard]] bool take(const AVFrame& frame, const AVPacket* packet);  // false: its generation is stale
  [[nodiscard]] bool configure(const AVFrame& frame);
  [[nodiscard]] bool place(MediaTime pts);  // silence up to pts, or a jump there
  [[nodiscard]] bool play();                // samples_ at position_, cut at sound_from_
  [[nodiscard]] bool stretch_and_write(std::span<const float> samples);
  [[nodiscard]] bool write(std::span<const float> samples);
  [[nodiscard]] MediaTime duration(std::size_t samples) const;  // interleaved

  std::shared_ptr<const StreamDescription> stream_;
  CodecContextPointer codec_;
  int failed_ = 0;  // packets, one after the other
  PacketQueue& packets_;
  AudioSink* sink_;
  DecoderHost& host_;
  std::optional<AudioDigester> digester_;

  Generation generation_{};
  std::optional<MediaTime> sound_from_;
  std::optional<MediaTime> position_;       // of the next sample that goes into the stretcher
  std::optional<MediaTime> written_until_;  // of the next sample for the sink
  std::optional<AudioResampler> resampler_;
  std::optional<AudioTempo> tempo_;  // while the speed is not 1
  AudioFormat wanted_{.sample_rate = 0, .channels = 0};
  bool drained_ = false;  // nothing is left to decode since the last Start
  bool sink_failed_ = false;
  bool produced_ = false;
  std::vector<float> samples_;
  std::vector<float> stretched_;
};

}  // namespace freshet::media
