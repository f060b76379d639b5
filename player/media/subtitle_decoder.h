// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Decodes one embedded subtitle stream into the host. run() is the body of its thread and returns when its
// packet queue is stopped.
#pragma once

#include <memory>

#include "player/media/decoder_host.h"
#include "player/media/packet_queue.h"
#include "player/media/stream_description.h"
#include "player/media/subtitle_converter.h"
#include "streaming/base/error.h"

namespace freshet::media {

class SubtitleDecoder {
 public:
  // The queue and the host outlive the decoder. Errors: Media "unsupported-codec".
  [[nodiscard]] static Result<std::unique_ptr<SubtitleDecoder>> open(
      std::shared_ptr<const StreamDescription> stream, int track_id, PacketQueue& packets, DecoderHost& host);
  [[nodiscard]] SubtitleTrack track() const { return converter_.track(); }
  void run();

 private:
  SubtitleDecoder(std::shared_ptr<const StreamDescription> stream, int track_id, CodecContextPointer codec,
                  PacketQueue& packets, DecoderHost& host);
  void decode(const AVPacket& packet);

  std::shared_ptr<const StreamDescription> stream_;
  CodecContextPointer codec_;
  PacketQueue& packets_;
  DecoderHost& host_;
  SubtitleConverter converter_;
  Generation generation_{};
};

// Decodes one packet and gives its events to `take`. Returns FFmpeg's error, else 0.
int decode_subtitle(AVCodecContext& codec, const AVPacket& packet, SubtitleConverter& converter,
                    const std::function<void(SubtitleEvent)>& take);

}  // namespace freshet::media
