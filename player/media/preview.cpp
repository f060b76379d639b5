// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/preview.h"

extern "C" {
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <utility>

#include "player/media/codec.h"
#include "player/media/demuxer.h"
#include "player/media/frame_description.h"
#include "player/media/pipeline.h"

namespace freshet::media {
namespace {

// Until a key frame comes; a film without any is not searched to its end.
constexpr std::int64_t search_bytes = std::int64_t{8} << 20;
constexpr Generation last_generation{std::numeric_limits<std::uint32_t>::max()};

struct ScalerCloser {
  void operator()(SwsContext* context) const noexcept { sws_freeContext(context); }
};

std::shared_ptr<const PreviewPicture> upright(PreviewPicture picture, int clockwise) {
  if (clockwise != 90 && clockwise != 180 && clockwise != 270)
    return std::make_shared<const PreviewPicture>(std::move(picture));
  const bool sideways = clockwise != 180;
  PreviewPicture turned{sideways ? picture.height : picture.width, sideways ? picture.width : picture.height,
                        std::vector<std::uint8_t>(picture.rgba.size())};
  for (int y = 0; y < turned.height; ++y) {
    for (int x = 0; x < turned.width; ++x) {
      const int from_x = clockwise == 90    ? y
                         : clockwise == 180 ? picture.width - 1 - x
                                            : picture.width - 1 - y;
      const int from_y = clockwise == 90    ? picture.height - 1 - x
                         : clockwise == 180 ? picture.height - 1 - y
                                            : x;
      const auto from = (static_cast<std::ptrdiff_t>(from_y) * picture.width + from_x) * 4;
      const auto to = (static_cast<std::ptrdiff_t>(y) * turned.width + x) * 4;
      std::copy_n(picture.rgba.begin() + from, 4, turned.rgba.begin() + to);
    }
  }
  return std::make_shared<const PreviewPicture>(std::move(turned));
}

std::shared_ptr<const PreviewPicture> small_picture(const AVFrame& frame, const StreamDescription& stream,
                                                    const Preview::Request& request) {
  const auto described = describe_frame(frame, stream);
  if (!described) return nullptr;
  ImageSize size = upright_size(*described);
  if (size.width <= 0 || size.height <= 0) return nullptr;
  const double shrink = std::min({1.0, static_cast<double>(request.most_width) / size.width,
                                  static_cast<double>(request.most_height) / size.height});
  PreviewPicture picture{std::max(1, static_cast<int>(std::lround(size.width * shrink))),
                         std::max(1, static_cast<int>(std::lround(size.height * shrink))),
                         {}};
  const bool sideways = described->rotation == 90 || described->rotation == 270;
  if (sideways) std::swap(picture.width, picture.height);
  const std::unique_ptr<SwsContext, ScalerCloser> scaler(
      sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), picture.width,
                     picture.height, AV_PIX_FMT_RGBA, SWS_AREA, nullptr, nullptr, nullptr));
  if (!scaler) return nullptr;
  const int* matrix = sws_getCoefficients(described->color.matrix);
  sws_setColorspaceDetails(scaler.get(), matrix, described->color.full_range ? 1 : 0, matrix, 1, 0, 1 << 16,
                           1 << 16);
  picture.rgba.resize(static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) * 4);
  std::uint8_t* const output[4] = {picture.rgba.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {picture.width * 4, 0, 0, 0};
  if (sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, output, strides) <= 0)
    return nullptr;
  for (std::size_t i = 3; i < picture.rgba.size(); i += 4) picture.rgba[i] = 255;
  return upright(std::move(picture), described->rotation);
}

}  // namespace

// The source, which may be told not to wait for what has not come.
class Preview::Reading final : public ByteSource {
 public:
  explicit Reading(std::shared_ptr<ByteSource> source) : source_(std::move(source)) {}
  void set(Fetch fetch) { fetch_ = fetch; }

  std::expected<std::size_t, ReadError> read(ByteOffset offset, std::span<std::byte> buffer,
                                             Generation generation) override {
    const auto whole = source_->size();
    if (fetch_ == Fetch::AtHand && whole && offset.value < whole->value) {
      const auto here = source_->available();
      const auto range =
          std::ranges::find_if(here, [&](const ByteRange& each) { return each.contains(offset); });
      if (range == here.end()) {
        return std::unexpected(
            Error{ErrorCategory::Network, "not-at-hand", "These bytes have not come yet", ""});
      }
      const auto left = static_cast<std::size_t>((range->end - offset).value);
      buffer = buffer.first(std::min(buffer.size(), left));
    }
    return source_->read(offset, buffer, generation);
  }
  void cancel_before(Generation generation) noexcept override { source_->cancel_before(generation); }
  std::optional<Bytes> size() const override { return source_->size(); }
  Seekable seekable() const override { return source_->seekable(); }
  std::vector<ByteRange> available() const override { return source_->available(); }
  void set_windows(std::span<const Window> windows) override { source_->set_windows(windows); }

 private:
  std::shared_ptr<ByteSource> source_;
  std::atomic<Fetch> fetch_{Fetch::AtHand};
};

// The second demuxer and decoder; the preview's thread.
class Preview::Decoding {
 public:
  Decoding(const std::shared_ptr<ByteSource>& source, std::string name, int stream, PacketUnlockers unlockers)
      : reader_(source, {}), name_(std::move(name)), stream_(stream), unlockers_(std::move(unlockers)) {}

  std::shared_ptr<const PreviewPicture> picture(const Request& request, Generation generation,
                                                const std::stop_token& stop) {
    reader_.begin(generation);
    if (!demuxer_ && !open(stop)) return nullptr;
    avcodec_flush_buffers(codec_.get());
    const auto sought = demuxer_->seek(stream_, request.at, Demuxer::Direction::Backward);
    if (!sought || !*sought) return nullptr;
    std::int64_t bytes = 0;
    while (bytes < search_bytes) {
      const auto packet = demuxer_->read();
      if (!packet || !*packet) return nullptr;
      bytes += (*packet)->size;
      if (((*packet)->flags & AV_PKT_FLAG_KEY) == 0) continue;
      if (auto found = decode(**packet, request)) return found;
    }
    return nullptr;
  }

 private:
  bool open(const std::stop_token& stop) {
    auto opened =
        Demuxer::open(reader_, name_, [stop] { return stop.stop_requested(); }, make_unlocker(unlockers_));
    if (!opened) return false;
    const auto stream = (*opened)->stream(stream_);
    if (!stream || stream->type != AVMEDIA_TYPE_VIDEO || stream->picture) return false;
    auto codec = open_codec(*stream, 1);
    if (!codec) return false;
    codec_ = std::move(*codec);
    codec_->skip_loop_filter = AVDISCARD_ALL;  // nobody sees it at this size
    description_ = stream;
    demuxer_ = std::move(*opened);
    demuxer_->enable({stream_});
    return true;
  }

  std::shared_ptr<const PreviewPicture> decode(const AVPacket& packet, const Request& request) {
    std::shared_ptr<const PreviewPicture> result;
    const auto take = [&](const AvFramePointer& frame) {
      result = small_picture(*frame, *description_, request);
      return result == nullptr;
    };
    decode_packet(*codec_, &packet, take);
    if (!result) decode_packet(*codec_, nullptr, take);
    avcodec_flush_buffers(codec_.get());
    return result;
  }

  AvioReader reader_;
  const std::string name_;
  const int stream_;
  const PacketUnlockers unlockers_;
  std::unique_ptr<Demuxer> demuxer_;
  std::shared_ptr<const StreamDescription> description_;
  CodecContextPointer codec_;
};

Preview::Preview(std::shared_ptr<ByteSource> source, std::string name, int stream, Done done,
                 PacketUnlockers unlockers)
    : name_(std::move(name)),
      stream_(stream),
      done_(std::move(done)),
      unlockers_(std::move(unlockers)),
      reading_(std::make_shared<Reading>(std::move(source))),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Preview::~Preview() {
  thread_.request_stop();
  reading_->cancel_before(last_generation);
}

void Preview::request(const Request& request) {
  {
    const std::lock_guard lock(mutex_);
    pending_ = request;
    generation_ = next(generation_);
    reading_->set(request.fetch);
    reading_->cancel_before(generation_);
  }
  changed_.notify_one();
}

void Preview::cancel() {
  const std::lock_guard lock(mutex_);
  pending_.reset();
  generation_ = next(generation_);
  reading_->cancel_before(generation_);
}

void Preview::run(const std::stop_token& stop) {
  Decoding decoding(reading_, name_, stream_, unlockers_);
  for (;;) {
    Request request;
    Generation generation{};
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return pending_.has_value(); })) return;
      request = *std::exchange(pending_, std::nullopt);
      generation = generation_;
    }
    auto picture = decoding.picture(request, generation, stop);
    const std::lock_guard lock(mutex_);
    if (stop.stop_requested()) return;
    if (picture && generation == generation_) done_(request.at, std::move(picture));
  }
}

}  // namespace freshet::media
