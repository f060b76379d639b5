// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One track that is being decoded: its packet queue and its decoder's thread. Made and destroyed by the demux
// thread; flush() and levels from any.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "player/media/media_info.h"
#include "player/media/packet_queue.h"
#include "player/media/stream_description.h"

namespace freshet::media {

class PlayingStream {
 public:
  PlayingStream(TrackKind kind, int track_id, std::shared_ptr<const StreamDescription> stream,
                std::function<void()> on_popped)
      : kind_(kind), track_id_(track_id), stream_(std::move(stream)), packets_(std::move(on_popped)) {}
  // Joins: what the decoder may be waiting in (frame queue, sink) was woken before.
  ~PlayingStream() { packets_.stop(); }
  PlayingStream(const PlayingStream&) = delete;
  PlayingStream& operator=(const PlayingStream&) = delete;

  // `decoder` has a run() that ends when the packet queue is stopped.
  template <class Decoder>
  void start(std::unique_ptr<Decoder> decoder) {
    thread_ = std::jthread([decoder = std::move(decoder)] { decoder->run(); });
  }

  [[nodiscard]] TrackKind kind() const { return kind_; }
  [[nodiscard]] int track_id() const { return track_id_; }
  [[nodiscard]] const StreamDescription& stream() const { return *stream_; }
  [[nodiscard]] std::shared_ptr<const StreamDescription> shared_stream() const { return stream_; }
  [[nodiscard]] bool still() const { return stream_->picture != nullptr; }
  [[nodiscard]] PacketQueue& packets() { return packets_; }
  [[nodiscard]] const PacketQueue& packets() const { return packets_; }

 private:
  TrackKind kind_;
  int track_id_;
  std::shared_ptr<const StreamDescription> stream_;
  PacketQueue packets_;
  std::jthread thread_;  // last: joined before the queue goes
};

}  // namespace freshet::media
