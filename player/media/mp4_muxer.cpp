// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/mp4_muxer.h"

#include <new>

namespace freshet::media {
namespace {

constexpr int buffer_size = 1 << 20;

// A little below two seconds, so that key frames every two seconds each begin a fragment.
constexpr std::int64_t shortest_fragment = 1'900'000;
constexpr std::int64_t longest_fragment_of_sound = 2'000'000;

}  // namespace

Mp4Muxer::Mp4Muxer(const WriteBytes& write) : write_(write) {
  if (avformat_alloc_output_context2(&context_, nullptr, "mp4", nullptr) < 0) throw std::bad_alloc();
  auto* const buffer = static_cast<std::uint8_t*>(av_malloc(buffer_size));
  context_->pb = buffer == nullptr ? nullptr
                                   : avio_alloc_context(buffer, buffer_size, 1, this, nullptr,
                                                        &Mp4Muxer::write_callback, nullptr);
  if (context_->pb == nullptr) {
    av_free(buffer);
    avformat_free_context(context_);
    throw std::bad_alloc();
  }
  context_->flags |= AVFMT_FLAG_CUSTOM_IO;
  // Lossless sound of discs has a place in MP4, but FFmpeg calls it experimental.
  context_->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
}

Mp4Muxer::~Mp4Muxer() {
  av_freep(static_cast<void*>(&context_->pb->buffer));
  avio_context_free(&context_->pb);
  avformat_free_context(context_);
}

int Mp4Muxer::write_callback(void* self, std::uint8_t* bytes, int size) {
  auto& muxer = *static_cast<Mp4Muxer*>(self);
  if (muxer.failure_) return AVERROR(EIO);
  const auto written = muxer.write_(std::as_bytes(std::span(bytes, static_cast<std::size_t>(size))));
  if (written) return size;
  muxer.failure_ = written.error();
  return AVERROR(EIO);
}

std::unexpected<Error> Mp4Muxer::failed(int result) const {
  if (failure_) return std::unexpected(*failure_);
  return fail(ErrorCategory::Media, "remux-failed",
              "The film cannot be written as MP4 (" + error_text(result) + ")",
              "Make the file anew: ffmpeg -i IN -c copy OUT.mkv");
}

AVStream* Mp4Muxer::add_stream() {
  return avformat_new_stream(context_, nullptr);
}

Result<void> Mp4Muxer::begin(bool has_video) {
  for (unsigned i = 0; i < context_->nb_streams; ++i) {
    const AVCodecParameters& codec = *context_->streams[i]->codecpar;
    if (avformat_query_codec(context_->oformat, codec.codec_id, FF_COMPLIANCE_EXPERIMENTAL) == 1) continue;
    const std::string name = avcodec_get_name(codec.codec_id);
    return fail(
        ErrorCategory::Media, "unsupported-codec", "MP4 has no place for " + name,
        codec.codec_type == AVMEDIA_TYPE_AUDIO
            ? "Encode the sound first, for example: ffmpeg -i IN -c:v copy -c:a aac OUT.mkv"
            : "Encode it as H.264, HEVC, AV1 or VP9 first, for example: ffmpeg -i IN -c:v libx264 -c:a copy "
              "OUT.mkv");
  }
  AVDictionary* options = nullptr;
  // The header waits for the first fragment: some codecs' headers are made from their packets, and only then
  // is it known where each track begins.
  av_dict_set(&options, "movflags",
              has_video ? "frag_keyframe+delay_moov+default_base_moof+skip_trailer"
                        : "delay_moov+default_base_moof+skip_trailer",
              0);
  if (has_video) {
    av_dict_set_int(&options, "min_frag_duration", shortest_fragment, 0);
  } else {
    av_dict_set_int(&options, "frag_duration", longest_fragment_of_sound, 0);
  }
  const int result = avformat_write_header(context_, &options);
  av_dict_free(&options);
  if (result < 0 || failure_) return failed(result);
  // FFmpeg 5.1 takes this away from fragments, as a header that is written at once cannot know what the
  // filters find (AAC in transport streams says in its packets what MP4 has in the header). Ours waits for
  // them.
  context_->flags |= AVFMT_FLAG_AUTO_BSF;
  return {};
}

Result<void> Mp4Muxer::add(AVPacket& packet, AVRational time_base) {
  av_packet_rescale_ts(&packet, time_base, context_->streams[packet.stream_index]->time_base);
  packet.pos = -1;
  const int result = av_interleaved_write_frame(context_, &packet);
  if (result < 0 || failure_) return failed(result);
  return {};
}

Result<void> Mp4Muxer::finish() {
  const int result = av_write_trailer(context_);
  avio_flush(context_->pb);
  if (result < 0 || failure_) return failed(result);
  return {};
}

}  // namespace freshet::media
