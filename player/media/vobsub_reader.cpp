// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/vobsub_reader.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "player/media/codec.h"
#include "player/media/subtitle_decoder.h"
#include "player/media/vobsub_packet.h"

namespace freshet::media {
namespace {

// Beyond what is buffered: a picture is there when its frame is.
constexpr MediaTime lead = std::chrono::seconds(1);

}  // namespace

VobSubReader::VobSubReader(DecoderHost& host)
    : host_(host), thread_([this](const std::stop_token& stop) { run(stop); }) {}

VobSubReader::~VobSubReader() {
  thread_.request_stop();
  play({});
}

void VobSubReader::play(Request request) {
  const std::lock_guard lock(mutex_);
  reading_ = next(reading_);
  if (source_) source_->cancel_before(reading_);
  source_ = request.track ? request.track->pictures : nullptr;
  until_ = std::max(MediaTime{0}, request.from);
  pending_ = std::move(request);
  changed_.notify_one();
}

void VobSubReader::advance(MediaTime until) {
  const std::lock_guard lock(mutex_);
  if (until <= until_) return;
  until_ = until;
  changed_.notify_one();
}

void VobSubReader::run(const std::stop_token& stop) {
  Request playing;
  Generation reading{};
  std::size_t place = 0;  // of the next picture
  for (;;) {
    std::optional<Request> request;
    {
      std::unique_lock lock(mutex_);
      const auto is_due = [&] {
        return playing.track && place < playing.track->language.pictures.size() &&
               playing.track->language.pictures[place].start <= until_ + lead;
      };
      if (!changed_.wait(lock, stop, [&] { return pending_.has_value() || is_due(); })) return;
      request = std::exchange(pending_, std::nullopt);
      if (request) reading = reading_;
    }
    if (request) {
      playing = std::move(*request);
      if (!playing.track || !open_decoder(playing)) {
        playing.track = nullptr;
        continue;
      }
      const auto& pictures = playing.track->language.pictures;
      const auto after = std::ranges::upper_bound(pictures, playing.from, {}, &VobSubPicture::start);
      place = static_cast<std::size_t>(std::max(after - pictures.begin(), std::ptrdiff_t{1}) - 1);
    } else if (!show(playing, playing.track->language.pictures[place++], reading)) {
      playing.track = nullptr;
    }
  }
}

bool VobSubReader::open_decoder(const Request& request) {
  if (decoder_.track != request.track) {
    decoder_ = {};
    auto codec = open_codec(*request.track->description, 1);
    if (!codec) {
      host_.warn(codec.error().message);
      return false;
    }
    decoder_ = {.track = request.track, .codec = std::move(*codec)};
    decoder_.converter =
        std::make_unique<SubtitleConverter>(*request.track->description, *decoder_.codec, request.track_id);
  }
  avcodec_flush_buffers(decoder_.codec.get());
  return true;
}

bool VobSubReader::show(const Request& request, const VobSubPicture& picture, Generation reading) {
  const VobSubTrack& track = *request.track;
  const auto unit = read_vobsub_packet(*track.pictures, picture.at, track.language.stream, reading);
  if (!unit) {
    const auto* error = std::get_if<Error>(&unit.error());
    if (error == nullptr) return false;  // cancelled
    host_.warn(error->message);
    return error->code == "bad-subtitle-picture";  // the next one may be whole
  }
  const PacketPointer packet(av_packet_alloc());
  if (!packet || av_new_packet(packet.get(), static_cast<int>(unit->size())) < 0) return false;
  std::memcpy(packet->data, unit->data(), unit->size());
  packet->pts = to_timestamp(picture.start, track.description->time_base);
  const int result = decode_subtitle(*decoder_.codec, *packet, *decoder_.converter, [&](SubtitleEvent event) {
    event.generation = request.generation;
    host_.deliver(std::move(event));
  });
  if (result < 0)
    host_.warn("A subtitle picture cannot be decoded and is skipped (" + error_text(result) + ")");
  return true;
}

}  // namespace freshet::media
