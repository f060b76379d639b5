// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Sums of decoded sound as `ffmpeg -map 0:a:N -f framemd5` prints them: each decoded frame as 16-bit samples.
// One thread, the audio decoder's.
#pragma once

#include <memory>
#include <optional>

#include "player/media/ffmpeg_handles.h"
#include "player/media/sinks.h"

struct SwrContext;

namespace freshet::media {

class AudioDigester {
 public:
  AudioDigester(int stream_index, AVRational time_base)
      : stream_index_(stream_index), time_base_(time_base) {}
  // `packet`: the one that `frame` came out of, null for its second frame and at the end.
  [[nodiscard]] std::optional<AudioDigest> digest(const AVFrame& frame, const AVPacket* packet);
  // After a seek: times are not carried on from the frame before.
  void reset();

 private:
  struct Closer {
    void operator()(SwrContext* context) const noexcept;
  };
  int stream_index_;
  AVRational time_base_;
  std::int64_t rescale_state_ = no_timestamp;
  std::int64_t last_packet_pts_ = no_timestamp;
};

}  // namespace freshet::media
