// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Finds the subtitles that began before the place a seek lands on and are still to be seen there.
//
// Containers interleave a line with the pictures of its first moment, so a demuxer that starts at a key frame
// never meets a line that began before it. mpv starts its demuxer some seconds earlier then, and the picture
// waits for bytes that hold pictures nobody will see. Here a second demuxer looks back on a thread of its
// own while the first one goes on: the picture never waits, least of all for a swarm, and the line appears
// when its bytes are there. What it may read is bounded.
//
// Threads: request() from the demux thread, never blocks; the newest request wins. The destructor joins: the
// source's owner has cancelled the reads before.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "player/media/avio_reader.h"
#include "player/media/decoder_host.h"
#include "player/media/demuxer.h"
#include "player/media/subtitle_converter.h"
#include "streaming/base/byte_source.h"

namespace freshet::media {

class SubtitlePreroll {
 public:
  // `host` outlives it; gets the events by deliver().
  SubtitlePreroll(std::shared_ptr<ByteSource> source, std::string name, PacketUnlockers unlockers,
                  DecoderHost& host);
  ~SubtitlePreroll();
  SubtitlePreroll(const SubtitlePreroll&) = delete;
  SubtitlePreroll& operator=(const SubtitlePreroll&) = delete;

  struct Request {
    Generation generation{};
    int track_id = 0;
    int subtitle_stream = -1;
    int leading_stream = -1;  // the seek is told by its packets
    MediaTime until{0};       // what begins here or later comes from the demuxer itself
  };
  void request(const Request& request);

 private:
  // One subtitle stream's decoder: apart from the player's, because bitmap decoders keep state from packet to
  // packet and would mix the past up with the present.
  struct Decoder {
    int stream = -1;
    std::shared_ptr<const StreamDescription> description{};
    CodecContextPointer codec{};
    std::unique_ptr<SubtitleConverter> converter{};
  };

  void run(const std::stop_token& stop);
  void look_back(const Request& request);
  [[nodiscard]] bool open_decoder(const Request& request);
  // Goes to where the oldest line lies that may still be seen. False: there is none, or it cannot be reached.
  [[nodiscard]] bool go_back(const Request& request);
  void decode(const AVPacket& packet, Generation generation);

  DecoderHost& host_;
  const std::string name_;
  const PacketUnlockers unlockers_;
  AvioReader reader_;
  std::unique_ptr<Demuxer> demuxer_;
  Decoder decoder_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<Request> pending_;
  std::stop_source interrupted_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace freshet::media
