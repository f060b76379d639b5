// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
// A media file from anywhere: opened, described, read to its end, and entered in the middle.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "player/media/demuxer.h"
#include "player/media/pipeline.h"
#include "player/media/positioning.h"

namespace {

using namespace freshet;

class InputBytes final : public ByteSource {
 public:
  InputBytes(const std::uint8_t* data, std::size_t size) : data_(data, data + size) {}
  std::expected<std::size_t, ReadError> read(ByteOffset offset, std::span<std::byte> buffer,
                                             Generation /*generation*/) override {
    if (offset.value < 0 || static_cast<std::size_t>(offset.value) >= data_.size()) return 0;
    const auto at = static_cast<std::size_t>(offset.value);
    const std::size_t count = std::min(buffer.size(), data_.size() - at);
    std::memcpy(buffer.data(), data_.data() + at, count);
    return count;
  }
  void cancel_before(Generation /*generation*/) noexcept override {}
  std::optional<Bytes> size() const override { return Bytes{static_cast<std::int64_t>(data_.size())}; }
  Seekable seekable() const override { return Seekable::Yes; }
  // By the last byte, so that both ways of opening an MP4 are tried.
  std::vector<ByteRange> available() const override {
    if (data_.empty() || data_.back() % 2 == 0) return {};
    return {{ByteOffset{0}, ByteOffset{static_cast<std::int64_t>(data_.size())}}};
  }
  void set_windows(std::span<const Window> /*windows*/) override {}

 private:
  std::vector<std::uint8_t> data_;
};

constexpr int packets_limit = 2000;  // a small input may describe a long file

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  media::set_library_messages(media::LibraryMessages::Silent);
  media::AvioReader reader(std::make_shared<InputBytes>(data, size), {});
  reader.begin(Generation{1});
  auto opened = media::Demuxer::open(reader, "clip", [] { return false; });
  if (!opened) return 0;
  media::Demuxer& demuxer = **opened;
  std::vector<int> streams;
  int video = -1;
  int audio = -1;
  for (const media::Track& track : demuxer.info().tracks) {
    if (demuxer.stream(track.stream_index)->picture) continue;
    streams.push_back(track.stream_index);
    if (track.kind == media::TrackKind::Video && video < 0) video = track.stream_index;
    if (track.kind == media::TrackKind::Audio && audio < 0) audio = track.stream_index;
  }
  demuxer.enable(streams);
  for (int i = 0; i < packets_limit; ++i) {
    const auto packet = demuxer.read();
    if (!packet || !*packet) break;
    static_cast<void>(demuxer.times(**packet));
  }
  for (const media::SeekMode mode : {media::SeekMode::Exact, media::SeekMode::KeyframeAfter}) {
    const MediaTime target = std::chrono::milliseconds(300);
    static_cast<void>(
        media::position(demuxer, video, audio, {.target = target, .limit = target, .mode = mode}));
  }
  return 0;
}
