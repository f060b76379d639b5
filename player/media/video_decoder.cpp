// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/video_decoder.h"

#include <chrono>
#include <utility>

#include "player/media/codec.h"
#include "player/media/decoder_loop.h"
#include "player/media/frame_description.h"
#include "player/media/frame_digest.h"

namespace freshet::media {
namespace {

// Frames that nothing refers to are not decoded when they are this far before the wanted one: what is nearer
// may be reordered across it.
constexpr MediaTime skip_margin = std::chrono::seconds(1);
// Late by more: leave out unreferenced frames. Late by much more: go on at the next key frame.
constexpr MediaTime skip_when_late = std::chrono::milliseconds(10);
constexpr MediaTime jump_when_late = std::chrono::seconds(2);
// What a frame lasts when nothing says so.
constexpr MediaTime assumed_duration = std::chrono::milliseconds(40);

bool skips_safely(AVCodecID codec) {
  return codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_HEVC || codec == AV_CODEC_ID_MPEG2VIDEO;
}

}  // namespace

Result<std::unique_ptr<VideoDecoder>> VideoDecoder::open(std::shared_ptr<const StreamDescription> stream,
                                                         const PipelineOptions& options, PacketQueue& packets,
                                                         FrameQueue& frames, DecoderHost& host) {
  auto codec = open_codec(*stream, options.decoder_threads);
  if (!codec) return std::unexpected(codec.error());
  return std::unique_ptr<VideoDecoder>(
      new VideoDecoder(std::move(stream), options, std::move(*codec), packets, frames, host));
}

VideoDecoder::VideoDecoder(std::shared_ptr<const StreamDescription> stream, const PipelineOptions& options,
                           CodecContextPointer codec, PacketQueue& packets, FrameQueue& frames,
                           DecoderHost& host)
    : stream_(std::move(stream)),
      codec_(std::move(codec)),
      packets_(packets),
      frames_(frames),
      host_(host),
      converter_(options.frame_formats),
      digests_(options.digests),
      may_skip_(skips_safely(codec_->codec_id)) {
  if (stream_->is_unlocked) trial_.emplace(stream_);
}

void VideoDecoder::run() {
  decode_queue(
      packets_, host_, [this](const QueueItem& item) { begin(item); },
      [this](const AVPacket& packet) { decode(packet); }, [this] { drain(); });
}

void VideoDecoder::begin(const QueueItem& item) {
  generation_ = item.generation;
  limit_ = item.start.limit;
  held_.reset();
  if (item.start.continues) return;
  avcodec_flush_buffers(codec_.get());
  codec_->skip_frame = AVDISCARD_DEFAULT;
  last_pts_.reset();
  last_duration_ = MediaTime{0};
  until_keyframe_ = false;
  if (trial_) trial_->restart();
}

void VideoDecoder::choose_skipping(const AVPacket& packet) {
  const bool is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  codec_->skip_frame = AVDISCARD_DEFAULT;
  if (limit_) {
    until_keyframe_ = false;
    const auto pts = to_media_time(packet.pts, stream_->time_base);
    if (may_skip_ && pts && *pts - stream_->start_time < *limit_ - skip_margin) {
      codec_->skip_frame = AVDISCARD_NONREF;
    }
    return;
  }
  if (digests_) return;  // every frame counts
  const MediaTime late = host_.late();
  if (late > jump_when_late && !is_key) until_keyframe_ = true;
  if (until_keyframe_ && is_key) {
    until_keyframe_ = false;
    avcodec_flush_buffers(codec_.get());  // what it still held is late as well
  }
  if (may_skip_ && late > skip_when_late) codec_->skip_frame = AVDISCARD_NONREF;
}

void VideoDecoder::decode(const AVPacket& packet) {
  choose_skipping(packet);
  if (until_keyframe_) return;
  if (trial_) {
    const auto verdict = trial_->judge(packet);
    if (verdict == KeyTrial::Verdict::Refuted) host_.key_refuted();
    if (verdict != KeyTrial::Verdict::Show) return;
  }
  const int error =
      decode_packet(*codec_, &packet, [&](AvFramePointer frame) { return take(std::move(frame)); });
  if (error < 0) {
    host_.warn(
        "A picture near " +
        std::to_string(to_seconds(to_media_time(packet.pts, stream_->time_base).value_or(MediaTime{0}) -
                                  stream_->start_time)) +
        " s cannot be decoded and is skipped (" + error_text(error) + ")");
  }
}

void VideoDecoder::drain() {
  decode_packet(*codec_, nullptr, [&](AvFramePointer frame) { return take(std::move(frame)); });
  avcodec_flush_buffers(codec_.get());
  if (held_) {
    // The target lies behind the last frame: that one is it.
    Held held = std::move(*held_);
    held_.reset();
    limit_.reset();
    if (!emit(std::move(held.frame), held.pts, held.duration)) return;
  }
  host_.finished(TrackKind::Video, generation_);
}

bool VideoDecoder::ends_after(MediaTime pts, MediaTime duration, MediaTime limit) const {
  // Only where all frames last equally long is a frame's duration worth more than the next one's pts.
  return stream_->constant_rate && duration > MediaTime{0} && pts + duration > limit;
}

bool VideoDecoder::take(AvFramePointer frame) {
  if (!host_.current(generation_)) return false;
  MediaTime duration = to_media_time(frame->pkt_duration, stream_->time_base).value_or(MediaTime{0});
  if (duration <= MediaTime{0} && stream_->frame_rate.num > 0 && stream_->frame_rate.den > 0) {
    duration = from_seconds(1.0 / av_q2d(stream_->frame_rate));
  }
  MediaTime pts{0};
  if (const auto time = to_media_time(frame->best_effort_timestamp, stream_->time_base)) {
    pts = *time - stream_->start_time;
  } else if (last_pts_) {
    pts = *last_pts_ + (last_duration_ > MediaTime{0} ? last_duration_ : assumed_duration);
  }
  // Presentation order is a promise; a broken file gets its frames one nanosecond apart rather than swapped.
  if (last_pts_ && pts <= *last_pts_) pts = *last_pts_ + MediaTime{1};
  last_pts_ = pts;
  last_duration_ = duration;

  if (limit_ && !stream_->picture) {
    if (pts <= *limit_ && !ends_after(pts, duration, *limit_)) {
      held_ = Held{std::move(frame), pts, duration};
      return true;
    }
    const bool is_past = pts > *limit_;
    limit_.reset();
    if (is_past && held_) {
      Held held = std::move(*held_);
      held_.reset();
      if (!emit(std::move(held.frame), held.pts, held.duration)) return false;
    }
    held_.reset();
  }
  return emit(std::move(frame), pts, duration);
}

bool VideoDecoder::emit(AvFramePointer frame, MediaTime pts, MediaTime duration) {
  std::optional<FrameDigest> digest;
  if (digests_) {
    digest = digest_picture(*frame);
    if (digest) digest->time_base = {stream_->time_base.num, stream_->time_base.den};
    // A stream that leaves a time stamp out gets the one it is shown at.
    if (digest && digest->pts == no_timestamp) {
      digest->pts = av_rescale_q((pts + stream_->start_time).count(), nanoseconds_base, stream_->time_base);
    }
  }
  const AvFramePointer shown = converter_.convert(std::move(frame));
  auto description = shown ? describe_frame(*shown, *stream_) : nullptr;
  if (!description) {
    host_.warn("A picture's format cannot be shown");
    return true;
  }
  description->generation = generation_;
  description->pts = pts;
  description->duration = duration;
  description->digest = digest;
  description->still = stream_->picture != nullptr;
  if (!produced_) {
    produced_ = true;
    host_.produced(TrackKind::Video, packets_.fed_at());
  }
  if (!frames_.push(std::move(description))) return false;
  host_.frame_queued();
  return true;
}

}  // namespace freshet::media
