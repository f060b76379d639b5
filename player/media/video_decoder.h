// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Decodes one video stream: packets in, described frames out, from the first one wanted after a seek. run()
// is the body of its thread and returns when its packet queue is stopped.
#pragma once

#include <memory>
#include <optional>

#include "player/media/decoder_host.h"
#include "player/media/ffmpeg_handles.h"
#include "player/media/frame_converter.h"
#include "player/media/frame_queue.h"
#include "player/media/key_trial.h"
#include "player/media/packet_queue.h"
#include "player/media/pipeline.h"
#include "player/media/stream_description.h"
#include "streaming/base/error.h"

namespace freshet::media {

class VideoDecoder {
 public:
  // The queues and the host outlive the decoder. Errors: Media "unsupported-codec".
  [[nodiscard]] static Result<std::unique_ptr<VideoDecoder>> open(
      std::shared_ptr<const StreamDescription> stream, const PipelineOptions& options, PacketQueue& packets,
      FrameQueue& frames, DecoderHost& host);
  void run();

 private:
  VideoDecoder(std::shared_ptr<const StreamDescription> stream, const PipelineOptions& options,
               CodecContextPointer codec, PacketQueue& packets, FrameQueue& frames, DecoderHost& host);

  void begin(const QueueItem& item);
  void decode(const AVPacket& packet);
  void drain();
  [[nodiscard]] bool take(AvFramePointer frame);  // false: its generation is stale
  [[nodiscard]] bool emit(AvFramePointer frame, MediaTime pts, MediaTime duration);
  void choose_skipping(const AVPacket& packet);
  [[nodiscard]] bool ends_after(MediaTime pts, MediaTime duration, MediaTime limit) const;

  std::shared_ptr<const StreamDescription> stream_;
  CodecContextPointer codec_;
  PacketQueue& packets_;
  FrameQueue& frames_;
  DecoderHost& host_;
  FrameConverter converter_;
  bool digests_;
  bool may_skip_;  // the codec's frames that nothing refers to can be left out safely

  Generation generation_{};
  std::optional<MediaTime> limit_;  // still looking for the first picture
  struct Held {
    AvFramePointer frame;
    MediaTime pts{0};
    MediaTime duration{0};
  };
  std::optional<Held> held_;  // the best candidate so far
  std::optional<MediaTime> last_pts_;
  MediaTime last_duration_{0};
  bool until_keyframe_ = false;
  std::optional<KeyTrial> trial_;  // of a stream that was unlocked
  bool produced_ = false;
};

}  // namespace freshet::media
