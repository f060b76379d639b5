// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/frame_digest.h"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/md5.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
}

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace freshet::media {
namespace {

struct Md5Closer {
  void operator()(AVMD5* state) const noexcept { av_free(state); }
};
using Md5Pointer = std::unique_ptr<AVMD5, Md5Closer>;

Md5Pointer begin_md5() {
  Md5Pointer state(av_md5_alloc());
  if (!state) throw std::bad_alloc();
  av_md5_init(state.get());
  return state;
}

constexpr int palette_colours = 256;

}  // namespace

std::optional<FrameDigest> digest_picture(const AVFrame& frame) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(format);
  if (descriptor == nullptr || (descriptor->flags & AV_PIX_FMT_FLAG_HWACCEL) != 0) return std::nullopt;
  const Md5Pointer state = begin_md5();
  FrameDigest digest{.pts = frame.best_effort_timestamp, .duration = frame.pkt_duration};
  const bool palette = (descriptor->flags & AV_PIX_FMT_FLAG_PAL) != 0;
  const int planes = palette ? 1 : av_pix_fmt_count_planes(format);
  for (int plane = 0; plane < planes; ++plane) {
    const int row_bytes = av_image_get_linesize(format, frame.width, plane);
    if (row_bytes < 0) return std::nullopt;
    const bool chroma = plane == 1 || plane == 2;
    const int rows = chroma ? AV_CEIL_RSHIFT(frame.height, descriptor->log2_chroma_h) : frame.height;
    const std::uint8_t* row = frame.data[plane];
    if (frame.linesize[plane] == row_bytes) {
      const auto bytes = static_cast<std::size_t>(row_bytes) * static_cast<std::size_t>(rows);
      av_md5_update(state.get(), row, bytes);
    } else {
      for (int y = 0; y < rows; ++y, row += frame.linesize[plane]) {
        av_md5_update(state.get(), row, static_cast<std::size_t>(row_bytes));
      }
    }
    digest.size += static_cast<std::uint64_t>(row_bytes) * static_cast<std::uint64_t>(rows);
  }
  if (palette) {
    for (int i = 0; i < palette_colours; ++i) {
      std::uint32_t colour = 0;
      std::memcpy(&colour, frame.data[1] + static_cast<std::ptrdiff_t>(i) * 4, sizeof(colour));
      const std::array<std::uint8_t, 4> bytes = {
          static_cast<std::uint8_t>(colour), static_cast<std::uint8_t>(colour >> 8),
          static_cast<std::uint8_t>(colour >> 16), static_cast<std::uint8_t>(colour >> 24)};
      av_md5_update(state.get(), bytes.data(), bytes.size());
    }
    digest.size += std::uint64_t{palette_colours} * 4;
  }
  av_md5_final(state.get(), digest.md5.data());
  return digest;
}

std::array<std::uint8_t, 16> md5(std::span<const std::uint8_t> bytes) {
  const Md5Pointer state = begin_md5();
  av_md5_update(state.get(), bytes.data(), bytes.size());
  std::array<std::uint8_t, 16> sum{};
  av_md5_final(state.get(), sum.data());
  return sum;
}

}  // namespace freshet::media
