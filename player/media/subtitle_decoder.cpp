// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/subtitle_decoder.h"

#include <utility>

#include "player/media/codec.h"
#include "player/media/decoder_loop.h"

namespace freshet::media {

int decode_subtitle(AVCodecContext& codec, const AVPacket& packet, SubtitleConverter& converter,
                    const std::function<void(SubtitleEvent)>& take) {
  AVSubtitle subtitle{};
  int complete = 0;
  // FFmpeg 5.1 takes the packet by a pointer it does not write through.
  const int result = avcodec_decode_subtitle2(&codec, &subtitle, &complete, const_cast<AVPacket*>(&packet));
  if (result >= 0 && complete != 0) {
    for (SubtitleEvent& event : converter.convert(subtitle, packet)) take(std::move(event));
    avsubtitle_free(&subtitle);
  }
  return result < 0 ? result : 0;
}

Result<std::unique_ptr<SubtitleDecoder>> SubtitleDecoder::open(
    std::shared_ptr<const StreamDescription> stream, int track_id, PacketQueue& packets, DecoderHost& host) {
  auto codec = open_codec(*stream, 1);
  if (!codec) return std::unexpected(codec.error());
  return std::unique_ptr<SubtitleDecoder>(
      new SubtitleDecoder(std::move(stream), track_id, std::move(*codec), packets, host));
}

SubtitleDecoder::SubtitleDecoder(std::shared_ptr<const StreamDescription> stream, int track_id,
                                 CodecContextPointer codec, PacketQueue& packets, DecoderHost& host)
    : stream_(std::move(stream)),
      codec_(std::move(codec)),
      packets_(packets),
      host_(host),
      converter_(*stream_, *codec_, track_id) {}

void SubtitleDecoder::run() {
  const auto begin = [this](const QueueItem& item) {
    if (!item.start.continues) avcodec_flush_buffers(codec_.get());
    generation_ = item.generation;
  };
  // Subtitle decoders hold nothing back: there is nothing to drain.
  decode_queue(packets_, host_, begin, [this](const AVPacket& packet) { decode(packet); }, [] {});
}

void SubtitleDecoder::decode(const AVPacket& packet) {
  const int error = decode_subtitle(*codec_, packet, converter_, [&](SubtitleEvent event) {
    event.generation = generation_;
    host_.deliver(std::move(event));
  });
  if (error < 0) host_.warn("A subtitle cannot be decoded and is skipped (" + error_text(error) + ")");
}

}  // namespace freshet::media
