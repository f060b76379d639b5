// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/key_trial.h"

#include <cstdlib>

#include "player/media/codec.h"

namespace freshet::media {
namespace {

// A key frame may be broken. Two in a row, where every byte is as it was published, are not.
constexpr int refuted_by = 2;

}  // namespace

KeyTrial::Verdict KeyTrial::judge(const AVPacket& packet) {
  if ((packet.flags & AV_PKT_FLAG_KEY) == 0) return is_skipping_ ? Verdict::Skip : Verdict::Show;
  // Films of key frames alone would be decoded twice.
  const AVRational base = stream_->time_base;
  const std::int64_t second = base.num > 0 ? base.den / base.num : 1;
  if (passed_ && packet.pts != no_timestamp && std::abs(packet.pts - *passed_) < second) {
    is_skipping_ = false;
    return Verdict::Show;
  }
  is_skipping_ = !makes_sense(packet);
  if (is_skipping_) {
    passed_.reset();
    return ++failed_ >= refuted_by ? Verdict::Refuted : Verdict::Skip;
  }
  failed_ = 0;
  if (packet.pts != no_timestamp) passed_ = packet.pts;
  return Verdict::Show;
}

bool KeyTrial::makes_sense(const AVPacket& key_frame) const {
  auto codec = open_codec(*stream_, 1);
  if (!codec) return true;  // the player's own decoder says why
  (*codec)->err_recognition |= AV_EF_EXPLODE;
  bool is_whole = false;
  const auto take = [&](const AvFramePointer& frame) {
    is_whole = frame->decode_error_flags == 0 && (frame->flags & AV_FRAME_FLAG_CORRUPT) == 0;
    return true;
  };
  const int error = decode_packet(**codec, &key_frame, take);
  decode_packet(**codec, nullptr, take);
  return error >= 0 && is_whole;
}

}  // namespace freshet::media
