// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// FFmpeg's MP4 muxer, set up for fragments, over a function that takes the bytes. One thread. Inside media/
// only.
#pragma once

#include <optional>

#include "player/media/ffmpeg_handles.h"
#include "player/media/remux.h"

namespace freshet::media {

class Mp4Muxer {
 public:
  // `write` outlives it.
  explicit Mp4Muxer(const WriteBytes& write);
  ~Mp4Muxer();
  Mp4Muxer(const Mp4Muxer&) = delete;
  Mp4Muxer& operator=(const Mp4Muxer&) = delete;

  // nullptr: out of memory. Before begin().
  [[nodiscard]] AVStream* add_stream();
  // What the muxer has no place for is refused. Errors: Media "unsupported-codec", "remux-failed".
  [[nodiscard]] Result<void> begin(bool has_video);
  // Its times are of `time_base`; its stream_index is that of ours.
  [[nodiscard]] Result<void> add(AVPacket& packet, AVRational time_base);
  [[nodiscard]] Result<void> finish();

 private:
  static int write_callback(void* self, std::uint8_t* bytes, int size);
  [[nodiscard]] std::unexpected<Error> failed(int result) const;

  const WriteBytes& write_;
  AVFormatContext* context_ = nullptr;
  std::optional<Error> failure_;  // of write_
};

}  // namespace freshet::media
