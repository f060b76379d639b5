// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Plays the pictures of one VobSub language: reads each from the .sub shortly before it is due, decodes it
// and hands it to the pipeline. A .sub has some ten megabytes and its pictures, decoded, a hundred times
// that: so it is never read whole. It has a thread of its own; the public functions are for any thread and
// never block. The destructor cancels the read and joins.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "player/media/decoder_host.h"
#include "player/media/stream_description.h"
#include "player/media/subtitle_converter.h"
#include "player/media/vobsub_index.h"
#include "streaming/base/byte_source.h"

namespace freshet::media {

// One language of a pair. Immutable.
struct VobSubTrack {
  std::shared_ptr<ByteSource> pictures;  // the .sub
  std::shared_ptr<const StreamDescription> description;
  VobSubLanguage language;
};

class VobSubReader {
 public:
  // `host` outlives it; gets the events by deliver().
  explicit VobSubReader(DecoderHost& host);
  ~VobSubReader();
  VobSubReader(const VobSubReader&) = delete;
  VobSubReader& operator=(const VobSubReader&) = delete;

  struct Request {
    Generation generation{};
    int track_id = 0;
    std::shared_ptr<const VobSubTrack> track;  // null: nothing is shown any more
    MediaTime from{0};                         // the picture that is seen here comes first
  };
  // Replaces what was asked for before.
  void play(Request request);
  // The film is buffered up to here: what is shown until then is wanted.
  void advance(MediaTime until);

 private:
  struct Decoder {
    std::shared_ptr<const VobSubTrack> track{};
    CodecContextPointer codec{};
    std::unique_ptr<SubtitleConverter> converter{};
  };

  void run(const std::stop_token& stop);
  [[nodiscard]] bool open_decoder(const Request& request);
  // False: nothing more can be read.
  [[nodiscard]] bool show(const Request& request, const VobSubPicture& picture, Generation reading);

  DecoderHost& host_;
  Decoder decoder_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<Request> pending_;
  std::shared_ptr<ByteSource> source_;  // of the newest request, for the cancel
  MediaTime until_{0};
  Generation reading_{1};  // the source's: one a request
  std::jthread thread_;    // last: it uses all of the above
};

}  // namespace freshet::media
