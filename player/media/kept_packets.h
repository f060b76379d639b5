// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The packets of one track from a little before the position that is played up to where the demuxer reads,
// kept whether the track is decoded or not: who switches to it gets sound (or text) at once, without a seek,
// and the picture is not touched. Packets share their data with those in the queues. Guarded by the
// pipeline's mutex.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "player/media/demuxer.h"
#include "player/media/ffmpeg_handles.h"
#include "player/media/stream_description.h"

namespace freshet::media {

class KeptPackets {
 public:
  KeptPackets(std::shared_ptr<const StreamDescription> stream, MediaTime history, std::int64_t bytes_limit)
      : stream_(std::move(stream)), history_(history), bytes_limit_(bytes_limit) {}

  [[nodiscard]] const std::shared_ptr<const StreamDescription>& stream() const { return stream_; }

  // The oldest go when there are too many bytes.
  void add(const AVPacket& packet, const Demuxer::PacketTimes& times);
  // Everything before is played: what lies farther back than the history is not needed any more.
  void played(MediaTime until);
  void clear();  // a seek

  struct Kept {
    PacketPointer packet;
    Demuxer::PacketTimes times;
  };
  // What must be decoded to play from `position` on: new references, from `preroll` before it. nullopt: some
  // of it was let go.
  [[nodiscard]] std::optional<std::vector<Kept>> from(MediaTime position, MediaTime preroll) const;

 private:
  void drop_oldest();

  std::shared_ptr<const StreamDescription> stream_;
  MediaTime history_;
  std::int64_t bytes_limit_;
  std::deque<Kept> kept_;
  std::int64_t bytes_ = 0;
  std::optional<MediaTime> missing_until_;  // packets that end here or earlier were let go
};

}  // namespace freshet::media
