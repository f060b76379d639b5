// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Small pictures of places that do not play: what a viewer sees while looking for a place on the seek bar. A
// second demuxer and decoder read the key frame at or before the time and nothing else, on a thread of their
// own; the source is one that never hurries, so that playback is not delayed.
//
// Threads: request() and cancel() never block, the newest request wins; `done` is called on the preview's
// thread, and not after the destructor.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "player/media/packet_unlocker.h"
#include "streaming/base/byte_source.h"

namespace freshet::media {

// Upright, with square pixels.
struct PreviewPicture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgba;  // width*height*4, opaque
};

class Preview {
 public:
  using Done = std::function<void(MediaTime requested, std::shared_ptr<const PreviewPicture> picture)>;
  // `source` belongs to it alone. `stream`: FFmpeg's index of the picture track.
  Preview(std::shared_ptr<ByteSource> source, std::string name, int stream, Done done,
          PacketUnlockers unlockers = {});
  ~Preview();
  Preview(const Preview&) = delete;
  Preview& operator=(const Preview&) = delete;

  // What may be read for it: AtHand only what has come already, so that looking costs no byte.
  enum class Fetch : std::uint8_t { AtHand, Yes };
  struct Request {
    MediaTime at{0};
    int most_width = 320, most_height = 180;
    Fetch fetch = Fetch::AtHand;
  };
  // Calls `done` once for each request that is not overtaken and whose picture can be had.
  void request(const Request& request);
  void cancel();

 private:
  class Reading;
  class Decoding;

  void run(const std::stop_token& stop);

  const std::string name_;
  const int stream_;
  const Done done_;
  const PacketUnlockers unlockers_;
  std::shared_ptr<Reading> reading_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<Request> pending_;
  Generation generation_{1};
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace freshet::media
