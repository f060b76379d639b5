// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/subtitle_preroll.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "player/media/codec.h"
#include "player/media/subtitle_decoder.h"

namespace freshet::media {
namespace {

// Lines of dialogue last up to about this long; where no index names the last one, it is looked for in this
// stretch.
constexpr MediaTime usual_line = std::chrono::seconds(5);
// Where the container's index names the last line, it may have begun this long ago: songs and signs stand
// longer. What began earlier still is taken to be over.
constexpr MediaTime longest_line = std::chrono::seconds(30);
// Of packets read on the way: five seconds of 25 Mbit/s. More would take too much from the pictures to come.
constexpr std::int64_t bytes_limit = std::int64_t{16} << 20;

}  // namespace

SubtitlePreroll::SubtitlePreroll(std::shared_ptr<ByteSource> source, std::string name,
                                 PacketUnlockers unlockers, DecoderHost& host)
    : host_(host),
      name_(std::move(name)),
      unlockers_(std::move(unlockers)),
      reader_(std::move(source), nullptr),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

SubtitlePreroll::~SubtitlePreroll() {
  interrupted_.request_stop();
}

void SubtitlePreroll::request(const Request& request) {
  const std::lock_guard lock(mutex_);
  pending_ = request;
  changed_.notify_one();
}

void SubtitlePreroll::run(const std::stop_token& stop) {
  for (;;) {
    Request request;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return pending_.has_value(); })) return;
      request = *std::exchange(pending_, std::nullopt);
    }
    if (host_.current(request.generation)) look_back(request);
  }
}

bool SubtitlePreroll::open_decoder(const Request& request) {
  if (decoder_.stream != request.subtitle_stream) {
    decoder_ = {};
    const auto description = demuxer_->stream(request.subtitle_stream);
    if (!description || description->type != AVMEDIA_TYPE_SUBTITLE) return false;
    auto codec = open_codec(*description, 1);
    if (!codec) return false;  // the player's own decoder has said so
    decoder_ = {.stream = request.subtitle_stream, .description = description, .codec = std::move(*codec)};
    decoder_.converter =
        std::make_unique<SubtitleConverter>(*decoder_.description, *decoder_.codec, request.track_id);
  }
  avcodec_flush_buffers(decoder_.codec.get());
  return true;
}

bool SubtitlePreroll::go_back(const Request& request) {
  const auto seek = [&](MediaTime to) {
    const auto sought =
        demuxer_->seek(request.leading_stream, std::max(to, MediaTime{0}), Demuxer::Direction::Backward);
    return sought && *sought;
  };
  MediaTime from = request.until - usual_line;
  if (!seek(from)) return false;
  // Matroska reads its cues at the first seek: so they are asked only now.
  if (demuxer_->indexed(request.subtitle_stream)) {
    const auto last = demuxer_->last_indexed(request.subtitle_stream, request.until);
    if (!last || *last < request.until - longest_line) return false;
    if (*last < from) return seek(*last);
  }
  return true;
}

void SubtitlePreroll::look_back(const Request& request) {
  reader_.begin(request.generation);
  if (!demuxer_) {
    auto opened = Demuxer::open(
        reader_, name_, [stop = interrupted_.get_token()] { return stop.stop_requested(); },
        make_unlocker(unlockers_));
    if (!opened) return;
    demuxer_ = std::move(*opened);
  }
  if (!open_decoder(request)) return;
  demuxer_->enable({request.subtitle_stream, request.leading_stream});
  if (!go_back(request)) return;
  std::int64_t bytes = 0;
  while (bytes < bytes_limit && host_.current(request.generation)) {
    const auto packet = demuxer_->read();
    if (!packet || !*packet) return;
    bytes += (*packet)->size;
    const Demuxer::PacketTimes times = demuxer_->times(**packet);
    const bool before = !times.begin || *times.begin < request.until;
    if ((*packet)->stream_index == request.leading_stream) {
      if (!before) return;
    } else if (before) {
      decode(**packet, request.generation);
    }
  }
}

void SubtitlePreroll::decode(const AVPacket& packet, Generation generation) {
  // What cannot be decoded was warned of when it was played.
  decode_subtitle(*decoder_.codec, packet, *decoder_.converter, [&](SubtitleEvent event) {
    event.generation = generation;
    host_.deliver(std::move(event));
  });
}

}  // namespace freshet::media
